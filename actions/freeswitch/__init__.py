"""What a FreeSWITCH asks and hands in, by itself."""
