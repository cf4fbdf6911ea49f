"""Calls: placed here, carried by a switch."""
