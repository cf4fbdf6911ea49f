"""The wire, both ways, whatever it is given."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ringpost.dispatch.envelope import MAX_BODY, opened
from ringpost.dispatch.http import HttpRequest
from ringpost.entry import demo
from ringpost.model.errors import Problem
from tests.harness import CATALOGUE, Caller

DETAILS = {"action": "domain-details", "domain_name": demo.DOMAIN_NAME}


@pytest.mark.parametrize(
    "content_type", ["application/json", "application/x-www-form-urlencoded", "text/plain", "", "application/xml"]
)
def test_reads_json_whatever_it_is_called(tenant: Caller, content_type: str) -> None:
    assert tenant.post(json.dumps(DETAILS), headers={"content-type": content_type}).status == 200


def test_the_path_may_name_the_action(tenant: Caller) -> None:
    assert tenant.post("{}", path="/domain-details").status == 200
    assert tenant.post("", path="/domain-details").status == 200, "no body is no parameters"
    assert tenant.post("{}", path="/Domain-Details/").status == 200
    assert tenant.post(json.dumps(DETAILS), path="/domain-details").status == 200


def test_path_and_body_must_agree(tenant: Caller) -> None:
    reply = tenant.post(json.dumps(DETAILS), path="/domain-list")
    assert (reply.status, reply.code) == (400, "invalid-request")


def test_a_form_is_read_where_the_path_names_the_action(tenant: Caller) -> None:
    form = {"headers": {"content-type": "application/x-www-form-urlencoded; charset=utf-8"}}
    assert tenant.post("extension=100", path="/extension-details", **form).json["extension"] == "100"
    made = tenant.post("extension=107&caller_id_name=Zo%C3%AB+B&enabled=true", path="/extension-create", **form)
    assert made.json["effective_caller_id_name"] == "Zoë B"
    assert tenant.post("action=domain-details", **form).status == 415
    assert tenant.post("extension=1&extension=2", path="/extension-details", **form).status == 400
    assert tenant.post("no pairs", path="/extension-details", **form).status == 415
    assert tenant.post("a=%ff", path="/extension-details", **form).status == 415


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ("", 400, "invalid-request"),
        ("  \n", 400, "invalid-request"),
        ("{", 415, "not-json"),
        ("hello", 415, "not-json"),
        ("{'action': 'x'}", 415, "not-json"),
        ("action=domain-list", 415, "not-json"),
        (b'{"action": "domain-list\xff"}', 415, "not-json"),
        (b"\xff\xfe{\x00}\x00", 415, "not-json"),
        ("[]", 400, "invalid-request"),
        ('"domain-list"', 400, "invalid-request"),
        ("null", 400, "invalid-request"),
        ("5", 400, "invalid-request"),
        ('{"action": "domain-list", "action": "domain-list"}', 400, "invalid-request"),
        ('{"action": "domain-list", "x": {"a": 1, "a": 2}}', 400, "invalid-request"),
        ('{"action": "domain-list", "limit": NaN}', 400, "invalid-request"),
        ('{"action": "domain-list", "limit": Infinity}', 400, "invalid-request"),
        ('{"action": "domain-list", "limit": 1e999}', 400, "invalid-request"),
        ('{"action": "domain-list", "limit": ' + "9" * 5000 + "}", 415, "not-json"),
        ('{"action": "domain-list", "x": ' + "[" * 1000 + "]" * 1000 + "}", 400, "invalid-request"),
        ('{"action": "domain-list", "x": ' + '{"a":' * 1000 + "1" + "}" * 1000 + "}", 400, "invalid-request"),
        ('{"action": "domain-list", "x": ' + "[" * 100_000, 400, "invalid-request"),
        ('{"action": "domain-list", "search": "\\ud800"}', 400, "invalid-request"),
        ('{"action": "domain-list", "\\ud800": 1}', 400, "invalid-request"),
        ('{"action": "domain-list", "limit": 10, "' + "x" * 5000 + '": 1}', 400, "invalid-request"),
        (json.dumps({"action": "domain-list", **{f"m{n}": 1 for n in range(250)}}), 400, "invalid-request"),
        (json.dumps({"action": "ringgroup-create", "destinations": [0] * 5000}), 400, "invalid-request"),
        (json.dumps({"action": "ringgroup-create", "destinations": str([0] * 5000)}), 400, "invalid-request"),
        ("{}", 400, "invalid-request"),
        ('{"action": null}', 400, "invalid-request"),
        ('{"action": ["domain-list"]}', 400, "invalid-request"),
        ('{"action": {"a": 1}}', 400, "invalid-request"),
        ('{"action": 0}', 400, "invalid-request"),
        ('{"action": ""}', 400, "invalid-request"),
        ('{"action": "../domain-list"}', 404, "unknown-action"),
        ('{"action": "__init__"}', 404, "unknown-action"),
        ('{"action": "os"}', 404, "unknown-action"),
        ('{"action": "domain_list"}', 404, "unknown-action"),
        ('{"action": "domains.domain-list"}', 404, "unknown-action"),
        ('{"action": "domain-list\\n"}', 404, "unknown-action"),
        ('{"action": "..%2fdomain-list"}', 404, "unknown-action"),
        ('{"action": "\\u212aey-list"}', 404, "unknown-action"),
        ('{"action": "\\ud800"}', 404, "unknown-action"),
        (json.dumps({"action": "x" * 10_000}), 404, "unknown-action"),
    ],
)
def test_bad_bodies_get_a_clear_answer(operator: Caller, body: str | bytes, status: int, code: str) -> None:
    reply = operator.post(body)
    assert (reply.status, reply.code) == (status, code), reply
    assert len(reply.text) < 1200, "what was sent is not sent back"


def test_many_mistakes_do_not_make_a_long_answer(operator: Caller) -> None:
    reply = operator.call("originate", tags=[{}] * 900, **{f"x{number}": 1 for number in range(150)})
    assert len(reply.json["errors"]) == 20


def test_brackets_in_text_are_no_nesting(operator: Caller) -> None:
    assert operator.call("domain-list", search='[{"\\' * 20).status == 200


@pytest.mark.parametrize("path", ["/app/rest_api/rest.php", "/pbx/app/rest_api/rest.php", "/app/rest_api/rest.php/"])
def test_fusionpbxs_own_path_is_the_root(tenant: Caller, path: str) -> None:
    assert tenant.post(json.dumps(DETAILS), path=path).json == tenant.post(json.dumps(DETAILS)).json
    assert tenant.post("{}", path=path).json["errors"][0]["parameter"] == "action"
    assert tenant.post("extension=100", path=path).status == 415


@pytest.mark.parametrize(
    "path", ["/rest.php", "/rest_api/rest.php", "/xapp/rest_api/rest.php", "/app/rest_api/rest.php5", "/app//rest.php"]
)
def test_what_only_looks_like_it_is_no_action(tenant: Caller, path: str) -> None:
    assert tenant.post(json.dumps(DETAILS), path=path).code == "unknown-action"


@pytest.mark.parametrize("path", ["/nope", "/../x", "/a/b", "/%2e%2e", "/__init__"])
def test_a_path_that_names_no_action(operator: Caller, path: str) -> None:
    assert operator.post("{}", path=path).code == "unknown-action"


def test_a_body_over_one_mebibyte_is_too_large(operator: Caller) -> None:
    filler = json.dumps({"action": "domain-list", "search": ""})
    at_most = filler.replace('""', '"' + "x" * (MAX_BODY - len(filler)) + '"')
    assert len(at_most) == MAX_BODY
    assert operator.post(at_most).status == 400, "read, and refused for its length"
    reply = operator.post(at_most + " ")
    assert (reply.status, reply.code) == (413, "too-large")


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "OPTIONS", "HEAD"])
def test_only_post_is_answered(operator: Caller, method: str) -> None:
    reply = operator.post(json.dumps(DETAILS), method=method)
    assert (reply.status, reply.code, reply.headers["Allow"]) == (405, "method-not-allowed", "POST")


def test_names_are_read_in_any_case(tenant: Caller) -> None:
    assert tenant.call("DOMAIN-Details").status == 200


def test_a_misspelt_action_is_told_the_nearest(operator: Caller) -> None:
    read = operator.call("extention-create").json
    assert read["error"] == 'unknown action "extention-create" in the body, did you mean extension-create?'
    assert read["errors"][0]["parameter"] == "action"
    read = operator.call("ringgroup_create").json
    assert read["error"] == 'unknown action "ringgroup_create" in the body, did you mean ringgroup-create?'
    for path in ("/extention-create", "/Extention-Create/"):
        read = operator.post("{}", path=path).json
        assert read["error"] == 'unknown action "extention-create" in the path, did you mean extension-create?'


@pytest.mark.parametrize(
    ("word", "shown"),
    [
        ("ｏriginate", r"\uff4friginate"),
        ("x" * 100, "x" * 64),
        ("a/b", "a/b"),
        ("domain-list\n", r"domain-list\n"),
        ("\U0001f4de", r"\u0001f4de"),
    ],
)
def test_an_unknown_action_is_said_as_it_was_read_and_where(operator: Caller, word: str, shown: str) -> None:
    for reply in (operator.call(word), operator.call("action-details", name=word[:64])):
        assert f'unknown action "{shown}" in ' in reply.json["error"]


@pytest.mark.parametrize(
    ("action", "sent", "meant"),
    [
        ("domain-details", {"domain": "fusionpbx.example.net"}, "domain_name"),
        ("domain-details", {"domain": demo.DOMAIN_UUID}, "domain_uuid"),
        ("domain-details", {"domain": demo.DOMAIN_UUID.upper()}, "domain_uuid"),
        ("extension-list", {"domain": "fusionpbx.example.net"}, "domain_name"),
        ("extension-list", {"domainName": "fusionpbx.example.net"}, "domain_name"),
        ("extension-list", {"domain-name": "fusionpbx.example.net"}, "domain_name"),
        ("extension-list", {"Domain": "fusionpbx.example.net"}, "domain_name"),
        ("key-list", {"domain": "fusionpbx.example.net"}, "domain_name"),
        ("destination-create", {"destination_action": "transfer:100 XML x"}, "extension"),
        ("destination-update", {"destination_action": "100"}, "extension"),
        ("destination-create", {"destination_actions": [{}]}, "extension"),
        ("destination-create", {"destination_number": "12025550123"}, "number"),
        ("ringgroup-create", {"ring_group_extension": "600"}, "extension"),
        ("ringgroup-create", {"ring_group_destinations": []}, "destinations"),
        ("destination-create", {"destination_extension": "100"}, "extension"),
        ("originate", {"caller_id": "5550100"}, "caller_id_number"),
        ("originate", {"caller_id": "Zoë"}, "caller_id_name"),
        ("originate", {"callerIdNumber": "5550100"}, "caller_id_number"),
        ("originate", {"destination": "100"}, "destination_a"),
    ],
)
def test_a_parameter_is_suggested_by_its_word_and_what_it_was_given(
    operator: Caller, action: str, sent: dict[str, object], meant: str
) -> None:
    reply = operator.call(action, **sent)
    [word] = sent
    assert f"unknown parameter {word}, did you mean {meant}?" in reply.json["error"]


def test_every_member_that_is_a_record_is_shown_when_it_is_none(operator: Caller) -> None:
    for name in set(CATALOGUE.names()) - {"switch-event"}:  # a link writes that, and nobody by hand
        properties = CATALOGUE.describe(name)["request"].get("properties", {})
        for member in (one for one, schema in properties.items() if "$ref" in str(schema)):
            is_list = "items" in str(properties[member])
            reply = operator.call(name, **{member: [5] if is_list else 5})
            [said] = [one["message"] for one in reply.json["errors"] if one["parameter"].startswith(member)]
            assert "must be an object, such as {" in said, (name, member, said)
            json.loads(said.partition("such as ")[2])


def test_what_is_no_array_is_shown_one(operator: Caller) -> None:
    said = operator.call("contact-create", numbers="12025550142").json["error"]
    assert 'numbers must be an array, such as [{"type": "work", "number": "(202) 555-0142"}]' in said
    said = operator.call("contact-create", numbers=["12025550142"]).json["error"]
    assert 'numbers.0 must be an object, such as {"type": "work", "number": "(202) 555-0142"}' in said


BOM = b"\xef\xbb\xbf"


def test_a_byte_order_mark_in_front_is_passed_over(tenant: Caller) -> None:
    assert tenant.post(BOM + json.dumps(DETAILS).encode()).status == 200
    assert tenant.post(BOM, path="/domain-details").status == 200
    assert tenant.post(BOM + b" \r\n", path="/domain-details").status == 200
    form = {"headers": {"content-type": "application/x-www-form-urlencoded"}}
    assert tenant.post(BOM + json.dumps(DETAILS).encode(), path="/domain-details", **form).status == 200
    assert tenant.post(BOM + b"extension=100", path="/extension-details", **form).json["extension"] == "100"
    assert "empty" in tenant.post(BOM).json["error"]
    assert tenant.post(BOM + BOM + b"{}", path="/domain-details").status == 415


@pytest.mark.parametrize("path", ["/", "/extension-details"])
@pytest.mark.parametrize("value", [b"100", b"\xff\xfe", b"[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[["])
def test_multipart_is_told_how_forms_are_read(tenant: Caller, path: str, value: bytes) -> None:
    body = b'--x\r\nContent-Disposition: form-data; name="extension"\r\n\r\n' + value + b"\r\n--x--\r\n"
    reply = tenant.post(body, path=path, headers={"content-type": "multipart/form-data; boundary=x"})
    assert (reply.status, reply.code) == (415, "not-json")
    assert "a form is read as application/x-www-form-urlencoded, at POST /<action>" in reply.json["error"]
    fine = tenant.post(json.dumps(DETAILS), headers={"content-type": "multipart/form-data; boundary=x"})
    assert fine.status == 200, "JSON is read whatever it is called"


def test_says_everything_that_is_wrong_at_once(tenant: Caller) -> None:
    reply = tenant.call("ringgroup-create", name="", extension="x", strategy="y", typo=1)
    assert {one["parameter"] for one in reply.json["errors"]} == {
        "name",
        "extension",
        "strategy",
        "typo",
        "destinations",
    }


def test_every_error_has_the_one_shape(operator: Caller) -> None:
    members = ["error", "code", "status", "title", "detail", "errors", "request_id"]
    for reply in (
        operator.post("{"),
        operator.post("[]"),
        operator.call("nope"),
        operator.call("domain-details", domain_name="nobody.example.net"),
        operator.call("domain-create", domain_name=demo.DOMAIN_NAME),
        operator.call("domain-delete", domain_name=demo.DOMAIN_NAME),
        operator.post("", method="GET"),
    ):
        said = reply.json
        assert list(said) == members
        assert said["error"] == said["detail"]
        assert said["status"] == reply.status
        assert reply.content_type == "application/problem+json"
        assert reply.headers["X-Request-Id"] == said["request_id"]


def test_a_good_answer_has_a_request_id_too(operator: Caller) -> None:
    assert len(operator.call("domain-list").headers["X-Request-Id"]) == 36


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)


def asked(body: bytes, path: str = "/") -> HttpRequest:
    return HttpRequest("POST", path, {}, body, "192.0.2.1", "r")


@given(st.binary(max_size=300), st.sampled_from(["/", "/domain-list", "/x"]))
def test_no_bytes_break_the_envelope(body: bytes, path: str) -> None:
    try:
        opened(asked(body, path))
    except Problem as problem:
        assert problem.status in (400, 415)


@given(st.dictionaries(st.text(max_size=20), json_values, max_size=6))
def test_what_was_sent_is_what_is_read(members: dict[str, object]) -> None:
    sent = {name: value for name, value in members.items() if name not in ("action", "idempotency_key")}
    body = json.dumps({"action": "Some-Thing", "idempotency_key": "k", **sent}).encode()
    try:
        envelope = opened(asked(body))
    except Problem as problem:
        assert "nested" in problem.detail
        return
    assert envelope == ("some-thing", sent, "k")
