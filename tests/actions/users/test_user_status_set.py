import pytest

from ringpost.entry import demo
from tests.harness import Caller


def test_a_name_of_the_domain_brings_its_type_along(tenant: Caller) -> None:
    status = tenant.done("user-status-set", user="alice", name="do not disturb")
    assert (status["name"], status["type"], status["user_created"]) == ("Do not disturb", "dnd", False)


def test_a_type_alone_is_the_status_of_that_type(tenant: Caller) -> None:
    status = tenant.done("user-status-set", user="alice", type="xa", return_time="2026-11-22T15:00:00+01:00")
    assert (status["name"], status["return_time"]) == ("Extended away", "2026-11-22T14:00:00.000Z")


def test_a_name_of_ones_own_needs_a_type(tenant: Caller) -> None:
    reply = tenant.call("user-status-set", user="alice", name="Lunch")
    assert (reply.status, reply.json["errors"][0]["parameter"]) == (400, "type")
    status = tenant.done("user-status-set", user="alice", name="Lunch", type="away", note="back soon")
    assert (status["name"], status["user_created"], status["note"]) == ("Lunch", True, "back soon")


def test_a_new_status_takes_the_place_of_the_old_one(tenant: Caller) -> None:
    tenant.done("user-status-set", user="alice", type="away", note="x", return_time="2026-11-22T15:00:00Z")
    status = tenant.done("user-status-set", user="alice", type="available")
    assert (status["note"], status["return_time"]) == (None, None)


NO_TIMES = ("tomorrow", -1, "-1", 1795348800)


@pytest.mark.parametrize("bad", [{}, {"type": "asleep"}, *({"type": "away", "return_time": bad} for bad in NO_TIMES)])
def test_refuses_what_is_no_status(tenant: Caller, bad: dict[str, object]) -> None:
    assert tenant.call("user-status-set", user="alice", **bad).status == 400


def test_the_domain_chooses_its_statuses(operator: Caller, tenant: Caller) -> None:
    tenant.done("domain-update", domain_uuid=demo.DOMAIN_UUID, statuses=[{"name": "On site", "type": "altblue"}])
    assert tenant.done("user-status-set", user="alice", name="on site")["type"] == "altblue"
    assert tenant.call("user-status-set", user="alice", name="Away").status == 400
    assert tenant.done("user-status-set", user="alice", type="away")["name"] == "Away"


def test_stops_no_call(tenant: Caller) -> None:
    tenant.done("user-status-set", user="alice", type="dnd")
    assert tenant.done("extension-status", extension="100")["do_not_disturb"] is False
