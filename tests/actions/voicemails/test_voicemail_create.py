import pytest

from tests.harness import Caller


def test_answers_the_pin_this_once(tenant: Caller) -> None:
    made = tenant.done("voicemail-create", name="Sales", number="700", email="sales@example.net")
    assert len(made.pop("password")) == 8
    assert (made["ask_password"], made["attach_audio"], made["delete_messages"], made["enabled"]) == (
        True, True, False, True,
    )  # fmt: skip
    assert tenant.done("voicemail-details", voicemail="700") == made
    assert tenant.done("voicemail-create", name="x", number="701", password="4711")["password"] == "4711"


@pytest.mark.parametrize("number", ["100", "700"])
def test_refuses_a_taken_number(tenant: Caller, number: str) -> None:
    tenant.done("voicemail-create", name="Sales", number="700")
    reply = tenant.call("voicemail-create", name="Other", number=number)
    assert (reply.status, reply.json["errors"][0]["parameter"]) == (409, "number")


@pytest.mark.parametrize(
    ("member", "bad"),
    [
        ("name", ""),
        ("name", "x" * 81),
        ("number", "7a"),
        ("number", "*97"),
        ("password", "12ab"),
        ("email", "nobody"),
        ("language", "german"),
        ("max_messages", 0),
        ("delete_messages", "often"),
    ],
)
def test_refuses_what_xivo_refuses(tenant: Caller, member: str, bad: object) -> None:
    reply = tenant.call("voicemail-create", **{"name": "Sales", "number": "700", member: bad})
    assert (reply.status, reply.json["errors"][0]["parameter"]) == (400, member)


def test_an_extension_made_later_has_it(tenant: Caller) -> None:
    box = tenant.done("voicemail-create", name="Sales", number="700")
    made = tenant.done("extension-create", extension="700")
    assert made["voicemail_password"] is None, "it has its PIN already"
    assert tenant.done("voicemail-details", voicemail="700")["voicemail_uuid"] == box["voicemail_uuid"]
