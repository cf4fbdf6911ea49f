"""From the outbox to the receiver: which webhooks want an event, how it is written and signed, when tried again."""
