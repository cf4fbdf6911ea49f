"""Domains: the tenants of the telephone system."""
