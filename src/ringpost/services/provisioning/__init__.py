"""Whole tenants at once: planned, made from files, taken away."""
