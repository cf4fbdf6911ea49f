"""Transfers: asking somebody before a call is put through, or not."""
