"""Where calls are sent on to: refused if the domain may not call there, and voicemail if it becomes so later."""

from typing import Any

import pytest

from ringpost.entry import demo
from tests.actions.freeswitch.test_freeswitch_xml import dialled
from tests.harness import Caller, House

HOME = demo.DOMAIN_NAME
IN_HOME = {"domain_name": HOME}
KINDS = ["unconditional", "busy", "noanswer", "unregistered"]
REACHED, NOT_ALLOWED = "12025550123", "4425550123"
NOWHERE = [NOT_ALLOWED, "199", "102", "601", "*99199", "*5", "911"]


@pytest.fixture
def real(house: House, operator: Caller) -> Caller:
    """The key of a FreeSWITCH on which the demo domain lives, with a trunk; 102 and 601 are disabled."""
    operator.done(
        "switch-create", name="pbx", kind="freeswitch", address="192.0.2.10:8021", secret="env:RINGPOST_SECRET_PBX"
    )
    operator.done("extension-create", **IN_HOME, extension="102", enabled=False)
    group = {"name": "Away", "extension": "601", "strategy": "rollover", "destinations": [{"number": "100"}]}
    operator.done("ringgroup-create", **IN_HOME, **group, ring_group_enabled=False)
    operator.done("domain-update", **IN_HOME, switch="pbx", outbound_gateway="trunk", outbound_prefixes=["1202555"])
    return house.key("freeswitch.#", switch="pbx")


def to(number: str, *, enabled: bool = True) -> dict[str, Any]:
    return {"enabled": enabled, "destination": number}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("number", NOWHERE)
def test_refuses_a_forward_that_leads_nowhere(real: Caller, operator: Caller, kind: str, number: str) -> None:
    for enabled in (True, False):
        for action, extension in (("extension-forward-set", "100"), ("extension-create", "150")):
            forward = {kind: to(number, enabled=enabled)}
            reply = operator.call(action, **IN_HOME, extension=extension, **forward)
            assert (reply.status, reply.json["errors"][0]["parameter"]) == (422, kind), reply.json


@pytest.mark.parametrize("number", ["101", "600", REACHED, "+12025550123"[1:], "*3001", "*97", "*99101"])
def test_takes_one_that_leads_somewhere(real: Caller, operator: Caller, number: str) -> None:
    sent = {kind: to(number) for kind in KINDS}
    assert operator.done("extension-forward-set", **IN_HOME, extension="100", **sent)["busy"]["destination"] == number


def test_says_why(real: Caller, operator: Caller) -> None:
    def told(number: str) -> str:
        reply = operator.call("extension-forward-set", **IN_HOME, extension="100", busy=to(number))
        return str(reply.json["detail"])

    assert "outbound_prefixes" in told(NOT_ALLOWED)
    assert told("102") == "102 is disabled"
    operator.done("domain-update", **IN_HOME, outbound_gateway=None)
    assert "outbound_gateway" in told(REACHED)


TAKEN_AWAY = [
    ("domain-update", {"outbound_gateway": None}, REACHED),
    ("domain-update", {"outbound_prefixes": ["44"]}, REACHED),
    ("domain-update", {"emergency_numbers": [REACHED]}, REACHED),
    ("extension-delete", {"extension": "103"}, "103"),
    ("extension-update", {"extension": "103", "enabled": False}, "103"),
]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(("action", "members", "number"), TAKEN_AWAY)
def test_a_forward_that_leads_nowhere_any_more_leads_to_voicemail(
    real: Caller, operator: Caller, kind: str, action: str, members: dict[str, Any], number: str
) -> None:
    operator.done("extension-create", **IN_HOME, extension="103")
    operator.done("extension-forward-set", **IN_HOME, extension="100", **{kind: to(number)})
    why = {"unconditional": "", "busy": "USER_BUSY", "noanswer": "NO_ANSWER", "unregistered": "USER_NOT_REGISTERED"}[
        kind
    ]
    tried = {"ringpost_tried": "100", "originate_disposition": why} if why else {}
    assert dialled(real, "100", **tried)[-1] == ("transfer", f"{number} XML {HOME}")
    operator.done(action, **IN_HOME, **members)
    assert dialled(real, "100", **tried)[-1] == ("voicemail", f"default {HOME} 100")
    operator.done("voicemail-update", **IN_HOME, voicemail="100", enabled=False)
    assert dialled(real, "100", **tried) == [("hangup", why or "NO_ROUTE_DESTINATION")]


def test_a_ring_group_takes_no_member_the_domain_may_not_call(real: Caller, operator: Caller) -> None:
    group = {"name": "Sales", "extension": "602", "strategy": "rollover"}
    refused = operator.call("ringgroup-create", **IN_HOME, **group, destinations=[{"number": NOT_ALLOWED}])
    assert (refused.status, refused.json["errors"][0]["parameter"]) == (422, "destinations")
    members = [{"number": "100"}, {"number": "199"}, {"number": "102"}, {"number": REACHED}]
    operator.done("ringgroup-create", **IN_HOME, **group, destinations=members)
    assert operator.call("ringgroup-member-add", **IN_HOME, extension="602", number=NOT_ALLOWED).status == 422
    assert "trunk" in dict(dialled(real, "602"))["bridge"]
    operator.done("domain-update", **IN_HOME, outbound_gateway=None)
    assert "trunk" not in dict(dialled(real, "602"))["bridge"]


def test_a_destination_leads_where_the_domain_may_call(real: Caller, operator: Caller) -> None:
    refused = operator.call("destination-create", **IN_HOME, number="12025550177", extension=NOT_ALLOWED)
    assert (refused.status, refused.json["errors"][0]["parameter"]) == (422, "extension")
    operator.done("destination-create", **IN_HOME, number="12025550177", extension="199")
    assert operator.call("destination-update", number="12025550177", extension=NOT_ALLOWED).status == 422


def test_in_the_sandbox_any_number_may_be_called(operator: Caller) -> None:
    operator.done("extension-forward-set", **IN_HOME, extension="100", busy=to(NOT_ALLOWED))
