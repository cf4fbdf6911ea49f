"""Parking lots: numbers at which calls wait until somebody dials them."""
