"""What an Asterisk can do, of calls and of queues, that is spoken to on its own machine."""

from ringpost.switch.queue_abilities import QueueAbilities

CAPABILITIES = QueueAbilities().capabilities
