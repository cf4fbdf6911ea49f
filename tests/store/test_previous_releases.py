"""What earlier releases wrote is read, and written on, as if it were ours."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from ringpost.entry import demo
from ringpost.store import Key, Store
from ringpost.store.sqlite import SqliteStore
from tests.fakes import FakeClock
from tests.harness import Caller, House
from tests.store import releases
from tests.store.conftest import CLIENTS, dynamo_store
from tests.store.dynamo import DynamoServer

_UUID, _TIME = "[0-9a-f-]{36}", r"20\d\d-[0-9-]+T[0-9:.]+Z"
_HOME = f"domain#{_UUID}"
KINDS = [
    *((f"{kind}#{_UUID}", kind) for kind in ("domain", "switch", "key", "token")),
    *((f"{kind}-name#.+", kind) for kind in ("domain", "switch")),
    *((kind, ".+") for kind in ("domains", "switches", "keys")),
    *((f"{_HOME}#{kind}#{_UUID}", kind) for kind in ("extension", "voicemail", "ringgroup", "destination", "user")),
    *((f"{_HOME}#{kind}#{_UUID}", kind) for kind in ("usergroup", "extensiongroup", "contact", "recording", "cdr")),
    *((f"{_HOME}#{kind}", ".+") for kind in ("number", "extensions", "voicemail", "secret#voicemail", "ringgroups")),
    *((f"{_HOME}#{kind}", ".+") for kind in ("destinations", "username", "email", "users", "statuses", "usergroups")),
    *((f"{_HOME}#{kind}", ".+") for kind in ("permissions", "extensiongroups", "contacts", "imported", "scripts")),
    *((f"{_HOME}#{kind}", ".+") for kind in ("recordings", "cdrs", "keys", "events", "audit", "webhooks")),
    *((f"{_HOME}#call#{_UUID}", kind) for kind in ("order", "tracked", "of", "moved", "recording(#.+)?")),
    *((f"{_HOME}#{kind}", ".+") for kind in ("callers#.+", "cdrs#extension#.+", "cdrs#number#.+")),
    *((f"operator#{kind}", ".+") for kind in ("audit", "events", "webhooks")),
    *((f"({_HOME}|operator)#webhook#{_UUID}", kind) for kind in ("webhook", "secret#webhook")),
    *((f"{home}#meter", "calls") for home in (_HOME, f"key#{_UUID}")),
    *((r"due#\d", sort) for sort in (rf"{_TIME}#\d+#{_UUID}", f"{_TIME}#{_TIME}#.+", f"{_TIME}#{_UUID}")),
    (f"{_HOME}#extension#{_UUID}", "secret#sip"),
    (f"{_HOME}#usergroup#{_UUID}#users", ".+"),
    (f"{_HOME}#call#{_UUID}#recordings", ".+"),
    (f"{_HOME}#webhook#{_UUID}#deliveries", ".+"),
    (f"switch#{_UUID}#domains", _UUID),
    (f"switch#{_UUID}#link#{_UUID}", "link"),
    (f"replay#{_UUID}#.+", "replay"),
    (r"inbound#\+\d+", "destination"),
    (r"inbound#\d+", "destination"),
    (r"spelled#\d+", r"\+\d+"),
]
"""What every release since 0.1.0 writes; rows without ``+`` in ``inbound`` are of before."""

every_release = pytest.mark.parametrize("release", releases.RELEASES)


@pytest.fixture(scope="module", params=["sqlite", *CLIENTS])
def kept(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Caller]]:
    """An operator of each release's rows, on every store."""
    found: dict[str, Caller] = {}
    for release in releases.RELEASES:
        clock = FakeClock()
        store = _empty(request, tmp_path_factory.mktemp("rows") / "kept.sqlite3", clock)
        releases.plant(store, release)
        clock.time = releases.READ_AT
        found[release] = Caller(House(store, clock), demo.PUBLIC_KEY_UUID, demo.PUBLIC_SECRET)
    yield found
    for operator in found.values():
        if isinstance(operator.house.store, SqliteStore):
            operator.house.store.close()


def _empty(request: pytest.FixtureRequest, path: Path, clock: FakeClock) -> Store:
    if request.param == "sqlite":
        return SqliteStore(path, clock.now)
    server: DynamoServer = request.getfixturevalue("dynamo_server")
    return dynamo_store(server, clock, request.param)


def _holds(now: Any, then: Any) -> bool:
    """Whether an answer has all that one of an earlier release had. New members may be there, and cursors differ."""
    if isinstance(then, dict):
        return isinstance(now, dict) and all(
            name == "next_cursor" or (name in now and _holds(now[name], value)) for name, value in then.items()
        )
    if isinstance(then, list) and then and all(isinstance(one, str) for one in then):
        return set(then) <= set(now)  # such as what a switch can do
    if isinstance(then, list):
        return isinstance(now, list) and len(now) == len(then) and all(map(_holds, now, then))
    return bool(now == then)


@pytest.mark.often
@every_release
@pytest.mark.parametrize("name", releases.READING)
def test_every_reading_action_answers_from_rows_of_an_earlier_release(
    kept: dict[str, Caller], release: str, name: str
) -> None:
    then = releases.answers(release).get(name)
    if then is None:  # an action, or an answer, it did not have: maybe about what it had none of
        assert kept[release].example(name).status in (200, 404)
        return
    now = releases.asked(kept[release], name)
    if isinstance(then, str):
        assert len(now.splitlines()) >= len(then.splitlines())
    else:
        assert _holds(now, then), f"now {now}, then {then}"


@every_release
def test_an_earlier_releases_rows_are_of_every_kind(release: str) -> None:
    _is_of_every_kind({row.key for row in releases.rows(release)})


def test_this_releases_rows_can_be_written_and_are_of_every_kind(tmp_path: Path) -> None:
    releases.main("this", tmp_path)
    _is_of_every_kind({row.key for row in releases.rows("this", tmp_path)})


def _is_of_every_kind(found: set[Key]) -> None:
    for partition, sort in KINDS:
        assert any(re.fullmatch(partition, key.partition) and re.fullmatch(sort, key.sort) for key in found), partition


@every_release
def test_what_an_earlier_release_wrote_is_changed_like_any_other(kept: dict[str, Caller], release: str) -> None:
    operator = kept[release]
    for name, about in {
        "domain-update": {"domain_description": "changed"},
        "extension-update": {"extension": "101", "description": "changed"},
        "user-update": {"user": "bob", "description": "changed"},
    }.items():
        changed = operator.done(name, **releases.HOME, **about)
        assert "changed" in changed.values()
