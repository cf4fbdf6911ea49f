"""Queues and their agents: what is configured, who waits, and the figures."""
