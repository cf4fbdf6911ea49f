from ringpost.entry import demo
from ringpost.store import keys
from ringpost.store.sqlite import SqliteStore
from tests.actions.webhooks.asking import URL
from tests.harness import Caller
from tests.webhooks.receivers import Office, Receivers


def test_is_gone_with_its_secret(tenant: Caller, store: SqliteStore) -> None:
    uuid = tenant.done("webhook-create", url=URL)["webhook_uuid"]
    assert tenant.done("webhook-delete", webhook_uuid=uuid) == {"deleted": True, "webhook_uuid": uuid}
    assert tenant.call("webhook-details", webhook_uuid=uuid).status == 404
    assert tenant.call("webhook-delete", webhook_uuid=uuid).status == 404
    assert store.query(keys.webhook(demo.DOMAIN_UUID, uuid).partition) == []
    assert uuid not in [one["webhook_uuid"] for one in tenant.done("webhook-list")["items"]]


def test_what_it_has_not_been_told_it_will_not_be(tenant: Caller, office: Office, receivers: Receivers) -> None:
    uuid = tenant.done("webhook-create", url=URL, events=["extension.*"])["webhook_uuid"]
    office.work()
    receivers.posts.clear()
    tenant.done("extension-create", extension="150")
    office.outbox.hand_on(office.tasks(office.clock.time))
    tenant.done("extension-create", extension="151")
    tenant.done("webhook-delete", webhook_uuid=uuid)
    office.work()
    assert receivers.heard(URL) == []
    assert office.is_done


def test_others_hear_of_it(tenant: Caller, office: Office, receivers: Receivers) -> None:
    tenant.done("webhook-create", url=URL, events=["webhook.deleted"])
    tenant.done("webhook-delete", webhook_uuid=demo.WEBHOOK_UUID)
    office.work()
    (post,) = receivers.heard(URL)
    assert post.told["data"]["webhook_uuid"] == demo.WEBHOOK_UUID
    assert "url" not in post.told["data"]


def test_somebody_changed_it_first(tenant: Caller, stranger: Caller) -> None:
    assert tenant.call("webhook-delete", webhook_uuid=demo.WEBHOOK_UUID, if_version=1).status == 409
    assert stranger.call("webhook-delete", webhook_uuid=demo.WEBHOOK_UUID).status == 404
    tenant.done("webhook-delete", webhook_uuid=demo.WEBHOOK_UUID, if_version=2)
