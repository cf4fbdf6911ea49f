"""What the pipeline does around an action."""

import json
import logging
import re
import sys
import threading
from types import ModuleType
from typing import ClassVar

import pytest

from ringpost.contract import Output, RawRequest, RawResponse, Write
from ringpost.dispatch.catalogue import Catalogue
from ringpost.dispatch.registry import discover
from ringpost.entry import demo
from ringpost.model.errors import UnknownAction
from ringpost.store import keys
from tests.harness import Caller, House, Reply


class RawIn(RawRequest):
    pass


class Handled(Write):
    pass


class HandledForUsers(Write):
    for_users: ClassVar[bool] = True


class Nothing(Output):
    pass


def broken(request: Handled, context: object) -> Nothing:
    raise ZeroDivisionError("a secret s3cr3t")


def echoed(request: RawIn, context: object) -> RawResponse:
    return RawResponse(
        request.content_type.encode() + b"|" + request.body + b"|" + str(dict(request.query)).encode(), "text/csv"
    )


def module(name: str, **members: object) -> None:
    made = ModuleType(f"fake_actions.{name}", "Do something for a test.")
    made.__dict__.update({"EXAMPLE": {}, **members})
    sys.modules[made.__name__] = made


@pytest.fixture
def fake_house(house: House, monkeypatch: pytest.MonkeyPatch) -> House:
    monkeypatch.setitem(sys.modules, "fake_actions", ModuleType("fake_actions"))
    module("broken", Request=Handled, Response=Nothing, handle=broken)
    module("broken_for_users", Request=HandledForUsers, Response=Nothing, handle=broken)
    module("raw_in", Request=RawIn, Response=RawResponse, handle=echoed)
    house.catalogue = Catalogue(
        {
            "broken": "fake_actions.broken",
            "broken-for-users": "fake_actions.broken_for_users",
            "raw-in": "fake_actions.raw_in",
            "gone": "fake_actions.gone",
        }
    )
    house.restart()
    return house


def test_a_bug_is_a_500_without_a_word_of_it(
    fake_house: House, operator: Caller, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.ERROR):
        reply = operator.call("broken")
    assert (reply.status, reply.code) == (500, "internal")
    assert "s3cr3t" not in reply.text
    assert "ZeroDivisionError" in caplog.text
    assert fake_house.outcomes[-1].code == "internal"


def test_an_action_that_says_nothing_is_for_no_user(fake_house: House) -> None:
    row = fake_house.store.get(keys.username(demo.DOMAIN_UUID, "bob"))
    assert row is not None
    bob = fake_house.key("#", domains=(demo.DOMAIN_NAME,), user=json.loads(row.body)["user_uuid"])
    for reply in (bob.call("broken"), bob.post(b"", path="/raw-in"), bob.call("broken", nonsense=1)):
        assert (reply.status, reply.code) == (403, "forbidden"), "neither read nor run"
    assert bob.call("broken-for-users").status == 500, "this one is run"


def test_a_broken_module_is_a_bug_and_no_unknown_action(fake_house: House, operator: Caller) -> None:
    assert operator.call("gone").status == 500


def test_a_raw_action_gets_its_bytes_as_they_are(fake_house: House, operator: Caller) -> None:
    body = b'{"action": "other", "a": 1, "a": \xff'
    reply = operator.post(
        body.replace(b"\xff", b""), path="/raw-in", headers={"content-type": "x/y"}, query={"uuid": "u"}
    )
    assert (reply.status, reply.content_type) == (200, "text/csv")
    assert reply.text == 'x/y|{"action": "other", "a": 1, "a": |' + str({"uuid": "u"})


def test_a_raw_action_is_named_by_the_path_only(fake_house: House, operator: Caller) -> None:
    assert operator.call("raw-in").status == 400


def test_a_raw_action_keeps_its_answer_too(fake_house: House, operator: Caller) -> None:
    headers = {"idempotency-key": "k", "content-type": "x"}
    first = operator.post(b"body", path="/raw-in", headers=headers)
    again = operator.post(b"body", path="/raw-in", headers=headers)
    assert (again.text, again.content_type) == (first.text, "text/csv")
    assert operator.post(b"another", path="/raw-in", headers=headers).status == 422


def test_a_key_of_a_raw_action_is_for_one_query_and_one_content_type(fake_house: House, operator: Caller) -> None:
    headers = {"idempotency-key": "k", "content-type": "x"}
    given = {"path": "/raw-in", "headers": headers, "query": {"uuid": "u", "a": "b"}}
    first = operator.post(b"body", **given)
    for other in ({"query": {"uuid": "v", "a": "b"}}, {"query": {}}, {"headers": {**headers, "content-type": "y"}}):
        reply = operator.post(b"body", **{**given, **other})
        assert (reply.status, reply.code) == (422, "cannot-comply")
    again = operator.post(b"body", **{**given, "query": {"a": "b", "uuid": "u"}})
    assert (again.text, again.headers["Idempotency-Replayed"]) == (first.text, "true")


@pytest.mark.parametrize("key", ["", "x" * 256, "a\u200bb"])
def test_a_raw_action_takes_no_key_that_is_none(fake_house: House, operator: Caller, key: str) -> None:
    headers = {"idempotency-key": key, "content-type": "x"}
    assert operator.post(b"body", path="/raw-in", headers=headers).status == 400


def test_two_files_with_one_name_fail_at_the_start(tmp_path, monkeypatch: pytest.MonkeyPatch) -> None:
    for family in ("one", "two"):
        (tmp_path / "twice" / family).mkdir(parents=True)
        (tmp_path / "twice" / family / "do_it.py").touch()
    (tmp_path / "twice" / "__init__.py").touch()
    monkeypatch.syspath_prepend(tmp_path)
    with pytest.raises(RuntimeError, match="two files answer do-it"):
        discover("twice")


@pytest.mark.parametrize(
    "name", ["", "domain_list", "../domain-list", "__init__", "os", "domain-list\n", "DOMAIN-LIST"]
)
def test_a_name_is_only_ever_a_dict_key(name: str) -> None:
    with pytest.raises(UnknownAction):
        Catalogue(discover()).load(name)


def test_the_outcome_tells_everything_but_secrets_and_bodies(house: House, tenant: Caller) -> None:
    tenant.call("extension-create", extension="150", caller_id_name="Private Person")
    tenant.call("extension-create", extension="150")
    done, refused = house.outcomes[-2:]
    assert (done.action, done.key_uuid, done.status, done.code) == ("extension-create", tenant.key_uuid, 200, "ok")
    assert (refused.status, refused.code) == (409, "conflict")
    assert tenant.secret not in str(house.outcomes)
    assert "Private" not in str(house.outcomes)


def test_of_twenty_same_creates_at_once_one_wins(house: House, tenant: Caller) -> None:
    replies: list[Reply] = []
    barrier = threading.Barrier(20)

    def send() -> None:
        barrier.wait(10)
        replies.append(tenant.call("extension-create", extension="150"))

    threads = [threading.Thread(target=send) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert sorted(reply.status for reply in replies) == [200] + [409] * 19


def test_updates_at_once_are_all_done(house: House, tenant: Caller) -> None:
    replies: list[Reply] = []
    barrier = threading.Barrier(5)

    def send(number: int) -> None:
        barrier.wait(10)
        replies.append(tenant.call("ringgroup-member-add", extension="600", number=f"55501{number:02d}"))

    threads = [threading.Thread(target=send, args=(number,)) for number in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert [reply.status for reply in replies] == [200] * 5
    members = tenant.done("ringgroup-details", extension="600")["ring_group_destinations"]
    assert len(members) == 7


def test_a_write_leaves_an_event_and_an_audit_line(house: House, tenant: Caller) -> None:
    house.clock.time += 1
    made = tenant.call("extension-create", extension="150")
    home = f"domain#{demo.DOMAIN_UUID}"
    events = house.store.query(f"{home}#events", descending=True, limit=2)
    line = house.store.query(f"{home}#audit", descending=True, limit=1)[0]
    [event] = [row for row in events if '"type":"extension.created"' in row.body]
    assert made.json["extension_uuid"] in event.body
    for word in (
        "extension-create",
        tenant.key_uuid,
        made.headers["X-Request-Id"],
        made.json["extension_uuid"],
        "192.0.2.1",
    ):
        assert word in line.body
    for secret in (made.json["password"], made.json["voicemail_password"]):
        assert secret not in event.body + line.body
    assert event.expires is not None
    assert line.expires is not None


def test_no_secret_is_in_any_row_but_its_own(house: House, operator: Caller) -> None:
    made = operator.done("extension-create", domain_name=demo.DOMAIN_NAME, extension="150", idempotency_key="k")
    key = operator.done("key-create", name="k", scopes=["#"], domains=[demo.DOMAIN_NAME], idempotency_key="k")
    rows = house.store._read("SELECT partition, sort, body, version, expires FROM rows", ())
    holding = {
        secret: [row.key for row in rows if secret in row.body]
        for secret in (made["password"], made["voicemail_password"], key["secret"])
    }
    assert [len(found) for found in holding.values()] == [1, 1, 0]
    assert all("secret" in str(found[0]) for found in holding.values() if found)


def test_the_events_of_a_call_fall_due_one_after_the_other(house: House, tenant: Caller) -> None:
    house.clock.time += 1
    tenant.done("originate", caller_id_number="1", destination_a="100", destination_b="101")
    rows = house.store.query(f"domain#{demo.DOMAIN_UUID}#events", between=("2026-11-22T12:00:01", "2026-11-22T12:01"))
    told = [re.search(r'"type":"([a-z.]+)"', row.body) for row in rows]
    assert [found and found[1] for found in told] == [
        "call.placed", "call.ringing", "call.answered", "call.ringing", "call.answered", "call.ended", "cdr.created",
    ]  # fmt: skip


def test_what_a_webhook_does_is_not_told_to_it_again(tenant: Caller) -> None:
    reply = tenant.call("domain-list", headers={"webhook-signature": "v1,AAAA", "webhook-id": "1"})
    assert (reply.status, reply.code) == (403, "forbidden")
    assert tenant.call("domain-list", headers={"webhook-id": "1"}).status == 200
