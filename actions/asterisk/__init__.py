"""What an Asterisk asks and hands in, by itself."""
