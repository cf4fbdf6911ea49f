"""What an Asterisk asks, and what it hands in."""
