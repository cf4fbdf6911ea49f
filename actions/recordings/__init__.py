"""Recordings of calls: where they can be heard, for a while."""
