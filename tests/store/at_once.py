"""What several processes do at once. Each begins by reading this module, which therefore needs little."""

import multiprocessing
from concurrent.futures import ProcessPoolExecutor
from io import BytesIO
from pathlib import Path

from ringpost.store import ConditionFailed, Key, Put, Row
from ringpost.store.folder import FolderArchive, Part
from ringpost.store.sqlite import SqliteStore

NOON = 1_795_348_800.0


def processes() -> ProcessPoolExecutor:
    """Four of them, which have nothing in common."""
    return ProcessPoolExecutor(4, multiprocessing.get_context("spawn"))


def opened(path: Path) -> bool:
    SqliteStore(path, lambda: NOON).close()
    return True


def claim(path: Path, key: Key, number: int) -> bool:
    store = SqliteStore(path, lambda: NOON)
    try:
        store.transact([Put(Row(key, str(number)), if_absent=True)])
    except ConditionFailed:
        return False
    else:
        return True
    finally:
        store.close()


def link_made(folder: Path, name: str) -> str:
    return FolderArchive.create(folder, lambda: NOON).link(name, 3600, "x.wav")


def extended(folder: Path, name: str, sound: bytes) -> int:
    """The size of a file after all of this sound is put into it, four bytes at a time."""
    archive = FolderArchive(folder, "", bytes(32), lambda: NOON)
    parts = range(0, len(sound), 4)
    return max(archive.write(name, Part(at, at + 4, len(sound)), BytesIO(sound[at : at + 4])) for at in parts)
