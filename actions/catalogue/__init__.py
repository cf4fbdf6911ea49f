"""What there is to call."""
