"""A request in, an answer out: envelope, catalogue, pipeline, idempotency."""
