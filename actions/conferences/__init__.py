"""Conference rooms: numbers at which everybody hears everybody."""
