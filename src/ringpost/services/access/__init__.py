"""Keys and tokens: who may call which action about which domain."""
