import pytest

from ringpost.entry import demo
from ringpost.store.sqlite import SqliteStore
from tests.actions.webhooks.asking import REFUSED, URL, asked, done
from tests.fakes import NOON
from tests.harness import Caller
from tests.webhooks.receivers import AWAY, BROKEN, DAY, GONE, Office, Receivers


@pytest.fixture
def made(tenant: Caller) -> str:
    uuid: str = done(tenant, "webhook-create", url=URL, events=["extension.*"], headers={"X-Token": "a"})[
        "webhook_uuid"
    ]
    return uuid


def test_what_is_left_out_stays(tenant: Caller, made: str) -> None:
    before = tenant.done("webhook-details", webhook_uuid=made)
    after = tenant.done("webhook-update", webhook_uuid=made, extensions=["100"], if_version=1)
    changed = {name for name in after if after[name] != before[name]}
    assert changed == {"extensions", "version", "update_date", "update_user"}
    assert "secret" not in after


def test_null_is_as_it_is_for_a_new_one(tenant: Caller, made: str) -> None:
    tenant.done("webhook-update", webhook_uuid=made, name="CRM", direction="inbound", extensions=["100"], enabled=False)
    nulls = dict.fromkeys(["name", "direction", "extensions", "events", "enabled", "headers", "format"])
    after = done(tenant, "webhook-update", webhook_uuid=made, **nulls)
    assert {name: after[name] for name in nulls if name != "headers"} == {
        "name": "hooks.example.net",
        "direction": None,
        "extensions": [],
        "events": ["#"],
        "enabled": True,
        "format": "event",
    }
    assert after["header_names"] == []
    assert tenant.call("webhook-update", webhook_uuid=made, url=None).status == 400


@pytest.mark.parametrize("url", REFUSED)
def test_refuses_what_only_we_can_reach_or_is_no_address(tenant: Caller, made: str, url: str) -> None:
    reply = tenant.call("webhook-update", webhook_uuid=made, url=url)
    assert (reply.status, reply.json["errors"][0]["parameter"]) == (400, "url"), reply
    assert tenant.done("webhook-details", webhook_uuid=made)["url"] == URL


def test_a_format_and_its_fields_go_together(tenant: Caller, made: str) -> None:
    own = {"format": "template", "fields": {"a": {"b": "{from_number}"}}}
    assert tenant.call("webhook-update", webhook_uuid=made, fields=own["fields"]).status == 400
    assert tenant.call("webhook-update", webhook_uuid=made, format="template").status == 400
    tenant.done("webhook-update", webhook_uuid=made, **own)
    reply = tenant.call("webhook-update", webhook_uuid=made, content_type="application/x-www-form-urlencoded")
    assert reply.json["errors"][0]["parameter"] == "fields", "a form is not nested"
    assert tenant.call("webhook-update", webhook_uuid=made, format="hubspot").status == 400
    after = tenant.done("webhook-update", webhook_uuid=made, format="hubspot", fields=None)
    assert (after["format"], after["fields"]) == ("hubspot", None)


def test_somebody_else_was_first(tenant: Caller, made: str) -> None:
    tenant.done("webhook-update", webhook_uuid=made, enabled=False)
    assert tenant.call("webhook-update", webhook_uuid=made, enabled=True, if_version=1).status == 409


def test_headers_are_replaced_and_sent(
    tenant: Caller, made: str, store: SqliteStore, office: Office, receivers: Receivers
) -> None:
    office.work()
    after = done(tenant, "webhook-update", webhook_uuid=made, headers={"X-Other": "b"})
    assert after["header_names"] == ["X-Other"]
    tenant.done("extension-create", extension="150")
    office.work()
    sent = receivers.heard(URL)[-1].headers
    assert sent["X-Other"] == "b"
    assert "X-Token" not in sent


@pytest.mark.parametrize("enabled", [True, None])
def test_enabled_again_it_begins_anew(
    tenant: Caller, made: str, office: Office, receivers: Receivers, enabled: bool | None
) -> None:
    receivers.answers(URL, BROKEN, GONE, BROKEN)
    tenant.done("extension-create", extension="150")
    office.work()
    office.work_until(NOON + 60)
    ill = tenant.done("webhook-details", webhook_uuid=made)
    assert (ill["enabled"], ill["disabled_because"], ill["failing_since"]) == (
        False,
        "gone",
        "2026-11-22T12:00:00.000Z",
    )
    office.clock.time = NOON + 6 * DAY
    well = tenant.done("webhook-update", webhook_uuid=made, enabled=enabled)
    assert (well["enabled"], well["disabled_because"], well["failing_since"]) == (True, None, None)
    tenant.done("extension-create", extension="151")
    office.work()
    assert tenant.done("webhook-details", webhook_uuid=made)["enabled"], "what failed before is forgotten"


def test_a_new_address_is_told_what_waits(tenant: Caller, made: str, office: Office, receivers: Receivers) -> None:
    office.work()
    receivers.answers(URL, AWAY)
    tenant.done("extension-create", extension="150")
    office.work()
    done(tenant, "webhook-update", webhook_uuid=made, url="https://elsewhere.example.net/", headers=None)
    office.work_until(NOON + 60)
    assert receivers.types("https://elsewhere.example.net/") == ["extension.created"]


def test_an_operators_is_changed_though_one_of_its_domains_is_gone(operator: Caller) -> None:
    domain = operator.done("domain-create", domain_name="gone.example.net")["domain_uuid"]
    some = operator.done("webhook-create", url=URL, domains=[domain, demo.DOMAIN_UUID])
    operator.done("domain-delete", domain_uuid=domain)
    after = operator.done("webhook-update", webhook_uuid=some["webhook_uuid"], enabled=False)
    assert after["domains"] == some["domains"]
    assert operator.done("webhook-update", webhook_uuid=some["webhook_uuid"], domains=None)["domains"] == []


def test_another_tenants_is_not_there(stranger: Caller, made: str) -> None:
    assert stranger.call("webhook-update", webhook_uuid=made, enabled=False).status == 404


def test_headers_do_not_go_along_to_another_address_unseen(tenant: Caller, made: str) -> None:
    moved = {"webhook_uuid": made, "url": "https://elsewhere.example.net/a"}
    reply = asked(tenant, "webhook-update", **moved)
    assert (reply.status, reply.json["errors"][0]["parameter"]) == (400, "headers")
    there = URL.replace("https://", "").partition("/")[0]
    kept = done(tenant, "webhook-update", webhook_uuid=made, url=f"https://{there}/b")
    assert kept["header_names"] == ["X-Token"]
    assert done(tenant, "webhook-update", **moved, headers=None)["header_names"] == []


def test_an_address_that_is_none_is_said_before_anything_about_its_headers(tenant: Caller, made: str) -> None:
    reply = tenant.call("webhook-update", webhook_uuid=made, url="https://10.0.0.1/")
    assert reply.json["errors"][0]["parameter"] == "url"
    moved = tenant.call("webhook-update", webhook_uuid=made, url=URL.replace("hooks.", "others."))
    assert moved.json["errors"][0]["parameter"] == "headers"


def test_events_that_are_none_are_a_slip_of_the_pen(tenant: Caller, made: str) -> None:
    reply = tenant.call("webhook-update", webhook_uuid=made, events=["call.*", "call.rining"])
    assert (reply.status, "did you mean call.ringing?" in reply.text) == (400, True)
