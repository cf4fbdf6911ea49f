"""Nobody without the right key gets anything, and nobody learns why."""

from dataclasses import replace

import pytest

from ringpost.auth.tokens import sha256
from ringpost.dispatch.http import HttpRequest
from ringpost.entry import demo
from ringpost.store import Put, Row, keys
from tests.fakes import CountingStore, FakeClock
from tests.harness import Caller, House, Reply


def told(reply: Reply) -> tuple[object, ...]:
    said = reply.json
    said.pop("request_id")
    return reply.status, said, {name: value for name, value in reply.headers.items() if name != "X-Request-Id"}


def nobody(house: House, headers: dict[str, str]) -> Reply:
    return Caller(house, "x", "y").call("domain-list", headers={"authorization": "", **headers})


def test_every_401_is_word_for_word_one_answer(house: House, operator: Caller, tenant: Caller) -> None:
    disabled = house.key("#")
    operator.done("key-update", key_uuid=disabled.key_uuid, enabled=False)
    expired = house.key("#", expires_at="2026-11-22T11:59:59.999Z")
    elsewhere = house.key("#", networks=("203.0.113.0/24",))
    deleted = house.key("#")
    operator.done("key-delete", key_uuid=deleted.key_uuid)
    rotated = replace(tenant)
    operator.done("key-rotate", key_uuid=tenant.key_uuid)
    refused = [
        nobody(house, {}),
        nobody(house, {"authorization": "Basic ???"}),
        nobody(house, {"x-api-key": "rp_x_y"}),
        replace(tenant, secret="").call("domain-list"),
        replace(tenant, secret="0" * 64).call("domain-list"),
        replace(tenant, key_uuid=demo.CALL_UUID).call("domain-list"),
        *(one.call("domain-list") for one in (disabled, expired, elsewhere, deleted, rotated)),
        tenant.call("domain-list", headers={"x-api-key": f"rp_{operator.key_uuid}_{operator.secret}"}),
        replace(elsewhere, source_ip="not an address").call("domain-list"),
    ]
    first = told(refused[0])
    assert first[0] == 401
    assert all(told(reply) == first for reply in refused)
    assert "X-API-Key" in refused[0].json["error"]
    assert refused[0].headers["WWW-Authenticate"]


def test_no_key_learns_nothing_about_actions_or_bodies(house: House) -> None:
    caller = Caller(house, demo.CALL_UUID, "wrong")
    for path, body in (("/", "{"), ("/", '{"action": "nope"}'), ("/nope", "{}"), ("/", ""), ("/domain-list", "{}")):
        assert caller.post(body, path=path).status == 401


def test_an_unknown_key_costs_as_much_as_a_wrong_secret(house: House, tenant: Caller) -> None:
    house.store = counting = CountingStore(house.store)
    house.restart()
    tenant.done("domain-details")
    bought = tenant.done("token-create")
    for headers in (
        {"authorization": replace(tenant, secret="0" * 64).basic["authorization"]},
        {"authorization": replace(tenant, key_uuid=demo.CALL_UUID).basic["authorization"]},
        {"authorization": replace(tenant, key_uuid="no uuid").basic["authorization"]},
        {"authorization": replace(tenant, secret="").basic["authorization"]},
        {"authorization": "Basic ???"},
        {"x-api-key": "rp_no-uuid_secret"},
        {"x-api-key": f"rpt_{bought['token_uuid']}_{'0' * 64}"},
        {"x-api-key": f"rpt_{demo.CALL_UUID}_{'0' * 64}"},
        {"x-api-key": "rpt_no-uuid_secret"},
    ):
        counting.calls.clear()
        assert refused_with(house, headers)
        assert counting.calls == ["get"], headers


def refused_with(house: House, headers: dict[str, str]) -> bool:
    request = HttpRequest("POST", "/", headers, b'{"action": "domain-details"}', "192.0.2.1", demo.CALL_UUID)
    return house.endpoint.answer(request).status == 401


@pytest.mark.parametrize("is_token", [False, True])
def test_what_is_stored_is_read_only_once_the_secret_is_proved(house: House, is_token: bool) -> None:
    """A record nobody can read would be a 500 to whoever makes us read it."""
    kind = "rpt" if is_token else "rp"
    body = (
        f'{{"sha256":"{sha256("right")}","limits":' if is_token else f'{{,"hashes":[{{"sha256":"{sha256("right")}"}}]}}'
    )
    key = keys.token(demo.CALL_UUID) if is_token else keys.api_key(demo.CALL_UUID)
    house.store.transact([Put(Row(key, body))])
    assert refused_with(house, {"x-api-key": f"{kind}_{demo.CALL_UUID}_wrong"})
    assert not refused_with(house, {"x-api-key": f"{kind}_{demo.CALL_UUID}_right"}), "it was read, and broke"


def test_both_secrets_of_a_rotation_prove_a_key_and_one_that_is_over_does_not(
    house: House, tenant: Caller, clock: FakeClock
) -> None:
    old = replace(tenant)
    tenant.secret = tenant.done("key-rotate", key_uuid=tenant.key_uuid, overlap_seconds=60)["secret"]
    assert (old.call("domain-list").status, tenant.call("domain-list").status) == (200, 200)
    clock.time += 60
    house.restart()
    assert (old.call("domain-list").status, tenant.call("domain-list").status) == (401, 200)


def test_the_address_comes_from_the_socket_never_from_a_header(house: House) -> None:
    bound = house.key("#", networks=("203.0.113.7",))
    for header in ("x-forwarded-for", "forwarded", "x-real-ip"):
        assert bound.call("domain-list", headers={header: "203.0.113.7"}).status == 401
    assert replace(bound, source_ip="203.0.113.7").call("domain-list").status == 200


def test_an_action_out_of_scope_is_forbidden_before_its_parameters_are_read(house: House) -> None:
    narrow = house.key("extension.*", "!extension.delete", domains=(demo.DOMAIN_UUID,))
    assert narrow.call("extension-list").status == 200
    for action in ("extension-delete", "domain-details", "extension-password-reset"):
        reply = narrow.call(action, nonsense=1)
        assert (reply.status, reply.code) == (403, "forbidden")


def test_a_known_key_is_remembered_for_thirty_seconds(house: House, tenant: Caller, clock: FakeClock) -> None:
    house.store = counting = CountingStore(house.store)
    house.restart()
    tenant.done("domain-details")
    counting.calls.clear()
    tenant.done("domain-details")
    assert counting.calls == ["get"], "the domain; the key is remembered"
    clock.time += 30
    counting.calls.clear()
    tenant.done("domain-details")
    assert counting.calls == ["get", "get"]


@pytest.mark.parametrize(
    ("action", "parameters"),
    [
        ("domain-details", {}),
        ("extension-list", {}),
        ("extension-details", {"extension": "100"}),
        ("extension-create", {"extension": "109"}),
        ("extension-delete", {"extension": "100"}),
        ("ringgroup-details", {"extension": "600"}),
        ("ringgroup-member-add", {"extension": "600", "number": "1"}),
        ("destination-details", {"number": "12025550100"}),
        ("destination-list", {}),
        ("cdr-list", {}),
        ("cdr-search", {}),
        ("cdr-details", {"xml_cdr_uuid": demo.CALL_UUID}),
        ("cdr-create", {"xml_cdr_uuid": demo.CALL_UUID, "start_stamp": "2026-11-20T09:30:00Z"}),
        ("originate", {"caller_id_number": "1", "destination_a": "100", "destination_b": "101"}),
        ("domain-update", {"domain_description": "mine now"}),
    ],
)
def test_another_tenants_domain_answers_as_one_that_is_not_there(
    stranger: Caller, action: str, parameters: dict[str, str]
) -> None:
    absent = "dddddddd-0000-4000-8000-000000000009"
    theirs = told(stranger.call(action, domain_uuid=demo.DOMAIN_UUID, **parameters))
    nowhere = told(stranger.call(action, domain_uuid=absent, **parameters))
    assert theirs == nowhere
    assert theirs[0] == 404


@pytest.mark.parametrize(
    ("origin", "status"),
    [
        ("https://evil.example.net", 403),
        ("null", 403),
        ("", 403),
        ("https://api.example.net.evil.example.net", 403),
        ("https://api.example.net:444", 403),
        ("https://api.example.net", 200),
        ("https://API.example.net", 200),
        (None, 200),
    ],
)
def test_a_password_that_a_browser_keeps_is_no_key_of_another_origins_page(
    tenant: Caller, origin: str | None, status: int
) -> None:
    headers = {"host": "api.example.net", **({} if origin is None else {"origin": origin})}
    assert tenant.call("domain-list", headers={**tenant.basic, **headers}).status == status
    token = {"authorization": f"Bearer rp_{tenant.key_uuid}_{tenant.secret}"}
    assert tenant.call("domain-list", headers={**token, **headers}).status == 200
    wrong = replace(tenant, secret="0" * 64)
    assert wrong.call("domain-list", headers={**wrong.basic, **headers}).status == (401 if status == 200 else 403)
