import json

from ringpost.entry import demo
from tests.harness import Caller, House


def actions(caller: Caller, **asked: object) -> list[str]:
    return [line["action"] for line in caller.done("audit-list", **asked)["items"]]


def test_says_who_did_what_newest_first(house: House, stranger: Caller) -> None:
    stranger.source_ip = "198.51.100.7"
    house.clock.time += 1
    made = stranger.done("contact-create", display_name="x")
    house.clock.time += 1
    reply = stranger.call("contact-delete", contact_uuid=made["contact_uuid"])
    newest, before = stranger.done("audit-list", limit=2)["items"]
    assert newest == {
        "at": "2026-11-22T12:00:02.000Z",
        "request_id": reply.headers["X-Request-Id"],
        "key_uuid": stranger.key_uuid,
        "token_uuid": None,
        "action": "contact-delete",
        "source_ip": "198.51.100.7",
        "domain_uuid": demo.EMPTY_DOMAIN_UUID,
        "events": ["contact.deleted"],
        "targets": [made["contact_uuid"]],
    }
    assert before["action"] == "contact-create"


def test_a_line_holds_no_secret(tenant: Caller) -> None:
    url = "https://hooks.example.net/secret-in-a-path"
    secret = tenant.done("webhook-create", url=url)["secret"]
    password = tenant.done("extension-create", extension="150")["password"]
    text = json.dumps(tenant.done("audit-list"))
    assert "webhook-create" in text
    assert not any(one in text for one in (secret, password, "secret-in-a-path"))


def test_reading_and_failing_leave_no_line(tenant: Caller) -> None:
    before = actions(tenant)
    tenant.done("extension-list")
    tenant.call("extension-create", extension="100")
    assert actions(tenant) == before


def test_lines_of_one_key_or_of_one_action(house: House, tenant: Caller) -> None:
    other = house.tenant_key(demo.DOMAIN_NAME)
    for caller, number in ((tenant, "150"), (other, "151")):
        house.clock.time += 1
        caller.done("extension-create", extension=number)
        caller.done("extension-delete", extension=number)
    assert sorted(actions(tenant, key_uuid=other.key_uuid)) == ["extension-create", "extension-delete"]
    assert set(actions(tenant, action_name="extension-delete")) == {"extension-delete"}
    assert len(actions(tenant, action_name="extension-delete")) == 2
    assert actions(tenant, key_uuid=other.key_uuid, action_name="extension-create") == ["extension-create"]
    assert actions(tenant, action_name="nothing") == []


def test_pages_are_every_line_once(house: House, stranger: Caller) -> None:
    for number in range(7):
        house.clock.time += 1
        stranger.done("extension-create", extension=str(200 + number))
    everything = [line["request_id"] for line in stranger.done("audit-list")["items"]]
    seen: list[str] = []
    cursor: dict[str, str] = {}
    while True:
        page = stranger.done("audit-list", limit=3, **cursor)
        seen += [line["request_id"] for line in page["items"]]
        if page["next_cursor"] is None:
            break
        cursor = {"cursor": page["next_cursor"]}
    assert seen == everything
    assert stranger.call("audit-list", action_name="x", **cursor).status == 400


def test_lines_of_a_span_of_time(house: House, stranger: Caller) -> None:
    for number in range(3):
        stranger.done("extension-create", extension=str(200 + number))
        house.clock.time += 60
    span = {"from": "2026-11-22T12:01:00Z", "until": "2026-11-22T12:02:00Z"}
    assert actions(stranger, **span) == ["extension-create"]


def test_is_kept_for_400_days(house: House, stranger: Caller) -> None:
    stranger.done("extension-create", extension="200")
    house.clock.time += 399 * 86_400
    assert "extension-create" in actions(stranger)
    house.clock.time += 2 * 86_400
    assert actions(stranger) == []


def test_an_operators_own_is_what_belongs_to_no_domain(operator: Caller, tenant: Caller, stranger: Caller) -> None:
    operator.done("webhook-create", url="https://hooks.example.net/")
    assert actions(operator, of_no_domain=True)[0] == "webhook-create"
    assert operator.call("audit-list").status == 400
    assert operator.call("audit-list", of_no_domain=True, domain_name=demo.DOMAIN_NAME).status == 400
    assert "webhook-create" not in actions(tenant)
    assert stranger.call("audit-list", domain_name=demo.DOMAIN_NAME).status == 404
    assert operator.call("audit-list", domain_uuid="d0d0d0d0-0000-4000-8000-00000000000f").status == 404
