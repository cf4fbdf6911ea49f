"""From an action to a receiver: who hears what, and who may have it told."""

import pytest

from ringpost.entry import demo
from tests.actions.webhooks.asking import URL
from tests.harness import Caller
from tests.webhooks.receivers import Office, Receivers

EMPTY = {"domain_name": "empty.example.net"}


@pytest.fixture
def quiet(operator: Caller, office: Office) -> Office:
    """All that the demo tells is told."""
    office.work()
    return office


def url(number: int) -> str:
    return f"{URL}/{number}"


def test_a_domains_hears_its_own_and_an_operators_every_domain(
    operator: Caller, quiet: Office, receivers: Receivers
) -> None:
    made = {"events": ["contact.*"]}
    operator.done("webhook-create", url=url(1), **made)
    operator.done("webhook-create", url=url(2), **made, domain_name=demo.DOMAIN_NAME)
    operator.done("webhook-create", url=url(3), **made, **EMPTY)
    operator.done("webhook-create", url=url(4), **made, domains=["empty.example.net"])
    operator.done("contact-create", domain_name=demo.DOMAIN_NAME, display_name="here")
    operator.done("contact-create", **EMPTY, display_name="there")
    quiet.work()
    names = {n: {post.told["data"]["display_name"] for post in receivers.heard(url(n))} for n in range(1, 5)}
    assert names == {1: {"here", "there"}, 2: {"here"}, 3: {"there"}, 4: {"there"}}


def test_wildcards_and_negation(tenant: Caller, quiet: Office, receivers: Receivers) -> None:
    tenant.done("webhook-create", url=url(1), events="#,!webhook.*,!voicemail.#")
    tenant.done("webhook-create", url=url(2), events=["*.deleted"])
    tenant.done("extension-create", extension="150")
    tenant.done("extension-delete", extension="150")
    quiet.work()
    assert set(receivers.types(url(1))) == {"extension.created", "extension.deleted"}
    assert "extension.deleted" in receivers.types(url(2))
    assert all(what.endswith(".deleted") for what in receivers.types(url(2)))


def test_a_sandbox_call_is_heard_as_it_happens_by_its_extension_and_direction(
    tenant: Caller, quiet: Office, receivers: Receivers
) -> None:
    calls = {"events": ["call.ringing", "call.answered", "call.ended"]}
    tenant.done("webhook-create", url=url(1), **calls, extensions=["100"])
    tenant.done("webhook-create", url=url(2), **calls, extensions=["102"])
    tenant.done("webhook-create", url=url(3), **calls, direction="local")
    tenant.done("webhook-create", url=url(4), **calls, direction="inbound")
    tenant.done("originate", caller_id_number="5550100", destination_a="100", destination_b="101")
    quiet.work()
    assert "call.ended" not in receivers.types(url(3)), "it has not ended yet"
    quiet.work_until(quiet.clock.time + 3600)
    assert receivers.types(url(3))[-1] == "call.ended"
    assert "call.ended" in receivers.types(url(1))
    assert receivers.heard(url(2)) == receivers.heard(url(4)) == []
    assert [post.at for post in receivers.posts] == sorted(post.at for post in receivers.posts)


ASKING = {
    "webhook-create": {"url": URL},
    "webhook-list": {},
    "webhook-details": {},
    "webhook-update": {"enabled": True},
    "webhook-secret-rotate": {},
    "webhook-test": {"wait": 0},
    "webhook-delete": {},
    "delivery-list": {},
    "delivery-retry": {"from": "2026-11-22T00:00:00Z"},
    "audit-list": {},
}
ABOUT_ONE = [name for name in ASKING if name not in ("webhook-create", "webhook-list", "audit-list")]


def asking(name: str, webhook: str) -> dict[str, object]:
    return {**ASKING[name], **({"webhook_uuid": webhook} if name in ABOUT_ONE else {})}


@pytest.mark.parametrize("name", ASKING)
def test_a_key_that_acts_for_a_user_may_do_nothing_here(operator: Caller, tenant: Caller, name: str) -> None:
    made = operator.done("key-create", name="Alice's", scopes=["#"], domains=[demo.DOMAIN_NAME], as_user="alice")
    alice = Caller(operator.house, made["key_uuid"], made["secret"])
    assert alice.call("extension-list").status == 200
    assert alice.call(name, **asking(name, demo.WEBHOOK_UUID)).status == 403
    assert alice.call(name, **asking(name, demo.WEBHOOK_UUID), domain_name=demo.DOMAIN_NAME).status == 403
    assert tenant.call(name, **asking(name, demo.WEBHOOK_UUID)).status in (200, 202)


@pytest.mark.parametrize("name", ABOUT_ONE)
def test_anothers_webhook_is_not_there(operator: Caller, tenant: Caller, stranger: Caller, name: str) -> None:
    operators = operator.done("webhook-create", url=URL)["webhook_uuid"]
    for caller, uuid in ((stranger, demo.WEBHOOK_UUID), (stranger, operators), (tenant, operators)):
        reply = caller.call(name, **asking(name, uuid))
        nowhere = caller.call(name, **asking(name, "abababab-0000-4000-8000-00000000000f"))
        assert (reply.status, reply.json["detail"]) == (404, nowhere.json["detail"])
        assert caller.call(name, **asking(name, uuid), domain_name=demo.DOMAIN_NAME).status == 404
    assert operator.call(name, **asking(name, operators)).status in (200, 202)


def test_a_domain_that_goes_takes_its_webhooks_along(operator: Caller, quiet: Office, receivers: Receivers) -> None:
    operator.done("webhook-create", url=url(1), **EMPTY)
    operator.done("webhook-create", url=url(2), events=["domain.*"])
    operator.done("contact-create", **EMPTY, display_name="there")
    operator.done("domain-delete", **EMPTY, cascade=True)
    quiet.work()
    assert receivers.heard(url(1)) == []
    assert set(receivers.types(url(2))) == {"domain.removing", "domain.deleted"}
    assert quiet.is_done
