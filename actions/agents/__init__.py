"""Agents: who takes the calls of queues, wherever they are logged in."""
