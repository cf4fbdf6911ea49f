"""What signs and what is sent along is shown once, or never."""

import json
from typing import Any

import pytest

from ringpost.entry import demo
from ringpost.store import Key, keys
from ringpost.store.sqlite import SqliteStore
from ringpost.webhooks.posting import Answer
from tests.actions.webhooks.asking import URL, asked
from tests.harness import Caller, House, Reply
from tests.webhooks.receivers import FINE, Office, Receivers

TOKEN = "Bearer 0penSesame-of-a-CRM"


def rows_with(store: SqliteStore, text: str) -> set[Key]:
    return {
        row.key
        for row in store._read("SELECT partition, sort, body, version, expires FROM rows", ())
        if text in row.body
    }


def test_secrets_and_header_values_are_in_no_answer_and_in_one_row(
    house: House, tenant: Caller, operator: Caller, store: SqliteStore, office: Office, receivers: Receivers
) -> None:
    replies: list[Reply] = []

    def ask(action: str, **members: Any) -> Any:
        replies.append(asked(tenant, action, **members))
        assert replies[-1].status in (200, 202), replies[-1]
        return replies[-1].json

    made = ask("webhook-create", url=URL, headers={"Authorization": TOKEN}, idempotency_key="a")
    secrets = [replies.pop().json["secret"]]
    uuid = made["webhook_uuid"]
    rotate = {"webhook_uuid": uuid, "idempotency_key": "b"}
    ask("webhook-secret-rotate", **rotate)
    secrets.append(replies.pop().json["secret"])
    assert ask("webhook-secret-rotate", **rotate)["secret"] is None
    again = ask("webhook-create", url=URL, headers={"Authorization": TOKEN}, idempotency_key="a")
    assert again == {**made, "secret": None}
    ask("webhook-update", webhook_uuid=uuid, headers={"Authorization": TOKEN, "X-Other": "an0ther-token"})
    receivers.answers(URL, Answer(status=401, excerpt=f"what is {TOKEN}?"), FINE)
    ask("webhook-test", webhook_uuid=uuid, wait=0)
    office.work_until(office.clock.time + 60)
    ask("webhook-details", webhook_uuid=uuid)
    ask("webhook-list", search="hooks", count=True)
    ask("delivery-list", webhook_uuid=uuid)
    ask("delivery-retry", webhook_uuid=uuid, states=["delivered", "failed"], **{"from": "2026-11-22T00:00:00Z"})
    house.clock.time += 60
    ask("event-list", limit=1000)
    ask("audit-list", limit=1000)
    office.work()
    ask("webhook-delete", webhook_uuid=demo.WEBHOOK_UUID)
    for secret in (*secrets, *(one.removeprefix("whsec_") for one in secrets), TOKEN, TOKEN[7:], "an0ther-token"):
        assert not [reply for reply in replies if secret in reply.text]
        assert rows_with(store, secret) == {keys.webhook_secrets(demo.DOMAIN_UUID, uuid)}
        assert not [post for post in receivers.posts if secret.encode() in post.body]
    assert {post.headers["Authorization"] for post in receivers.heard(URL)} == {TOKEN}


def test_addresses_are_told_to_nobody_else(
    tenant: Caller, store: SqliteStore, office: Office, receivers: Receivers
) -> None:
    """For many receivers their address is the secret."""
    secret = "https://hooks.example.net/T0KEN-in-a-path"
    tenant.done("webhook-create", url="https://all.example.net/")
    uuid = tenant.done("webhook-create", url=secret, name="x")["webhook_uuid"]
    receivers.answers(secret, Answer(status=410))
    tenant.done("contact-create", display_name="x")
    office.work()
    tenant.done("webhook-update", webhook_uuid=uuid, enabled=True)
    tenant.done("webhook-delete", webhook_uuid=uuid)
    office.work()
    told = receivers.heard("https://all.example.net/")
    assert {"webhook.created", "webhook.updated", "webhook.deleted", "webhook.disabled"} <= {
        post.told["type"] for post in told
    }
    assert not [post for post in told if b"T0KEN" in post.body]
    assert rows_with(store, "T0KEN") == set()


@pytest.mark.parametrize("how", [repr, str])
def test_what_is_logged_of_secrets_is_not_them(tenant: Caller, store: SqliteStore, how: Any) -> None:
    from ringpost.model.webhook import WebhookSecrets

    made = asked(tenant, "webhook-create", url=URL, headers={"Authorization": TOKEN}).json
    row = store.get(keys.webhook_secrets(demo.DOMAIN_UUID, made["webhook_uuid"]))
    assert row is not None
    assert json.loads(row.body)["headers"] == {"Authorization": TOKEN}
    logged = how(WebhookSecrets.model_validate_json(row.body))
    assert made["secret"] not in logged
    assert TOKEN not in logged
