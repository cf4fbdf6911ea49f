"""The nouns: records, value types, events, errors. No input or output here."""
