import pytest

from ringpost.entry import demo
from ringpost.model.errors import CannotComply
from tests.harness import Caller


def test_removes_an_empty_domain(operator: Caller) -> None:
    gone = operator.done("domain-delete", domain_name="empty.example.net")
    assert gone == {"deleted": True, "domain_uuid": demo.EMPTY_DOMAIN_UUID}
    assert operator.call("domain-details", domain_name="empty.example.net").status == 404
    assert operator.done("domain-create", domain_name="empty.example.net")


def test_is_refused_while_anything_lives_there(operator: Caller) -> None:
    reply = operator.call("domain-delete", domain_name=demo.DOMAIN_NAME)
    assert (reply.status, reply.code) == (422, "cannot-comply")
    assert "deleting" not in operator.done("domain-details", domain_name=demo.DOMAIN_NAME)
    assert operator.done("extension-create", domain_name=demo.DOMAIN_NAME, extension="150")


def test_cascades_to_all_that_lives_there(operator: Caller) -> None:
    for number in range(200, 260):
        operator.done("extension-create", domain_name=demo.DOMAIN_NAME, extension=str(number))
    assert operator.house.store.query(f"domain#{demo.DOMAIN_UUID}#agent#{demo.AGENT_UUID}#spans") != []
    assert operator.done("domain-delete", domain_name=demo.DOMAIN_NAME, cascade=True)["deleted"] is True
    home = f"domain#{demo.DOMAIN_UUID}"
    spans = f"agent#{demo.AGENT_UUID}#spans"
    for partition in (
        "number", "extensions", "ringgroups", "destinations", "cdrs", "keys", "conferences", "parkinglots",
        "transfers", f"transfer#{demo.TRANSFER_UUID}", "agents", spans,
    ):  # fmt: skip
        assert operator.house.store.query(f"{home}#{partition}") == [], partition
    assert operator.call("destination-details", number="12025550100").status == 404


def test_is_for_operators(tenant: Caller) -> None:
    assert tenant.call("domain-delete", cascade=True).status == 403


def test_a_large_domain_takes_several_calls(operator: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ringpost.services.provisioning.domain_removal.WORKS_FOR", -1.0)
    reply = operator.call("domain-delete", domain_name=demo.DOMAIN_NAME, cascade=True)
    assert (reply.status, reply.json["deleted"]) == (202, False)
    assert operator.call("extension-create", domain_name=demo.DOMAIN_NAME, extension="150").status == 404
    monkeypatch.undo()
    assert operator.done("domain-delete", domain_name=demo.DOMAIN_NAME, cascade=True)["deleted"] is True


def test_a_refused_delete_leaves_no_mark(operator: Caller) -> None:
    before = operator.done("domain-details", domain_name=demo.DOMAIN_NAME)
    assert operator.call("domain-delete", domain_name=demo.DOMAIN_NAME).status == 422
    assert operator.done("domain-details", domain_name=demo.DOMAIN_NAME) == before


def test_who_moves_in_between_look_and_mark_stays(operator: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
    looks = iter([True, False])

    def look(context: object, domain: object) -> None:
        if not next(looks):
            raise CannotComply("somebody moved in")

    monkeypatch.setattr("ringpost.services.provisioning.domain_removal._check_empty", look)
    assert operator.call("domain-delete", domain_name="empty.example.net").status == 422
    assert "deleting" not in operator.done("domain-details", domain_name="empty.example.net")


def test_an_answer_that_says_to_call_again_is_not_kept(operator: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = {"domain_name": demo.DOMAIN_NAME, "cascade": True, "idempotency_key": "k"}
    monkeypatch.setattr("ringpost.services.provisioning.domain_removal.WORKS_FOR", -1.0)
    assert operator.call("domain-delete", **asked).status == 202
    monkeypatch.undo()
    assert operator.done("domain-delete", **asked)["deleted"] is True
    assert operator.done("domain-delete", **asked)["deleted"] is True
