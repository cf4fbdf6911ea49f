import copy
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ringpost.entry import demo
from ringpost.model.errors import StoreUnavailable
from ringpost.store import Key, Store, Write
from tests.fakes import CountingStore, FakeClock
from tests.harness import Caller, House, Reply

BRANCH: dict[str, Any] = {
    "domain_name": "branch.example.net",
    "domain_description": "A new customer",
    "extensions": [
        {"extension": "200", "caller_id_name": "Front desk", "call_timeout": 20},
        {"extension": "*97", "voicemail_enabled": False},
    ],
    "users": [
        {"firstname": "Carol", "lastname": "Example", "username": "carol", "extension": "201", "ring_seconds": 15},
        {"firstname": "Dan", "email": "dan@example.net"},
        {"firstname": "Eve", "extension": "202", "voicemail": False},
    ],
    "ringgroups": [
        {
            "name": "Everybody",
            "extension": "600",
            "strategy": "simultaneous",
            "destinations": [{"number": "200"}, {"number": "201"}],
        }
    ],
    "destinations": [{"number": "+1 202 555 0177", "extension": "600", "destination_order": 5}],
    "key": {"name": "CRM", "scopes": ["originate", "extension.*"]},
}
LISTS = (
    ("extension-search", "extension_uuid"),
    ("user-list", "user_uuid"),
    ("ringgroup-list", "ring_group_uuid"),
    ("destination-list", "destination_uuid"),
    ("voicemail-list", "voicemail_uuid"),
)
HOME = {"domain_name": "branch.example.net"}
ABOUT = ("extensions", "users", "ringgroups", "destinations")


def tenant_of(operator: Caller, name: str = "branch.example.net") -> list[Any]:
    """All records of a tenant, as they are."""
    found: list[Any] = [operator.done("domain-details", domain_name=name)]
    for action, _ in LISTS:
        found.append(operator.done(action, domain_name=name, limit=1000)["items"])
    home = found[0]["domain_uuid"]
    keys = operator.done("key-list", limit=1000)["items"]
    return [*found, [{**key, "last_used": None} for key in keys if key["domains"] == [home]]]


def rows(house: House) -> list[Key]:
    return [row.key for name in ("domains", "keys") for row in house.store.query(name, limit=1000)]


def states(answer: dict[str, Any]) -> set[str]:
    parts = [part for about in ABOUT for part in answer[about]]
    return {part["state"] for part in [*parts, *([answer["key"]] if answer["key"] else [])]}


def changed(place: str, value: Any) -> dict[str, Any]:
    """The request with another value in one place."""
    request: Any = copy.deepcopy(BRANCH)
    *way, last = [int(part) if part.isdecimal() else part for part in place.split(".")]
    inner = request
    for part in way:
        inner = inner[part]
    inner[last] = value
    return request


def told(reply: Reply) -> list[str]:
    return [one["parameter"] for one in reply.json["errors"]]


def test_makes_all_of_it(operator: Caller) -> None:
    made = operator.done("domain-provision", **BRANCH)
    assert (made["done"], made["domain_created"], made["stopped_by"]) == (True, True, None)
    assert states(made) == {"created"}
    domain = operator.done("domain-details", **HOME)
    assert made["domain"] == domain
    assert domain["domain_description"] == "A new customer"
    desk = operator.done("extension-details", **HOME, extension="200")
    assert (desk["outbound_caller_id_name"], desk["call_timeout"]) == ("Front desk", 20)
    assert made["extensions"][0] == {"state": "created", "extension": "200", "extension_uuid": desk["extension_uuid"]}
    carol = operator.done("user-details", **HOME, user="carol")
    assert (carol["extensions"][0]["extension"], carol["voicemail"]["number"]) == ("201", "201")
    assert operator.done("extension-details", **HOME, extension="201")["call_timeout"] == 15
    assert operator.call("voicemail-details", **HOME, voicemail="202").status == 404
    group = operator.done("ringgroup-details", **HOME, extension="600")
    assert [member["number"] for member in group["ring_group_destinations"]] == ["200", "201"]
    led = operator.done("destination-details", number="12025550177")
    assert led["destination_actions"][0]["destination_data"] == "600 XML branch.example.net"
    assert led["destination_order"] == 5


def test_its_secrets_work_and_are_answered_this_once(house: House, operator: Caller) -> None:
    first = operator.done("domain-provision", **BRANCH)
    secrets = first["secrets"]
    assert sorted(secrets["extensions"]) == ["*97", "200", "201", "202"]
    account = operator.done("sip-account-details", **HOME, extension="201")
    assert secrets["extensions"]["201"]["password"] == account["password"]
    assert len(secrets["extensions"]["201"]["voicemail_password"]) == 8
    assert secrets["extensions"]["202"]["voicemail_password"] is None
    own = Caller(house, first["key"]["key_uuid"], secrets["key_secret"])
    assert own.done("extension-search")["items"][0]["domain_uuid"] == first["domain"]["domain_uuid"]
    assert own.call("extension-search", domain_name=demo.DOMAIN_NAME).status == 404
    assert own.call("user-list").status == 403
    bearer = {"authorization": f"Bearer {secrets['key_token']}"}
    assert Caller(house, "", "").call("extension-search", headers=bearer).status == 200
    again = operator.done("domain-provision", **BRANCH)
    assert again["secrets"] is None
    assert again["secrets_said"].startswith("5 that were there before")


def test_the_same_again_answers_the_same_tenant_and_changes_nothing(house: House, operator: Caller) -> None:
    first = operator.done("domain-provision", **BRANCH)
    before = tenant_of(operator)
    counting = CountingStore(house.store)
    house.store = counting
    house.restart()
    again = operator.done("domain-provision", **BRANCH)
    assert "transact" not in counting.calls
    assert states(again) == {"there"}
    assert (again["domain_created"], again["done"]) == (False, True)
    for about in ABOUT:
        without = [{**part, "state": None} for part in first[about]]
        assert [{**part, "state": None} for part in again[about]] == without
    assert again["key"]["key_uuid"] == first["key"]["key_uuid"]
    assert tenant_of(operator) == before


def test_a_small_one_is_one_transaction(house: House, operator: Caller) -> None:
    operator.done("action-list")
    house.store = counting = CountingStore(house.store)
    house.restart()
    operator.done("domain-provision", **{**BRANCH, "users": BRANCH["users"][:1]})
    assert counting.calls.count("transact") == 1


def test_a_dry_run_says_what_is_missing_and_makes_nothing(house: House, operator: Caller) -> None:
    before = rows(house)
    dry = operator.done("domain-provision", **BRANCH, dry_run=True, idempotency_key="k")
    assert (dry["dry_run"], dry["done"], dry["secrets"], dry["domain_created"]) == (True, False, None, False)
    assert states(dry) == {"missing"}
    assert rows(house) == before
    assert operator.call("domain-details", **HOME).status == 404
    operator.done("domain-provision", **{**BRANCH, "users": []}, idempotency_key="k2")
    dry = operator.done("domain-provision", **BRANCH, dry_run=True)
    assert [user["state"] for user in dry["users"]] == ["missing"] * 3
    assert states(dry) == {"missing", "there"}
    operator.done("domain-provision", **BRANCH)
    dry = operator.done("domain-provision", **BRANCH, dry_run=True)
    assert (states(dry), dry["done"]) == ({"there"}, True)


def test_what_is_missing_is_added_and_nothing_taken_away(operator: Caller) -> None:
    operator.done("domain-provision", **BRANCH)
    before = tenant_of(operator)
    more = {**HOME, "extensions": [*BRANCH["extensions"], {"extension": "203"}]}
    added = operator.done("domain-provision", **more)
    assert [part["state"] for part in added["extensions"]] == ["there", "there", "created"]
    assert sorted(added["secrets"]["extensions"]) == ["203"]
    assert (added["secrets"]["key_token"], added["key"]) == (None, None)
    after = tenant_of(operator)
    assert [one for one in after[1] if one["extension"] != "203"] == before[1]
    assert after[2:5] == before[2:5]


@pytest.mark.parametrize("dry_run", [True, False])
@pytest.mark.parametrize(
    ("place", "value", "named"),
    [
        ("domain_description", "Another", "domain_description"),
        ("country", "FR", "country"),
        ("switch", "lab", "switch"),
        ("statuses", [{"name": "Lunch", "type": "away"}], "statuses"),
        ("extensions.0.caller_id_name", "Reception", "extensions.0.effective_caller_id_name"),
        ("extensions.0.call_timeout", 21, "extensions.0.call_timeout"),
        ("extensions.1.password", "another-password", "extensions.1.password"),
        ("extensions.0.extension", "600", "extensions.0.extension"),
        ("users.0.firstname", "Caroline", "users.0.firstname"),
        ("users.0.username", "caroline", "users.0.username"),
        ("users.0.extension", "204", "users.0.extension"),
        ("users.0.voicemail_number", "900", "users.0.voicemail_number"),
        ("users.0.voicemail_password", "1234", "users.0.voicemail_password"),
        ("users.0.voicemail", False, "users.0.voicemail"),
        ("users.0.password", "another-password", "users.0.password"),
        ("users.1.extension", "200", "users.1.extension"),
        ("users.2.username", "carol", "users.2.extension"),
        ("ringgroups.0.name", "Nobody", "ringgroups.0.name"),
        ("ringgroups.0.strategy", "sequence", "ringgroups.0.strategy"),
        ("ringgroups.0.destinations", [{"number": "200"}], "ringgroups.0.destinations"),
        ("ringgroups.0.ring_group_call_timeout", 31, "ringgroups.0.ring_group_call_timeout"),
        ("ringgroups.0.extension", "200", "ringgroups.0.extension"),
        ("destinations.0.extension", "200", "destinations.0.extension"),
        ("destinations.0.destination_order", 6, "destinations.0.destination_order"),
        ("destinations.0.number", "12025550100", "destinations.0.number"),
        ("key.scopes", ["#"], "key.scopes"),
        ("key.networks", ["192.0.2.0/24"], "key.networks"),
        ("key.expires_at", "2027-01-01T00:00:00Z", "key.expires_at"),
    ],
)
def test_what_is_there_otherwise_is_refused_and_named(
    operator: Caller, place: str, value: Any, named: str, dry_run: bool
) -> None:
    operator.done("domain-provision", **BRANCH)
    request = changed(place, value)
    if place.endswith("extension") and place.startswith(("extensions", "ringgroups")):
        del request["ringgroups" if place.startswith("extensions") else "extensions"]
    if place == "users.1.extension":
        del request["extensions"]
    if place == "users.2.username":
        del request["users"][0]
        named = "users.1.extension"
    before = tenant_of(operator)
    reply = operator.call("domain-provision", **request, dry_run=dry_run)
    assert reply.status == 409, reply
    assert named in told(reply)
    assert tenant_of(operator) == before


@pytest.mark.parametrize("dry_run", [True, False])
@pytest.mark.parametrize(
    ("place", "value", "status", "named"),
    [
        ("domain_name", "public", 409, "domain_name"),
        ("country", "QQ", 400, "country"),
        ("switch", "nowhere", 404, None),
        ("extensions.1.extension", "200", 400, "extensions.1.extension"),
        ("extensions.1.extension", "911", 422, "extensions.1.extension"),
        ("extensions.0.extension", "abc", 400, "extensions.0.extension"),
        ("extensions.0.unknown", "x", 400, "extensions.0.unknown"),
        ("extensions.0.password", "short", 400, "extensions.0.password"),
        ("users.0.extension", "200", 400, "users.0.extension"),
        ("users.1.email", None, 400, "users.1"),
        ("users.1.voicemail", True, 400, "users.1"),
        ("users.0.extension", "*20", 400, "users.0"),
        ("users.2.username", "Carol", 400, "users.2.username"),
        ("users.0.voicemail_number", "200", 400, "users.0.voicemail_number"),
        ("users.0.extension", "911", 422, "users.0.extension"),
        ("ringgroups.0.extension", "201", 400, "ringgroups.0.extension"),
        ("ringgroups.0.extension", "911", 422, "ringgroups.0.extension"),
        ("ringgroups.0.destinations", [{"number": "1"}, {"number": "911"}], 422, "ringgroups.0.destinations.1.number"),
        ("ringgroups.0.strategy", "loud", 400, "ringgroups.0.strategy"),
        ("destinations.0.number", "911", 422, "destinations.0.number"),
        ("destinations.0.number", "+12025550100", 409, "destinations.0.number"),
        ("destinations.0.extension", "911", 422, "destinations.0.extension"),
        ("key.scopes", ["nothing.here"], 400, "key.scopes"),
        ("key.name", "", 400, "key.name"),
    ],
)
def test_nothing_is_made_of_what_cannot_be(
    house: House, operator: Caller, place: str, value: Any, status: int, named: str | None, dry_run: bool
) -> None:
    before = rows(house)
    reply = operator.call("domain-provision", **changed(place, value), dry_run=dry_run)
    assert reply.status == status, reply
    if named is not None:
        assert named in told(reply)
    assert rows(house) == before
    assert operator.call("domain-details", **HOME).status == 404


def test_one_outside_number_in_two_spellings_is_there_twice(operator: Caller) -> None:
    twice = [{"number": "+12025550177", "extension": "200"}, {"number": "(202) 555-0177", "extension": "200"}]
    reply = operator.call("domain-provision", **HOME, destinations=twice)
    assert (reply.status, told(reply)) == (400, ["destinations.1.number"])


def test_a_number_of_help_in_disguise_is_called_once_somebody_has_it(operator: Caller) -> None:
    group = {"name": "g", "extension": "600", "strategy": "sequence", "destinations": [{"number": "9911"}]}
    refused = operator.call("domain-provision", **HOME, ringgroups=[group])
    assert (refused.status, told(refused)) == (422, ["ringgroups.0.destinations.0.number"])
    made = operator.done("domain-provision", **HOME, ringgroups=[group], extensions=[{"extension": "9911"}])
    assert states(made) == {"created"}


@pytest.mark.parametrize("switch", ["lab", demo.LAB_UUID, "LAB"])
def test_a_switch_is_the_same_by_name_and_by_uuid(operator: Caller, switch: str) -> None:
    operator.done("domain-provision", **HOME, switch="lab")
    assert operator.done("domain-provision", **HOME, switch=switch)["domain_created"] is False
    assert told(operator.call("domain-provision", **HOME, switch="sandbox")) == ["switch"]


def test_is_for_an_operator(house: House, tenant: Caller) -> None:
    for caller in (tenant, house.key("#", switch="lab")):
        for name in ("branch.example.net", demo.DOMAIN_NAME):
            reply = caller.call("domain-provision", domain_name=name)
            assert (reply.status, reply.code) == (403, "forbidden")


def test_its_key_is_no_wider_than_the_one_it_is_made_with(house: House) -> None:
    narrow = house.key("domain.provision", "extension.details")
    made = narrow.done("domain-provision", **{**BRANCH, "key": {"name": "all", "scopes": ["#"]}})
    own = Caller(house, made["key"]["key_uuid"], made["secrets"]["key_secret"])
    assert own.call("extension-details", extension="200").status == 200
    assert own.call("extension-search").status == 403


def test_a_token_makes_no_key_and_then_nothing_else_either(operator: Caller) -> None:
    bearer = {"authorization": f"Bearer {operator.done('token-create', scopes=['#'])['token']}"}
    assert operator.call("domain-provision", headers=bearer, **BRANCH).status == 403
    assert operator.call("domain-details", **HOME).status == 404
    assert operator.call("domain-provision", headers=bearer, **{**BRANCH, "key": None}).status == 200


def test_secrets_are_not_kept_for_a_replay(house: House, operator: Caller) -> None:
    first = operator.done("domain-provision", **BRANCH, idempotency_key="k")
    again = operator.done("domain-provision", **BRANCH, idempotency_key="k")
    assert first["secrets"] is not None
    assert again == {**first, "secrets": None}


class LosingStore(CountingStore):
    """A store that is not there for one transaction."""

    def __init__(self, inner: Store, fail_at: int) -> None:
        super().__init__(inner)
        self.fail_at = fail_at

    def transact(self, writes: Any) -> None:
        self.fail_at -= 1
        if self.fail_at == 0:
            raise StoreUnavailable
        super().transact(writes)


LARGE: dict[str, Any] = {
    **HOME,
    "extensions": [{"extension": str(number)} for number in range(300, 330)],
    "users": [{"firstname": "U", "extension": str(number)} for number in range(400, 410)],
    "key": BRANCH["key"],
}


@pytest.mark.parametrize("fail_at", [2, 3, 5])
def test_a_large_one_goes_on_where_it_stopped(house: House, operator: Caller, fail_at: int) -> None:
    operator.done("action-list")
    inner = house.store
    house.store = LosingStore(inner, fail_at)
    house.restart()
    operator.call("action-list")
    first = operator.call("domain-provision", **LARGE)
    house.store = inner
    house.restart()
    assert (first.status, first.json["done"]) == (202, False), first
    assert "store" in first.json["stopped_by"]
    assert states(first.json) == {"created", "missing"}
    second = operator.done("domain-provision", **LARGE)
    assert (second["done"], states(second)) == (True, {"created", "there"})
    phones = {**first.json["secrets"]["extensions"], **second["secrets"]["extensions"]}
    assert len(phones) == 40
    assert len(first.json["secrets"]["extensions"]) + len(second["secrets"]["extensions"]) == 40
    for extension in ("300", "329", "400", "409"):
        account = operator.done("sip-account-details", **HOME, extension=extension)
        assert account["password"] == phones[extension]["password"]
    assert first.json["secrets"]["key_token"]
    assert second["secrets"]["key_token"] is None


class RacedStore(CountingStore):
    """A store in which somebody else does something before the first transaction."""

    def __init__(self, inner: Store) -> None:
        super().__init__(inner)
        self.race: Callable[[], object] | None = None

    def transact(self, writes: Any) -> None:
        race, self.race = self.race, None
        if race is not None:
            race()
        super().transact(writes)


@pytest.mark.parametrize("request_", [BRANCH, LARGE])
def test_two_at_once_make_one_tenant(house: House, operator: Caller, request_: dict[str, Any]) -> None:
    house.store = raced = RacedStore(house.store)
    house.restart()
    operator.done("action-list")
    quicker: list[dict[str, Any]] = []
    raced.race = lambda: quicker.append(operator.done("domain-provision", **request_))
    later = operator.done("domain-provision", **request_)
    assert (states(quicker[0]), states(later)) == ({"created"}, {"there"})
    assert later["secrets"] is None


def test_a_race_for_another_number_is_looked_at_again(house: House, operator: Caller) -> None:
    house.store = raced = RacedStore(house.store)
    house.restart()
    operator.done("domain-provision", **HOME)
    group = {"name": "g", "extension": "200", "strategy": "sequence", "destinations": []}
    raced.race = lambda: operator.done("ringgroup-create", **HOME, **group)
    reply = operator.call("domain-provision", **HOME, extensions=[{"extension": "200"}])
    assert (reply.status, told(reply)) == (409, ["extensions.0.extension"])


class SlowStore(CountingStore):
    """A store that takes four seconds for each transaction."""

    def __init__(self, inner: Store, clock: FakeClock) -> None:
        super().__init__(inner)
        self.clock = clock

    def transact(self, writes: Any) -> None:
        self.clock.time += 4
        super().transact(writes)


def test_what_there_is_no_time_for_is_made_when_it_is_sent_again(house: House, operator: Caller) -> None:
    house.store = SlowStore(house.store, house.clock)
    house.restart()
    answers = []
    while True:
        reply = operator.call("domain-provision", **LARGE, idempotency_key="k")
        answers.append(reply.status)
        if reply.json["done"]:
            break
        assert reply.json["stopped_by"]
    assert answers[0] == 202
    assert answers[-1] == 200
    assert len(operator.done("extension-search", **HOME)["items"]) == 40


class CountedRows(CountingStore):
    """A store that notes how many rows each transaction wrote."""

    def __init__(self, inner: Store) -> None:
        super().__init__(inner)
        self.sizes: list[int] = []

    def transact(self, writes: Any) -> None:
        many: list[Write] = list(writes)
        self.sizes.append(len(many))
        super().transact(writes)


def test_the_most_it_takes_fits_whatever_its_parts_are(house: House, operator: Caller) -> None:
    counting = CountedRows(house.store)
    house.store = counting
    house.restart()
    users = [
        {"firstname": f"U{number}", "username": f"u{number}", "email": f"u{number}@example.net", "extension": number}
        for number in range(1000, 1060)
    ]
    destinations = [{"number": f"+1202555{number:04d}", "extension": "1000"} for number in range(200, 230)]
    made = operator.done("domain-provision", **HOME, users=users, destinations=destinations, idempotency_key="k")
    assert states({**made, "key": None}) == {"created"}
    assert max(counting.sizes) <= 100


numbers = st.sampled_from(["200", "201", "202"])
parts = st.fixed_dictionaries(
    {
        "extensions": st.lists(st.builds(lambda n: {"extension": n}, numbers), max_size=2, unique_by=str),
        "users": st.lists(
            st.builds(lambda n, u: {"firstname": "U", "extension": n, "username": u}, numbers, st.sampled_from("ab")),
            max_size=2,
        ).map(lambda users: [{**user, "username": user["username"] * 2} for user in users]),
        "ringgroups": st.lists(
            st.builds(
                lambda n: {"name": "g", "extension": n, "strategy": "sequence", "destinations": [{"number": "9"}]},
                numbers,
            ),
            max_size=1,
        ),
    }
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40)
@given(st.lists(parts, min_size=1, max_size=3))
def test_whatever_was_made_is_there_the_second_time_and_what_is_refused_changes_nothing(
    operator: Caller, requests: list[dict[str, Any]]
) -> None:
    operator.call("domain-delete", **HOME, cascade=True)
    operator.done("domain-provision", **HOME)
    for request in requests:
        before = tenant_of(operator)
        dry = operator.call("domain-provision", **HOME, **request, dry_run=True)
        assert tenant_of(operator) == before
        reply = operator.call("domain-provision", **HOME, **request)
        assert reply.status in (200, 400, 409), reply
        assert dry.status == reply.status
        after = tenant_of(operator)
        if reply.status != 200:
            assert after == before
            continue
        again = operator.done("domain-provision", **HOME, **request)
        assert states(again) <= {"there"}
        assert tenant_of(operator) == after
