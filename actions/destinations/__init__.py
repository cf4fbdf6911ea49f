"""Destinations: numbers of the outside world, and where their calls go."""
