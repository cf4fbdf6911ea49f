"""What a FreeSWITCH asks, and what it hands in."""
