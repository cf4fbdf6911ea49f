"""The sandbox: calls that are played."""
