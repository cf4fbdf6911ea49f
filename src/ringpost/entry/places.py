"""Where a store is, in words by which somebody finds it again from any folder."""

from pathlib import Path

from ringpost.settings import Settings


class Place:
    """The place of a store, as it is before anything opens it."""

    def __init__(self, settings: Settings) -> None:
        kind, _, place = settings.store.partition(":")
        self._said = settings.store
        self.is_new = False
        """Whether there is nothing yet: a file would have to be made."""
        if kind == "sqlite" and place:
            file = Path(place).absolute()
            self._said = f"sqlite:{file}"
            self.is_new = not file.exists()

    def __str__(self) -> str:
        return self._said

    @property
    def elsewhere(self) -> str:
        """That there is nothing, and how to name the place that was meant."""
        return f"there is no store at {self} yet; RINGPOST_DATA or RINGPOST_STORE says where the server's is"
