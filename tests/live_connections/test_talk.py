"""What is answered to whoever says what over a live connection."""

import json
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ringpost.auth.tokens import token
from ringpost.entry import demo
from ringpost.live.connections import Connections
from ringpost.live.messages import MOST_BYTES
from ringpost.model.errors import Unauthorized
from ringpost.services.switching import commands
from ringpost.store import Put, keys
from tests.fakes import Meanwhile
from tests.harness import Caller, House
from tests.live_connections.ends import Client, Line
from tests.switch.staging import NOBODY

HERE = {"domain_name": demo.DOMAIN_NAME}
LINK = {"switch": "lab", "link_uuid": "11111111-0000-4000-8000-000000000001", "version": "1.0"}
UNAUTHORIZED = Unauthorized().detail


def test_a_heartbeat_is_answered(line: Line, tenant: Caller) -> None:
    assert line.client(tenant).say("heartbeat")["message"] == "heartbeat"


@pytest.mark.parametrize("header", ["Bearer rp_x", "Basic eA==", "Bearer "])
def test_a_wrong_key_is_refused_at_the_handshake(line: Line, header: str) -> None:
    with pytest.raises(Unauthorized):
        line.client(None, {"authorization": header})


def test_a_browser_says_in_its_first_message_who_it_is(line: Line, tenant: Caller) -> None:
    client = line.client(None)
    assert client.say("authenticate", token=token(tenant.key_uuid, tenant.secret)) == {"message": "welcome"}
    assert client.say("heartbeat")["message"] == "heartbeat"
    assert client.say("authenticate", token=token(tenant.key_uuid, tenant.secret))["code"] == "conflict"


@pytest.mark.parametrize(
    "first",
    [
        '{"message":"authenticate","token":"rp_x"}',
        '{"message":"heartbeat"}',
        '{"message":"subscribe","subscription":"a"}',
        '{"message":"authenticate"}',
        '{"message":"nonsense"}',
        "junk",
        "[]",
        '{"message":"authenticate","token":"' + "x" * 2000 + '"}',
    ],
)
def test_whoever_has_not_said_who_it_is_gets_one_answer_and_is_hung_up_on(line: Line, first: str) -> None:
    client = line.client(None)
    answer = client.say_text(first)
    assert (answer["code"], answer["error"], answer["status"]) == ("unauthorized", UNAUTHORIZED, 401)
    assert client.is_hung_up
    assert client.say_text('{"message":"heartbeat"}') == {}, "nothing more is said"


def test_who_says_nothing_is_hung_up_on_after_a_minute(line: Line, house: House, tenant: Caller) -> None:
    silent, known = line.client(None), line.client(tenant)
    house.clock.time += 50
    assert line.talk.sweep() == 0
    house.clock.time += 15
    assert line.talk.sweep() == 1
    assert (silent.is_hung_up, known.is_hung_up) == (True, False)


def test_a_dead_connection_and_an_old_one_are_swept(line: Line, house: House, tenant: Caller) -> None:
    silent, old = line.client(tenant), line.client(tenant)
    for _ in range(13):
        house.clock.time += 590
        old.say("heartbeat")
        line.talk.sweep()
        assert silent.is_hung_up or _ == 0
    assert old.is_hung_up, "after two hours"


@pytest.mark.parametrize("what", ["disabled", "narrowed", "deleted"])
def test_a_key_that_is_taken_away_says_nothing_from_thirty_seconds_on(
    line: Line, house: House, operator: Caller, what: str
) -> None:
    somebody = house.key("event.#", domains=(demo.DOMAIN_NAME,))
    client = line.client(somebody)
    assert client.say("subscribe", subscription="a")["message"] == "subscribed"
    if what == "deleted":
        operator.done("key-delete", key_uuid=somebody.key_uuid)
    else:
        changes = {"enabled": False} if what == "disabled" else {"scopes": ["cdr.#"]}
        operator.done("key-update", key_uuid=somebody.key_uuid, **changes)
    house.clock.time += 31
    assert client.say("subscribe", subscription="b")["status"] in (401, 403)
    assert client.is_hung_up is (what != "narrowed")


def test_a_revoked_key_is_swept(line: Line, house: House, operator: Caller) -> None:
    somebody = house.key("event.#", domains=(demo.DOMAIN_NAME,))
    client = line.client(somebody)
    operator.done("key-delete", key_uuid=somebody.key_uuid)
    house.clock.time += 31
    assert (line.talk.sweep(), client.is_hung_up) == (1, True)


@pytest.mark.parametrize(
    ("members", "code"),
    [
        ({"domain_name": "empty.example.net"}, "not-found"),
        ({"domain_name": "nobody.example.net"}, "not-found"),
        ({"events": ["cal.*"]}, "invalid-request"),
        ({"events": []}, "invalid-request"),
        ({"of_no_domain": True}, "forbidden"),
        ({"extensions": ["no number"]}, "invalid-request"),
        ({"direction": "sideways"}, "invalid-request"),
        ({"subscription": "with blanks in it"}, "invalid-request"),
        ({"unknown": 1}, "invalid-request"),
    ],
)
def test_a_subscription_is_refused_as_event_list_would_refuse(
    line: Line, tenant: Caller, members: dict[str, Any], code: str
) -> None:
    client = line.client(tenant)
    answer = client.say("subscribe", **{"subscription": "a", **members})
    assert (answer["message"], answer["code"]) == ("refused", code)
    assert not client.is_hung_up


def test_a_subscription_needs_the_scope_of_event_list(line: Line, house: House) -> None:
    somebody = house.key("cdr.#", domains=(demo.DOMAIN_NAME,))
    answer = line.client(somebody).say("subscribe", subscription="a")
    assert answer["code"] == "forbidden"
    assert "event.list" in answer["error"]


def test_a_key_of_one_domain_may_leave_it_out_and_one_of_several_may_not(line: Line, house: House) -> None:
    one = house.key("event.#", domains=(demo.DOMAIN_NAME,))
    several = house.key("event.#", domains=(demo.DOMAIN_NAME, "empty.example.net"))
    assert line.client(one).say("subscribe", subscription="a")["message"] == "subscribed"
    assert line.client(several).say("subscribe", subscription="a")["code"] == "invalid-request"


def test_the_same_name_again_takes_the_place_of_the_former_and_ten_are_enough(line: Line, tenant: Caller) -> None:
    client = line.client(tenant)
    for number in range(10):
        assert client.say("subscribe", subscription=f"s{number}")["message"] == "subscribed"
    assert client.say("subscribe", subscription="s3", events=["call.*"])["message"] == "subscribed"
    assert client.say("subscribe", subscription="s10")["code"] == "conflict"
    client.say("unsubscribe", subscription="s3")
    assert client.say("subscribe", subscription="s10")["message"] == "subscribed"


def test_its_cursor_is_one_of_event_list(line: Line, house: House, tenant: Caller) -> None:
    asked = {"subscription": "a", **HERE, "events": ["extension.*"]}
    answer = line.client(tenant).say("subscribe", **asked)
    house.clock.time += 1
    tenant.done("extension-create", **HERE, extension="177")
    house.clock.time += 20
    page = tenant.done("event-list", **answer["read"], cursor=answer["cursor"])
    assert page["items"][-1]["data"]["extension"] == "177"


def test_a_link_is_its_own_switchs(line: Line, house: House, operator: Caller, tenant: Caller) -> None:
    links = house.key("switch.link", switch="lab")
    assert line.client(links).say("link", **LINK)["message"] == "linked"
    assert line.client(links).say("link", **{**LINK, "switch": "sandbox"})["code"] == "not-found"
    assert line.client(tenant).say("link", **LINK)["code"] == "forbidden"
    assert line.client(house.key("switch.event", switch="lab")).say("link", **LINK)["code"] == "forbidden"


def test_only_a_link_answers_commands(line: Line, operator: Caller) -> None:
    answer = {"command_uuid": LINK["link_uuid"], "switch_uuid": LINK["link_uuid"], "outcome": {"result": None}}
    assert line.client(operator).say("answer", answer=answer)["code"] == "forbidden"


def test_a_message_that_is_too_large_is_refused(line: Line, tenant: Caller) -> None:
    client = line.client(tenant)
    assert client.say_text('"' + "x" * MOST_BYTES + '"')["code"] == "too-large"
    assert client.say("heartbeat")["message"] == "heartbeat"


def test_too_many_messages_a_second_are_refused(line: Line, tenant: Caller) -> None:
    client = line.client(tenant)
    answers = [client.say("heartbeat") for _ in range(60)]
    assert answers[-1]["code"] == "rate-limited"
    assert answers[-1]["retry_after"] >= 1


def test_a_link_may_answer_as_many_commands_as_it_was_asked(line: Line, house: House) -> None:
    link = line.client(house.key("switch.link", switch="lab"))
    link.say("link", **LINK)
    of_lab = link.told[-1]["switch_uuid"]
    for uuid in (str(uuid4()) for _ in range(100)):
        row = commands.begun(of_lab, house.clock.now(), 5).row(uuid)
        house.store.transact([Put(row)])
        answer = {"command_uuid": uuid, "switch_uuid": of_lab, "outcome": {"result": None}}
        assert link.say("answer", answer=answer) == {}
    assert len(line.heard) == 100


def test_a_message_of_a_connection_that_is_gone_is_answered_by_hanging_up(line: Line, tenant: Caller) -> None:
    client = line.client(tenant)
    line.talk.closed(client.connection_id)
    assert client.say("heartbeat") == {}
    assert client.is_hung_up


words = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
kinds = st.sampled_from(["authenticate", "subscribe", "unsubscribe", "heartbeat", "link", "answer", "event", "x"])


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.one_of(
        st.text(max_size=40),
        st.builds(
            lambda kind, more: json.dumps({**more, "message": kind}),
            kinds,
            st.dictionaries(
                st.sampled_from(["subscription", "token", "events", "switch", "answer", "domain_name", "x"]),
                words,
                max_size=4,
            ),
        ),
    )
)
def test_whatever_is_said_is_answered_or_heeded(line: Line, house: House, tenant: Caller, text: str) -> None:
    house.clock.time += 10
    client = Client(line, line.client(tenant).connection_id)
    answer = client.say_text(text)
    assert answer == {} or answer["message"] in {"refused", "heartbeat", "subscribed", "gap"}
    assert answer.get("code") != "internal"


def during(house: House, does: Callable[[], object]) -> Line:
    """Another process that answers messages of the same connections; something happens before its first write."""
    return Line(House(Meanwhile(house.store, does), house.clock))


def test_two_messages_in_two_processes_at_once_are_both_heeded(line: Line, house: House, tenant: Caller) -> None:
    client = line.client(tenant)
    other = during(house, lambda: client.say("subscribe", subscription="a"))
    assert Client(other, client.connection_id).say("subscribe", subscription="b")["message"] == "subscribed"
    known = Connections(house.store, house.clock).get(client.connection_id)
    assert known is not None
    assert {one.name for one in known.subscriptions} == {"a", "b"}


def test_a_gap_is_noted_whatever_is_said_meanwhile(line: Line, house: House, tenant: Caller) -> None:
    client = line.client(tenant)
    meanwhile = Meanwhile(house.store, lambda: client.say("heartbeat"))
    Connections(meanwhile, house.clock).note_gap(client.connection_id)
    assert client.say("heartbeat")["message"] == "gap"


def test_a_message_of_a_connection_that_goes_meanwhile_changes_nothing(
    line: Line, house: House, tenant: Caller
) -> None:
    client = line.client(tenant)
    other = during(house, lambda: line.talk.closed(client.connection_id))
    assert Client(other, client.connection_id).say("subscribe", subscription="a")["code"] == "conflict"
    assert Connections(house.store, house.clock).everything() == []


def test_an_answer_that_comes_as_it_is_given_up_is_no_fault(line: Line, house: House) -> None:
    """And one of two that come at once is passed over."""
    link = line.client(house.key("switch.link", switch="lab"))
    switch_uuid = link.say("link", **LINK)["switch_uuid"]
    row = commands.begun(switch_uuid, house.clock.now(), 20)
    house.store.transact([Put(row.row(NOBODY), if_absent=True)])
    said = {"answer": {"command_uuid": NOBODY, "switch_uuid": switch_uuid, "outcome": {"result": 1}}}
    other = during(house, lambda: link.say("answer", **said))
    again = {"answer": {**said["answer"], "outcome": {"result": 2}}}
    assert Client(other, link.connection_id).say("answer", **again) == {}
    kept = house.store.get(keys.command(NOBODY))
    assert kept is not None
    assert '"result":1' in kept.body


def test_all_connections_are_swept_however_many_there_are(line: Line, house: House) -> None:
    silent = [line.client(None) for _ in range(1005)]
    house.clock.time += 65
    assert line.talk.sweep() == 1005
    assert all(one.is_hung_up for one in silent)


def test_a_connection_that_subscribes_as_it_is_taken_away_leaves_nothing(
    line: Line, house: House, tenant: Caller
) -> None:
    client = line.client(tenant)
    subscribes = Meanwhile(house.store, lambda: client.say("subscribe", subscription="a", **HERE))
    Connections(subscribes, house.clock).gone(client.connection_id)
    assert client.told[-1]["message"] == "subscribed"
    assert not house.store.query(keys.listeners(demo.DOMAIN_UUID), limit=10)
    assert not house.store.query(keys.LIVE, limit=10)
