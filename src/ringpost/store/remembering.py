"""A store that reads each row once, however often it is asked for: for one request that looks at the same again."""

from collections.abc import Sequence

from ringpost.store import Key, Row, Store, Write


class Remembering:
    """A ``Store`` that remembers what it has read, until something is written."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._rows: dict[Key, Row | None] = {}
        self._lists: dict[tuple[object, ...], list[Row]] = {}

    def get(self, key: Key) -> Row | None:
        """One row, as it was when it was asked for first."""
        if key not in self._rows:
            self._rows[key] = self._store.get(key)
        return self._rows[key]

    def query(
        self,
        partition: str,
        *,
        between: tuple[str, str] | None = None,
        after: str | None = None,
        descending: bool = False,
        limit: int = 100,
    ) -> list[Row]:
        """Rows of a partition, as they were when just these were asked for first."""
        asked = (partition, between, after, descending, limit)
        if asked not in self._lists:
            self._lists[asked] = self._store.query(
                partition, between=between, after=after, descending=descending, limit=limit
            )
        return list(self._lists[asked])

    def transact(self, writes: Sequence[Write]) -> None:
        """All of these writes, or none; what was read before is read anew."""
        self._rows.clear()
        self._lists.clear()
        self._store.transact(writes)
