"""The lines to the switches: asking one, answering one, and what one tells; the sandbox, which is played here."""
