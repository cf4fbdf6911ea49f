"""Webhooks: where what happens is told, signed, and told again until it is heard. XiVO's webhookd."""
