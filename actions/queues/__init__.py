"""Queues: a number at which callers wait until somebody takes them."""
