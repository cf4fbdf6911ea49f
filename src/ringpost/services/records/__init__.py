"""Records of calls: legs are joined, and kept in lists."""
