from ringpost.entry import demo
from tests.harness import Caller


def test_is_gone_and_its_name_is_free(operator: Caller) -> None:
    answer = operator.done("switch-delete", switch="lab")
    assert answer == {"deleted": True, "switch_uuid": demo.LAB_UUID}
    for reference in ("lab", demo.LAB_UUID):
        assert operator.call("switch-details", switch=reference).status == 404
    assert operator.done("switch-list")["items"] == []
    assert operator.done("switch-create", name="lab", kind="sandbox")["switch_uuid"] != demo.LAB_UUID


def test_a_switch_in_use_stays(operator: Caller) -> None:
    made = operator.done("domain-create", domain_name="a.example.net", switch="lab")
    reply = operator.call("switch-delete", switch="lab")
    assert (reply.status, reply.code) == (422, "cannot-comply")
    operator.done("domain-delete", domain_uuid=made["domain_uuid"])
    assert operator.done("switch-delete", switch="lab")["deleted"] is True


def test_a_switch_that_is_gone_is_no_home(operator: Caller) -> None:
    operator.done("switch-delete", switch="lab")
    assert operator.call("domain-create", domain_name="a.example.net", switch="lab").status == 404


def test_the_sandbox_stays(operator: Caller) -> None:
    reply = operator.call("switch-delete", switch="sandbox")
    assert (reply.status, reply.code) == (422, "cannot-comply")


def test_refuses_another_version(operator: Caller) -> None:
    assert operator.call("switch-delete", switch="lab", if_version=9).code == "conflict"
    assert operator.done("switch-delete", switch="lab", if_version=1)["deleted"] is True


def test_is_the_operators(tenant: Caller) -> None:
    for reference in ("lab", "sandbox", "nobody"):
        assert tenant.call("switch-delete", switch=reference).status == 403


def test_a_retry_answers_the_same(operator: Caller) -> None:
    first = operator.done("switch-delete", switch="lab", idempotency_key="k")
    assert operator.done("switch-delete", switch="lab", idempotency_key="k") == first
    assert operator.call("switch-delete", switch="lab").status == 404
