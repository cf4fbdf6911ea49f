"""The endpoint is killed: phones register and call each other, and what was is all there afterwards."""

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.live.conftest import GROUPS, HERE, Api, House, Link, Serving
from tests.live.patience import eventually
from tests.live.phones import Caller, Phone
from tests.live.under_test import KIND, LINK_DOES_ALL

ELSEWHERE_LISTEN = "127.0.0.1:3201"
INBOUND = "12025550152"


@contextmanager
def standing_in(serving: Serving, folder: Path) -> Iterator[Link]:
    """A link where the switch looks for Ringpost; the one that is there all the time, if there is."""
    link = serving.link if LINK_DOES_ALL else Link.standing_in(serving, folder)
    link.stop()  # what has changed since it was warm is asked anew, and it does not say when
    try:
        link.goes_on()
        of_all = "what phones may ask for is kept"  # of all that the suite has made
        eventually(lambda: of_all in link.said(), "the link is warm", 600)
        yield link
    except AssertionError as error:
        error.add_note(link.said())
        raise
    finally:
        if not LINK_DOES_ALL:
            link.stop()


@contextmanager
def elsewhere(house: House, serving: Serving) -> Iterator[None]:
    """Ringpost where the switch does not look for it."""
    if LINK_DOES_ALL:
        yield
        return
    try:
        with serving.elsewhere(ELSEWHERE_LISTEN):
            yield
    finally:
        house.api.reaches_the_switch()


@contextmanager
def away(serving: Serving) -> Iterator[None]:
    """Ringpost is not there for a while."""
    serving.__exit__()
    try:
        yield
    finally:
        serving.__enter__()


NOBODY_ASKED = (
    r"mod_xml_curl\.c:\d+ Received HTTP error 0|sofia_reg\.c:\d+ Can't find user|func_curl\.c: (?:Failed|Recv failure)",
    "nobody answers while the link takes Ringpost's place, and a phone may ask just then",
)


@pytest.mark.expects_complaint(*NOBODY_ASKED)
def test_the_links_own_doctor_finds_nothing_wrong(house: House, serving: Serving, tmp_path: Path):
    with elsewhere(house, serving), standing_in(serving, tmp_path) as link:
        command = [*link.command, "--doctor"]
        found = subprocess.run(command, env=link.environment, capture_output=True, text=True, check=False)
    assert (found.returncode, found.stderr) == (0, ""), found.stdout
    own = {"freeswitch": ("commands", "directory"), "asterisk": ("AMI", "user", "plan")}[KIND]
    for step in ("live connection", "listening", *own, "door", "switch asks"):
        assert f"ok   {step}: " in found.stdout


@pytest.mark.expects_complaint(*NOBODY_ASKED)
def test_phones_go_on_while_ringpost_is_away_and_all_of_it_is_told_afterwards(
    house: House, serving: Serving, phones: tuple[Phone, Phone], tmp_path: Path
):
    house.api.do("destination-create", number=INBOUND, extension="101")
    with elsewhere(house, serving), standing_in(serving, tmp_path) as link:
        api = Api(serving.url, house.api.token, HERE)
        before = {one["xml_cdr_uuid"] for one in api.do("cdr-search", limit=1000)["items"]}
        with away(serving), house.phone("100") as one, house.phone("101") as other:
            stood_in = "standing in" in link.said()
            assert stood_in or KIND == "asterisk", "they registered with an answer that was kept"  # or remembered
            one.dial("101")
            eventually(
                lambda: one.is_in_a_call() and (other.is_in_a_call() or phones[1].is_in_a_call()), "100 speaks with 101"
            )
            one.hang_up()
            eventually(lambda: not house.switch.legs(house.domain_uuid), "it is over")
            one.dial(GROUPS["sequence"])
            eventually(lambda: house.applications() & {"bridge"}, "the ring group rings")
            eventually(one.is_in_a_call, "somebody of the group answers")
            one.hang_up()
            eventually(lambda: not house.switch.legs(house.domain_uuid), "it is over")
            with Caller(INBOUND, house.trunk, talks=1) as caller:
                assert caller.was_answered()
            eventually(lambda: not house.switch.legs(house.domain_uuid), "it is over")

        def records() -> set[str]:
            return {one["xml_cdr_uuid"] for one in api.do("cdr-search", limit=1000)["items"]} - before

        eventually(lambda: len(records()) == 3, "three calls have their records", 30)
        eventually(lambda: "records are handed in" in link.said(), "all of them are handed in")
        assert len(records()) == 3
        ended = api.do("event-list", types=["call.ended"], fresh=True, limit=500, **{"from": "2026-01-01T00:00:00Z"})
        told = [event["call_uuid"] for event in ended["items"] if event["call_uuid"] in records()]
        assert sorted(told) == sorted(records()), "each has ended once"
        api.reaches_the_switch()
