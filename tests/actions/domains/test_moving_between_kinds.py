"""A domain moves from a FreeSWITCH to an Asterisk and back by one request: its phones log in as before."""

import re

import pytest

from ringpost.entry import demo
from tests.actions.asterisk.asking import asked_for
from tests.actions.freeswitch.test_freeswitch_xml import HOME, REGISTER, ask
from tests.harness import Caller, House

ACCOUNT = f"100@{HOME}"


@pytest.fixture
def keys(house: House, operator: Caller) -> dict[str, Caller]:
    """The keys of two switches, one of each kind."""
    for name, kind in (("fs1", "freeswitch"), ("ast1", "asterisk")):
        operator.done("switch-create", name=name, kind=kind, via="link")
    return {name: house.key("freeswitch.#", "asterisk.#", switch=name) for name in ("fs1", "ast1")}


def digest_on_freeswitch(key: Caller) -> str | None:
    found = re.search('name="a1-hash" value="([0-9a-f]{32})"', ask(key, REGISTER.format(user="100", domain=HOME)).text)
    return found[1] if found else None


def digest_on_asterisk(key: Caller) -> str | None:
    return asked_for(key, "ps_auths", id=ACCOUNT).get("md5_cred")


def test_a_phone_logs_in_with_the_same_password_wherever_its_domain_lives(
    operator: Caller, keys: dict[str, Caller]
) -> None:
    operator.done("domain-update", domain_name=HOME, switch="fs1")
    before = digest_on_freeswitch(keys["fs1"])
    assert before
    assert digest_on_asterisk(keys["ast1"]) is None

    operator.done("domain-update", domain_name=HOME, switch="ast1")
    assert digest_on_asterisk(keys["ast1"]) == before
    assert digest_on_freeswitch(keys["fs1"]) is None

    operator.done("domain-update", domain_name=HOME, switch="fs1")
    assert digest_on_freeswitch(keys["fs1"]) == before
    assert digest_on_asterisk(keys["ast1"]) is None


def test_its_numbers_lead_where_they_led(operator: Caller, keys: dict[str, Caller]) -> None:
    operator.done("domain-update", domain_name=HOME, switch="ast1")
    asked = "where=public&number=12025550100"
    reply = keys["ast1"].post(asked, path="/asterisk-route")
    assert demo.DOMAIN_UUID in reply.text
    assert keys["fs1"].post(asked, path="/asterisk-route").text == ""
