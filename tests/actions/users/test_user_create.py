import pytest

from tests.harness import Caller


def test_has_xivos_defaults(tenant: Caller) -> None:
    made = tenant.done("user-create", firstname="Carol", lastname="Example")
    assert (made["caller_id"], made["outgoing_caller_id"]) == ('"Carol Example"', "default")
    assert (made["ring_seconds"], made["simultaneous_calls"], made["enabled"]) == (30, 5, True)
    assert (made["supervision_enabled"], made["call_transfer_enabled"]) == (True, False)
    assert (made["extensions"], made["voicemail"], made["usergroups"]) == ([], None, [])
    assert tenant.done("user-details", user=made["user_uuid"]) == made


@pytest.mark.parametrize(
    ("member", "bad"),
    [
        ("firstname", ""),
        ("firstname", None),
        ("firstname", "x" * 129),
        ("email", "alice"),
        ("email", "alice@example"),
        ("email", "a b@example.net"),
        ("email", "a@b@example.net"),
        ("email", "x" * 250 + "@example.net"),
        ("caller_id", "Alice"),
        ("caller_id", '"Alice" 100'),
        ("caller_id", '"Alice" <abc>'),
        ("caller_id", '"Alice" <' + "1" * 33 + ">"),
        ("email", "-X/tmp/x@example.net"),
        ("username", "D0D0D0D0-0000-4000-8000-000000000001"),
        ("caller_id", '"' + "x" * 160 + '"'),
        ("language", "english"),
        ("language", "EN_us"),
        ("language", "en"),
        ("username", "a"),
        ("username", "a b"),
        ("username", "d0d0d0d0-0000-4000-8000-000000000001"),
        ("mobile_phone_number", "555-0100"),
        ("mobile_phone_number", "+"),
        ("outgoing_caller_id", "nobody"),
        ("ring_seconds", 61),
        ("ring_seconds", -1),
        ("simultaneous_calls", 0),
        ("simultaneous_calls", 21),
        ("enabled", "perhaps"),
    ],
)
def test_refuses_what_xivo_refuses(tenant: Caller, member: str, bad: object) -> None:
    reply = tenant.call("user-create", **{"firstname": "Carol", member: bad})
    assert (reply.status, reply.json["errors"][0]["parameter"]) == (400, member)


@pytest.mark.parametrize(
    ("member", "good"),
    [
        ("email", "alice+crm@mail.example.net"),
        ("caller_id", '"Zoë" <+12025550100>'),
        ("caller_id", '""'),
        ("language", "fr_CA"),
        ("username", "Carol.example@example.net"),
        ("mobile_phone_number", "+12025550100"),
        ("outgoing_caller_id", "anonymous"),
        ("ring_seconds", 0),
    ],
)
def test_takes_what_xivo_takes(tenant: Caller, member: str, good: object) -> None:
    assert tenant.done("user-create", **{"firstname": "Carol", member: good})[member] == good


@pytest.mark.parametrize(
    ("member", "first", "second"),
    [("username", "carol", "CAROL"), ("email", "carol@example.net", "Carol@Example.net")],
)
def test_refuses_a_taken_name_in_any_case(tenant: Caller, member: str, first: str, second: str) -> None:
    tenant.done("user-create", **{"firstname": "Carol", member: first})
    reply = tenant.call("user-create", **{"firstname": "Other", member: second})
    assert (reply.status, reply.code, reply.json["errors"][0]["parameter"]) == (409, "conflict", member)


def test_the_same_username_may_be_in_two_domains(tenant: Caller, stranger: Caller) -> None:
    tenant.done("user-create", firstname="Carol", username="carol")
    stranger.done("user-create", firstname="Carol", username="carol")


def test_takes_no_password_for_nobody_logs_in(tenant: Caller) -> None:
    assert tenant.call("user-create", firstname="Carol", password="secret").status == 400
