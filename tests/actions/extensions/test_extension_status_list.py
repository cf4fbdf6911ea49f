from typing import Any

import pytest

from ringpost.entry import demo
from ringpost.model.domain import Domain
from ringpost.model.live import LiveCall, LiveLeg, Registration
from ringpost.services import pages
from tests.actions.calls.live import placed
from tests.actions.registrations.phones import Phones
from tests.harness import Caller, House


class Asked(Phones):
    """A switch that notes what it was asked; everybody it is told of is in a call."""

    def __init__(self, *talking: str) -> None:
        super().__init__()
        self.asked: list[str] = []
        self.talking = talking

    def registrations(self, domain: Domain) -> list[Registration]:
        self.asked.append("registrations")
        return super().registrations(domain)

    def calls(self, domain: Domain) -> list[LiveCall]:
        self.asked.append("calls")
        start = "2026-11-22T12:00:00.000Z"
        legs = tuple(
            LiveLeg(
                leg_uuid=f"aaaaaaaa-0000-4000-8000-{place:012d}", extension=one, state="answered", start_stamp=start
            )
            for place, one in enumerate(self.talking)
        )
        said: dict[str, Any] = {"domain_uuid": domain.domain_uuid, "state": "answered", "start_stamp": start}
        return [LiveCall(call_uuid=legs[0].leg_uuid, legs=legs, **said)] if legs else []


def board(caller: Caller, **query: Any) -> list[tuple[str, str]]:
    return [(one["extension"], one["state"]) for one in caller.done("extension-status-list", **query)["items"]]


def test_says_of_each_what_extension_status_says(house: House, tenant: Caller) -> None:
    tenant.done("extension-create", extension="102", caller_id_name="Nobody")
    tenant.done("extension-dnd-set", extension="101", enabled=True)
    placed(tenant)
    house.clock.time += 1
    listed = tenant.done("extension-status-list")
    assert listed["next_cursor"] is None
    names = {one["extension"]: one.pop("effective_caller_id_name") for one in listed["items"]}
    assert names == {"100": "Front desk", "101": "Back office", "102": "Nobody"}
    assert listed["items"] == [tenant.done("extension-status", extension=one) for one in names]


def test_a_switch_is_asked_once_for_all(house: House, tenant: Caller) -> None:
    for number in range(200, 220):
        tenant.done("extension-create", extension=str(number))
    house.switch = switch = Asked("100", "207")
    states = dict(board(tenant))
    assert (states["100"], states["101"], states["207"], states["208"]) == ("in_use", "idle", "in_use", "unavailable")
    assert len(states) == 22
    assert switch.asked == ["registrations", "calls"]


def test_has_pages(house: House, tenant: Caller) -> None:
    for number in range(102, 107):
        tenant.done("extension-create", extension=str(number))
    found, cursor = [], None
    for _ in range(4):
        page = tenant.done("extension-status-list", limit=2, **({"cursor": cursor} if cursor else {}))
        found += [one["extension"] for one in page["items"]]
        cursor = page["next_cursor"]
    assert (found, cursor) == ([str(number) for number in range(100, 107)], None)


@pytest.mark.parametrize("more", [{}, {"order": "extension"}])
def test_a_page_is_no_longer_than_an_answer(house: House, tenant: Caller, more: dict[str, str]) -> None:
    talking = [str(number) for number in range(1000, 1160)]
    for number in talking:
        tenant.done("extension-create", extension=number)
    house.switch = Asked(*talking)
    found: list[str] = []
    page: dict[str, Any] = {"next_cursor": None}
    while not found or page["next_cursor"]:
        cursor = {"cursor": page["next_cursor"]} if found else {}
        reply = tenant.call("extension-status-list", limit=1000, **more, **cursor)
        assert len(reply.text) < pages.FULL * 1.01
        page = reply.json
        found += [one["extension"] for one in page["items"]]
    assert found == sorted(["100", "101", *talking])


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({"state": "in_use"}, ["100"]),
        ({"state": "in_use", "registered": False}, []),
        ({"registered": False}, ["102"]),
        ({"search": "front"}, ["100"]),
        ({"order": "extension", "direction": "desc", "limit": 2}, ["102", "101"]),
        ({"order": "state", "offset": 1}, ["100", "102"]),
        ({"extension": "101"}, ["101"]),
    ],
)
def test_filters_and_sorts_by_how_they_are(
    house: House, tenant: Caller, query: dict[str, Any], expected: list[str]
) -> None:
    tenant.done("extension-create", extension="102")
    house.switch = Asked("100")
    assert [extension for extension, _ in board(tenant, **query)] == expected
    assert tenant.done("extension-status-list", **query, count=True)["total"] >= len(expected)


def test_for_a_user_it_is_what_extension_status_is(house: House, tenant: Caller) -> None:
    tenant.done("user-extension-add", user="bob", extension="101")
    tenant.done("permission-set", usergroup="everyone", key="see_calls", allowed=False)
    tenant.done("extensiongroup-update", extensiongroup="reception", public_group=False)
    house.switch = Asked("100")
    assert board(tenant, as_user="bob") == [("101", "idle")], "100 is in a group that is not his"
    tenant.done("extensiongroup-update", extensiongroup="reception", public_group=True)
    hers, his = tenant.done("extension-status-list", as_user="bob")["items"]
    assert (hers["state"], hers["calls"], hers["contacts"]) == ("idle", [], [])
    assert [phone["network_ip"] for phone in his["contacts"]] == ["192.0.2.3"]


def test_another_domains_is_not_there(stranger: Caller) -> None:
    assert stranger.done("extension-status-list")["items"] == []
    assert stranger.call("extension-status-list", domain_name=demo.DOMAIN_NAME).status == 404
