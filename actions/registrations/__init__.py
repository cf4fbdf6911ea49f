"""Registrations: which phones a switch can reach."""
