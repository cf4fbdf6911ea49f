"""What happens: what is told of calls, and to whom events go."""
