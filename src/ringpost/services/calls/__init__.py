"""Calls that are up: placed, seen, and what is done to them; phones that are registered, and how extensions are."""
