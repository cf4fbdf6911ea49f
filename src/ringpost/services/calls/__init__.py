"""Calls that are up: placing one, seeing it, and what is done to it."""
