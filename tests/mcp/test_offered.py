from collections.abc import Callable

import pytest

from ringpost.mcp.asked import PassingTrouble, Trouble
from ringpost.mcp.desk import Desk
from ringpost.mcp.offered import KEPT_SECONDS, Offer
from tests.harness import CATALOGUE, Caller, House
from tests.mcp.near import Near, Told, older, problem


def test_what_an_older_endpoint_does_not_say_is_taken_for_the_worse() -> None:
    action = Offer(older("thing-do")).action("thing-do")
    assert (action.writes, action.asks_first) == (True, True)
    assert Offer(older("thing-read", writes=False)).action("thing-read").asks_first is False
    assert Offer(older("thing-set", writes=True, effects=[])).action("thing-set").asks_first is False


def test_an_effect_that_only_a_newer_endpoint_knows_is_asked_about() -> None:
    assert Offer(older("thing-do", writes=True, effects=["explodes"])).action("thing-do").asks_first


@pytest.mark.parametrize("name", ["key-create", "token-details", "sip-account-details", "webhook-secret-rotate"])
def test_secrets_are_known_by_their_names_where_the_endpoint_does_not_say(name: str) -> None:
    assert name not in Offer(older(name, writes=False)).actions()
    assert name in Offer(older(name, writes=False), with_secrets=True).actions()


def test_this_endpoint_says_the_same_as_the_names_do(operator: Caller) -> None:
    left_out, by_name = (
        set(CATALOGUE.names()) - Offer(endpoint).actions().keys() for endpoint in (Near(operator), _silent(operator))
    )
    assert by_name <= left_out
    assert left_out - by_name == {"asterisk-realtime", "freeswitch-xml", "switch-link-answer-lookup"}


def _silent(operator: Caller) -> Told:
    lines = operator.done("action-list")["items"]
    return Told({"action-list": {"items": [{k: v for k, v in line.items() if k != "effects"} for line in lines]}})


def test_the_list_is_asked_for_again_after_a_while(house: House, operator: Caller) -> None:
    near, seconds = Near(operator), [0.0]
    offer = Offer(near, now=lambda: seconds[0])
    offer.details("cdr-search")
    offer.details("cdr-search")
    assert near.calls == ["action-list", "action-details"]
    seconds[0] += KEPT_SECONDS + 1
    offer.details("cdr-search")
    assert near.calls == ["action-list", "action-details"] * 2


def test_bytes_for_switches_are_no_tools(desk_of: Callable[..., Desk]) -> None:
    desk = desk_of("switch.event", "freeswitch.cdr", families=("freeswitch",))
    assert {tool.name for tool in desk.tools()} == {"find_action", "call_action", "read_more"}
    with pytest.raises(Trouble, match="for a switch"):
        desk.order("freeswitch-cdr", {})


@pytest.mark.parametrize(
    ("answer", "kind", "said"),
    [
        (problem(401, "unauthorized", "no such key"), Trouble, r"The key has ended.*RINGPOST_TOKEN"),
        (problem(403, "forbidden", "it needs the scope action.list"), Trouble, "action.list"),
        (problem(503, "store-unavailable", "the store does not answer"), PassingTrouble, "Try again later"),
        (problem(429, "rate-limited", "too many"), PassingTrouble, "Wait a minute"),
        (None, PassingTrouble, "does not answer"),
        ([1], Trouble, "lists no actions"),
        ({"items": [{"name": 1}]}, Trouble, "lists no actions"),
    ],
)
def test_an_endpoint_that_does_not_say_is_a_sentence(answer: object, kind: type[Trouble], said: str) -> None:
    with pytest.raises(kind, match=said):
        Offer(Told({"action-list": answer})).actions()
