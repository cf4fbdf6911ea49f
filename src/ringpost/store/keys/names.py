"""What a name is in a key."""

_LONGEST_PLACE = 120


def folded(name: str) -> str:
    """A name as it is claimed and sorted: without regard to case, and no longer than a sort key may be."""
    return name.casefold()[:_LONGEST_PLACE]


def place(name: str, uuid: str) -> str:
    """The place of a record that is listed by a name it does not have for itself alone."""
    return f"{folded(name)}#{uuid}"
