import json
import subprocess
import sys
import time
from base64 import b64decode
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from standardwebhooks import Webhook, WebhookVerificationError

from ringpost.entry import demo
from ringpost.webhooks.signature import new_secret, signed
from tests.fakes import FakeClock
from tests.harness import Caller, House
from tests.webhooks.receivers import AWAY, BROKEN, FINE, Office, Post, Receivers, address

RECEIVER = """
import json, sys
from standardwebhooks import Webhook

came = json.load(sys.stdin)
print(json.dumps(Webhook(came["secret"]).verify(came["body"], came["headers"])))
"""
"""What somebody who receives webhooks has written: nothing of ours is in it."""


def verifies(post: Post, secret: str) -> bool:
    try:
        Webhook(secret).verify(post.body, dict(post.headers))
    except WebhookVerificationError:
        return False
    return True


@pytest.fixture
def now(clock: FakeClock) -> float:
    """The library looks at the real clock."""
    clock.time = time.time()
    return clock.time


@pytest.fixture
def today(now: float, house: House, office: Office) -> float:
    """What the demo tells is told already."""
    office.work()
    return now


def created(caller: Caller) -> dict[str, str]:
    made = caller.done("webhook-create", url=address(), events=["extension.*"])
    return {"uuid": made["webhook_uuid"], "secret": made["secret"]}


def test_a_receiver_in_another_process_verifies_what_an_action_did(
    today: float, tenant: Caller, office: Office, receivers: Receivers
) -> None:
    secret = created(tenant)["secret"]
    tenant.done("extension-create", extension="150", description="Zoë 日本")
    office.work()
    (post,) = receivers.heard(address())
    came = {"secret": secret, "body": post.body.decode(), "headers": dict(post.headers)}
    done = subprocess.run(
        [sys.executable, "-c", RECEIVER], input=json.dumps(came), capture_output=True, text=True, check=True, timeout=60
    )
    told = json.loads(done.stdout)
    assert (told["type"], told["data"]["extension"]) == ("extension.created", "150")
    assert told["id"] == post.id
    assert told["domain_uuid"] == demo.DOMAIN_UUID


def test_what_was_changed_on_the_way_is_not_verified(
    today: float, tenant: Caller, office: Office, receivers: Receivers
) -> None:
    secret = created(tenant)["secret"]
    tenant.done("extension-create", extension="150")
    office.work()
    (post,) = receivers.heard(address())
    assert verifies(post, secret)
    assert not verifies(post._replace(body=post.body + b" "), secret)
    for name, other in (("webhook-id", "another"), ("webhook-timestamp", str(int(today) + 1))):
        assert not verifies(post._replace(headers={**post.headers, name: other}), secret)
    assert not verifies(post, new_secret())


def test_both_secrets_verify_for_the_overlap_and_then_the_new_one(
    today: float, tenant: Caller, office: Office, receivers: Receivers, clock: FakeClock
) -> None:
    made = created(tenant)
    rotated = tenant.done("webhook-secret-rotate", webhook_uuid=made["uuid"], overlap_seconds=100)["secret"]
    for number in (150, 151):
        tenant.done("extension-create", extension=str(number))
        office.work()
        clock.time += 100
    during, after = receivers.heard(address())
    assert verifies(during, made["secret"])
    assert verifies(during, rotated)
    assert not verifies(after, made["secret"])
    assert verifies(after, rotated)


def test_without_an_overlap_the_old_secret_signs_nothing_more(
    today: float, tenant: Caller, office: Office, receivers: Receivers
) -> None:
    made = created(tenant)
    tenant.done("extension-create", extension="150")
    rotated = tenant.done("webhook-secret-rotate", webhook_uuid=made["uuid"], overlap_seconds=0)["secret"]
    office.work()
    (post,) = receivers.heard(address())
    assert verifies(post, rotated)
    assert not verifies(post, made["secret"])


def test_every_try_is_signed_at_its_own_time(
    today: float, tenant: Caller, office: Office, receivers: Receivers
) -> None:
    secret = created(tenant)["secret"]
    receivers.answers(address(), BROKEN, AWAY, FINE)
    tenant.done("extension-create", extension="150")
    office.work_until(today + 86_400)
    posts = receivers.heard(address())
    assert len(posts) == 3
    assert len({post.id for post in posts}) == 1
    for post in posts:
        moment = datetime.fromtimestamp(int(post.at), UTC)
        assert post.headers["webhook-signature"] == Webhook(secret).sign(post.id, moment, post.body.decode())
    assert [int(post.headers["webhook-timestamp"]) for post in posts] == [int(post.at) for post in posts]
    assert len({post.headers["webhook-timestamp"] for post in posts}) == 3


def test_a_secret_is_as_standard_webhooks_wants_it() -> None:
    secret = new_secret()
    assert secret.startswith("whsec_")
    assert 24 <= len(b64decode(secret.removeprefix("whsec_"), validate=True)) <= 64
    assert new_secret() != secret


@given(st.text(), st.lists(st.builds(new_secret), max_size=3))
def test_whatever_is_sent_each_live_secret_verifies_it(body: str, secrets: list[str]) -> None:
    data = json.dumps(body).encode()
    headers = signed("an-id", time.time(), data, secrets)
    assert len(headers["webhook-signature"].split()) == len(secrets)
    for secret in secrets:
        assert Webhook(secret).verify(data, headers) == body
