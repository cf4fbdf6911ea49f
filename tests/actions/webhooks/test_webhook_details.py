from ringpost.entry import demo
from tests.actions.webhooks.asking import URL
from tests.harness import Caller
from tests.webhooks.receivers import BROKEN, Office, Receivers


def test_says_how_it_fares(tenant: Caller, office: Office, receivers: Receivers) -> None:
    uuid = tenant.done("webhook-create", url=URL, events=["extension.created"])["webhook_uuid"]
    receivers.answers(URL, BROKEN)
    tenant.done("extension-create", extension="150")
    office.work()
    found = tenant.done("webhook-details", webhook_uuid=uuid)
    assert (found["failing_since"], found["enabled"]) == ("2026-11-22T12:00:00.000Z", True)
    assert found["version"] == 1, "nobody has changed it"


def test_one_of_a_domain_is_found_in_that_domain(tenant: Caller, stranger: Caller, operator: Caller) -> None:
    uuid = demo.WEBHOOK_UUID
    assert tenant.done("webhook-details", webhook_uuid=uuid.upper())["webhook_uuid"] == uuid
    assert stranger.call("webhook-details", webhook_uuid=uuid).status == 404
    assert stranger.call("webhook-details", webhook_uuid=uuid, domain_name=demo.DOMAIN_NAME).status == 404
    assert operator.call("webhook-details", webhook_uuid=uuid).status == 404
    assert operator.call("webhook-details", webhook_uuid=uuid, domain_name=demo.DOMAIN_NAME).status == 200


def test_a_tenant_sees_no_operators(tenant: Caller, operator: Caller) -> None:
    uuid = operator.done("webhook-create", url=URL)["webhook_uuid"]
    assert operator.done("webhook-details", webhook_uuid=uuid)["domain_uuid"] is None
    assert tenant.call("webhook-details", webhook_uuid=uuid).status == 404
    assert operator.call("webhook-details", webhook_uuid=uuid, domain_name=demo.DOMAIN_NAME).status == 404
