import re

import pytest

from ringpost.entry import demo
from ringpost.webhooks.writing import OWN, PLAIN, default_events, formats
from tests.actions.webhooks.asking import REFUSED, URL, asked
from tests.harness import Caller, House


def test_answers_the_webhook_and_its_secret_once(tenant: Caller) -> None:
    made = tenant.done("webhook-create", url=URL, events=["call.*", "!call.ringing"], extensions=["100"])
    assert re.fullmatch(r"whsec_[A-Za-z0-9+/]{43}=", made.pop("secret"))
    assert (made["name"], made["enabled"], made["format"], made["version"]) == ("hooks.example.net", True, PLAIN, 1)
    assert (made["events"], made["extensions"], made["domain_uuid"]) == (
        ["call.*", "!call.ringing"], ["100"], demo.DOMAIN_UUID,
    )  # fmt: skip
    assert tenant.done("webhook-details", webhook_uuid=made["webhook_uuid"]) == made


def test_hears_everything_unless_it_is_told_otherwise(tenant: Caller) -> None:
    made = tenant.done("webhook-create", url=URL)
    assert (made["events"], made["direction"], made["extensions"]) == (["#"], None, [])


@pytest.mark.parametrize("name", [name for name in formats() if name not in (PLAIN, OWN)])
def test_a_crms_format_brings_its_events(tenant: Caller, name: str) -> None:
    made = tenant.done("webhook-create", url=URL, format=name)
    assert made["events"] == list(default_events(name))
    assert tenant.done("webhook-create", url=URL, format=name, events=["#"])["events"] == ["#"]


def test_a_template_of_ones_own(tenant: Caller) -> None:
    fields = {"Phone": "{from_number}", "Subject": "Call of {from_name}"}
    form = "application/x-www-form-urlencoded"
    made = tenant.done("webhook-create", url=URL, format="template", fields=fields, content_type=form)
    assert (made["fields"], made["content_type"], made["events"]) == (fields, form, ["call.*"])


def test_the_content_type_is_what_is_sent(tenant: Caller) -> None:
    form = "application/x-www-form-urlencoded"
    for name, kind in (("event", "application/json"), ("hubspot", "application/json"), ("zoho", form)):
        assert tenant.done("webhook-create", url=URL, format=name, content_type=form)["content_type"] == kind


@pytest.mark.parametrize("url", REFUSED)
def test_refuses_what_only_we_can_reach_or_is_no_address(tenant: Caller, url: str) -> None:
    reply = tenant.call("webhook-create", url=url)
    assert (reply.status, reply.json["errors"][0]["parameter"]) == (400, "url"), reply
    assert tenant.done("webhook-list", search="hooks.example.net")["items"] == []


@pytest.mark.parametrize(
    ("bad", "parameter"),
    [
        ({"events": []}, "events"),
        ({"events": ["call..ended"]}, "events.0"),
        ({"events": ["a b"]}, "events.0"),
        ({"events": ["*.*.*.*.*"]}, "events.0"),
        ({"extensions": ["x"]}, "extensions.0"),
        ({"direction": "sideways"}, "direction"),
        ({"format": "hubspott"}, "format"),
        ({"format": "../form"}, "format"),
        ({"format": "template"}, "fields"),
        ({"fields": {"a": "b"}}, "fields"),
        ({"format": "hubspot", "fields": {"a": "b"}}, "fields"),
        ({"format": "template", "fields": {}}, "fields"),
        ({"format": "template", "fields": {"a": "{nothing}"}}, "fields"),
        ({"format": "template", "fields": {"a": {"b": {"c": {"d": {"e": "x"}}}}}}, "fields"),
        ({"format": "template", "fields": {"a": {"b": {"c": {"d": {}}}}}}, "fields"),
        ({"format": "template", "fields": {"a": ["x"] * 101}}, "fields"),
        ({"content_type": "text/xml"}, "content_type"),
        ({"headers": {"Content-Type": "text/xml"}}, "headers"),
        ({"headers": {"WEBHOOK-ID": "x"}}, "headers"),
        ({"headers": {"Host": "x"}}, "headers"),
        ({"headers": {"Transfer-Encoding": "chunked"}}, "headers"),
        ({"headers": {"X": "a\r\nHost: b"}}, "headers"),
        ({"headers": {"X": ""}}, "headers"),
        ({"headers": {"X": "Zoë"}}, "headers"),
        ({"headers": {"X Y": "z"}}, "headers"),
        ({"headers": {"X": "a", "x": "b"}}, "headers"),
        ({"headers": {f"X-{number}": "a" for number in range(11)}}, "headers"),
        ({"domains": ["empty.example.net"]}, "domains"),
        ({"name": "a\nb"}, "name"),
    ],
)
def test_refuses_what_is_no_webhook(tenant: Caller, bad: dict[str, object], parameter: str) -> None:
    reply = asked(tenant, "webhook-create", url=URL, **bad)
    assert (reply.status, reply.json["errors"][0]["parameter"]) == (400, parameter), reply


@pytest.mark.parametrize("half", ['{"a": "\\ud800"}', '{"\\udfff": "a"}', '{"a": 1e999}'])
def test_refuses_a_template_that_cannot_be_kept(tenant: Caller, half: str) -> None:
    body = f'{{"action": "webhook-create", "url": "{URL}", "format": "template", "fields": {half}}}'
    assert tenant.post(body).status == 400


def test_an_operators_hears_all_domains_or_some(operator: Caller) -> None:
    every = operator.done("webhook-create", url=URL)
    assert (every["domain_uuid"], every["domains"]) == (None, [])
    some = operator.done("webhook-create", url=URL, domains=[demo.DOMAIN_NAME.upper(), demo.EMPTY_DOMAIN_UUID])
    assert some["domains"] == [demo.DOMAIN_UUID, demo.EMPTY_DOMAIN_UUID]
    assert operator.call("webhook-create", url=URL, domains=["nowhere.example.net"]).status == 404


def test_a_tenant_makes_no_operators(tenant: Caller, house: House) -> None:
    assert tenant.done("webhook-create", url=URL)["domain_uuid"] == demo.DOMAIN_UUID
    assert tenant.call("webhook-create", url=URL, domain_uuid=demo.EMPTY_DOMAIN_UUID).status == 404
    both = house.key("#", domains=(demo.DOMAIN_UUID, demo.EMPTY_DOMAIN_UUID))
    assert both.call("webhook-create", url=URL).status == 400


def test_there_are_forty_at_most(tenant: Caller) -> None:
    for _ in range(39):
        tenant.done("webhook-create", url=URL)
    reply = tenant.call("webhook-create", url=URL)
    assert (reply.status, reply.code) == (422, "cannot-comply")
    tenant.done("webhook-delete", webhook_uuid=demo.WEBHOOK_UUID)
    tenant.done("webhook-create", url=URL)
