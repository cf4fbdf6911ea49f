"""Extensions: numbers in a domain that phones register as."""
