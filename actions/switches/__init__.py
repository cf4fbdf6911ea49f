"""Switches: where the telephony is done."""
