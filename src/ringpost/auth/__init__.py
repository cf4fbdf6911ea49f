"""Who is asking, and what that key may do."""
