import pytest

from ringpost.entry import demo
from ringpost.model.webhook import WebhookSecrets
from ringpost.store import keys
from ringpost.store.sqlite import SqliteStore
from tests.actions.webhooks.asking import done
from tests.harness import Caller

UUID = demo.WEBHOOK_UUID


def kept(store: SqliteStore) -> WebhookSecrets:
    row = store.get(keys.webhook_secrets(demo.DOMAIN_UUID, UUID))
    assert row is not None
    secrets = WebhookSecrets.model_validate_json(row.body)
    assert secrets.version == row.version
    return secrets


def test_a_new_secret_is_answered_once(tenant: Caller) -> None:
    first = tenant.done("webhook-secret-rotate", webhook_uuid=UUID)["secret"]
    second = tenant.done("webhook-secret-rotate", webhook_uuid=UUID)["secret"]
    assert first != second
    assert first.startswith("whsec_")
    assert "secret" not in tenant.done("webhook-details", webhook_uuid=UUID)


def test_two_are_live_for_the_overlap_and_never_a_third(tenant: Caller, store: SqliteStore) -> None:
    first = tenant.done("webhook-secret-rotate", webhook_uuid=UUID)["secret"]
    second = tenant.done("webhook-secret-rotate", webhook_uuid=UUID, overlap_seconds=60)["secret"]
    assert kept(store).live("2026-11-22T12:00:59.999Z") == [second, first]
    assert kept(store).live("2026-11-22T12:01:00.000Z") == [second]
    third = tenant.done("webhook-secret-rotate", webhook_uuid=UUID)["secret"]
    assert kept(store).live("2026-11-22T12:00:00.000Z") == [third, second]
    last = tenant.done("webhook-secret-rotate", webhook_uuid=UUID, overlap_seconds=0)["secret"]
    assert kept(store).live("2026-11-22T12:00:00.000Z") == [last]


def test_headers_stay(tenant: Caller, store: SqliteStore) -> None:
    done(tenant, "webhook-update", webhook_uuid=UUID, headers={"X-Token": "abc"})
    assert tenant.done("webhook-secret-rotate", webhook_uuid=UUID)["header_names"] == ["X-Token"]
    assert kept(store).headers == {"X-Token": "abc"}


@pytest.mark.parametrize("overlap", [-1, 30 * 86_400 + 1, "soon"])
def test_refuses_what_is_no_overlap(tenant: Caller, overlap: object) -> None:
    assert tenant.call("webhook-secret-rotate", webhook_uuid=UUID, overlap_seconds=overlap).status == 400


def test_nobody_rotates_anothers(stranger: Caller) -> None:
    assert stranger.call("webhook-secret-rotate", webhook_uuid=UUID).status == 404
