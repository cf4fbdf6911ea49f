"""Users, extensions, voicemails and groups: whatever is done to them in whatever order, their records agree."""

import tempfile
from itertools import permutations, product
from pathlib import Path
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from ringpost.entry import demo
from ringpost.model.extension import Extension
from ringpost.model.groups import ExtensionGroup, UserGroup
from ringpost.model.user import User
from ringpost.model.voicemail import Voicemail
from ringpost.store import Key, keys
from ringpost.store.sqlite import SqliteStore
from tests import seeds
from tests.fakes import FakeClock
from tests.harness import Caller, House

HOME = demo.EMPTY_DOMAIN_UUID
USERS, NUMBERS = ("ann", "ben"), ("200", "201", "300")
KINDS: dict[str, tuple[type[Any], Any]] = {
    "user": (User, keys.user_layout),
    "extension": (Extension, keys.extension_layout),
    "voicemail": (Voicemail, keys.voicemail_layout),
    "usergroup": (UserGroup, keys.usergroup_layout),
    "extensiongroup": (ExtensionGroup, keys.extensiongroup_layout),
}
Step = tuple[str, dict[str, Any]]


def steps() -> list[Step]:
    """Everything that can be done to two users, three numbers and a group of each kind."""
    of_users: list[Step] = [
        ("user-create", {"firstname": "Same"}),
        ("user-update", {"lastname": "Name"}),
        ("user-update", {"lastname": None, "enabled": False}),
        ("user-update", {"voicemail": None}),
        ("user-delete", {}),
        ("user-delete", {"cascade": True}),
        ("user-status-set", {"type": "away"}),
        ("usergroup-member-add", {"usergroup": "staff"}),
        ("usergroup-member-remove", {"usergroup": "staff"}),
        ("extensiongroup-member-add", {"extensiongroup": "floor"}),
        ("extensiongroup-member-remove", {"extensiongroup": "floor"}),
    ]
    of_both: list[Step] = [
        ("user-update", {"voicemail": "{number}"}),
        ("user-update", {"voicemail": "{number}", "lastname": "Box"}),
        ("user-extension-add", {"extension": "{number}"}),
        ("user-extension-remove", {"extension": "{number}"}),
        ("user-provision", {"firstname": "Whole", "extension": "{number}"}),
        ("user-provision", {"firstname": "Whole", "extension": "{number}", "voicemail": False}),
        ("user-provision", {"firstname": "Whole", "extension": "{number}", "voicemail_number": "300"}),
    ]
    of_numbers: list[Step] = [
        ("extension-create", {"extension": "{number}"}),
        ("extension-update", {"extension": "{number}", "enabled": False}),
        ("extension-delete", {"extension": "{number}"}),
        ("voicemail-create", {"name": "Box", "number": "{number}"}),
        ("voicemail-update", {"voicemail": "{number}", "enabled": False}),
        ("voicemail-delete", {"voicemail": "{number}"}),
        ("extensiongroup-member-add", {"extensiongroup": "floor", "extension": "{number}"}),
        ("extensiongroup-member-remove", {"extensiongroup": "floor", "extension": "{number}"}),
    ]
    named = {"user-create": "username", "user-provision": "username"}
    every: list[Step] = [
        ("usergroup-create", {"display_name": "Staff"}),
        ("usergroup-delete", {"usergroup": "staff"}),
        ("permission-set", {"usergroup": "staff", "key": "monitor", "allowed": False}),
        ("extensiongroup-create", {"display_name": "Floor"}),
        ("extensiongroup-delete", {"extensiongroup": "floor"}),
    ]
    for (action, members), user in product(of_users, USERS):
        every.append((action, {named.get(action, "user"): user, **members}))
    for (action, members), user, number in product(of_both, USERS, NUMBERS):
        every.append((action, {named.get(action, "user"): user, **filled(members, number)}))
    every += [(action, filled(members, number)) for (action, members), number in product(of_numbers, NUMBERS)]
    for number, other in permutations(NUMBERS, 2):
        every.append(("extension-update", {"extension": number, "new_extension": other}))
        every.append(("voicemail-update", {"voicemail": number, "new_number": other}))
    return every


def filled(members: dict[str, Any], number: str) -> dict[str, Any]:
    return {name: number if value == "{number}" else value for name, value in members.items()}


def rows(store: SqliteStore) -> dict[Key, str]:
    """All rows of the domain but the domain itself and what writes leave beside them."""
    read = store._read("SELECT partition, sort, body, version, expires FROM rows", ())
    apart = {f"domain#{HOME}{part}" for part in ("", "#events", "#audit")}
    return {
        row.key: row.body
        for row in read
        if row.key.partition.startswith(f"domain#{HOME}") and row.key.partition not in apart
    }


def check(found: dict[Key, str]) -> None:
    records: dict[str, dict[str, Any]] = {kind: {} for kind in KINDS}
    expected: set[Key] = set()
    for key, body in found.items():
        kind = key.sort
        if kind in KINDS and key.partition.startswith(f"domain#{HOME}#{kind}#"):
            model, layout = KINDS[kind]
            record = model.model_validate_json(body)
            records[kind][getattr(record, f"{kind}_uuid")] = record
            assert {found.get(one) for one in layout(record).all} == {body}, "one record, the same in all its rows"
            expected |= set(layout(record).all)
    users, extensions, boxes = records["user"], records["extension"], records["voicemail"]
    expected |= {keys.sip_password(HOME, uuid) for uuid in extensions}
    expected |= {keys.voicemail_pin(HOME, box.number) for box in boxes.values()}
    optional = {Key(keys.statuses(HOME), uuid) for uuid in users}
    optional |= {keys.permission(HOME, uuid, "monitor") for uuid in records["usergroup"]}
    assert not found.keys() - expected - optional, "no row is left over"
    assert not expected - found.keys(), "no row is missing"

    owned = {(one.extension_uuid, one.extension, user.user_uuid) for user in users.values() for one in user.extensions}
    assert owned == {
        (one.extension_uuid, one.extension, one.user_uuid) for one in extensions.values() if one.user_uuid is not None
    }
    linked = {
        (user.voicemail.voicemail_uuid, user.voicemail.number, user.user_uuid)
        for user in users.values()
        if user.voicemail is not None
    }
    assert linked == {(box.voicemail_uuid, box.number, user) for box in boxes.values() for user in box.users}
    for extension in extensions.values():
        box = users[extension.user_uuid].voicemail if extension.user_uuid else None
        if box is not None:
            assert (extension.box, extension.voicemail_enabled) == (box.number, True), "it takes its user's messages"
        else:
            assert extension.voicemail_number is None, "nobody's extension names nobody's box"
    for user in users.values():
        assert set(user.usergroups) <= records["usergroup"].keys()
    for group in records["extensiongroup"].values():
        assert set(group.extensions) <= extensions.keys()
        assert set(group.users) <= users.keys()


@settings(max_examples=40, deadline=None)
@given(st.lists(st.sampled_from(steps()), min_size=10, max_size=40))
def test_all_records_agree(walk: list[Step]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        clock = FakeClock()
        store = SqliteStore(Path(folder) / "walk.sqlite3", clock.now)
        seeds.plant(store, clock)
        operator = Caller(House(store, clock), demo.PUBLIC_KEY_UUID, demo.PUBLIC_SECRET)
        for action, members in walk:
            reply = operator.call(action, domain_uuid=HOME, **members)
            assert reply.status in {200, 404, 409, 422}, (action, members, reply)
            check(rows(store))
        operator.done("domain-delete", domain_uuid=HOME, cascade=True)
        assert rows(store) == {}
        store.close()
