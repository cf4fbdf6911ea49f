import shlex

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ringpost.model.shapes import EMAIL
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


HOSTILE = [
    "a`id`@example.net", "$(id)@example.net", "a|id@example.net", "a&id@example.net", "{a,b}@example.net",
    "o'brien@example.net", "a*@example.net", "a?@example.net", "a!b@example.net", "#a@example.net", "~a@example.net",
    "a=b@example.net", "a/b@example.net", "a^b@example.net", "-oQ@example.net", "a..b@example.net", ".a@example.net",
    "a.@example.net", "a;b@example.net", "a b@example.net", "a@-example.net", "a@example.net\n", "a@example",
    f"{'a' * 65}@example.net",
]  # fmt: skip


@pytest.mark.parametrize("member", ["email", "pager"])
@pytest.mark.parametrize("address", HOSTILE)
def test_refuses_an_address_that_means_something_to_a_shell(tenant: Caller, member: str, address: str) -> None:
    reply = tenant.call("voicemail-create", name="Sales", number="700", **{member: address})
    assert (reply.status, reply.json["errors"][0]["parameter"]) == (400, member)
    assert tenant.call("voicemail-update", voicemail="100", **{member: address}).status == 400


@pytest.mark.parametrize("address", HOSTILE)
def test_refuses_it_wherever_an_address_of_ones_own_is_taken(tenant: Caller, address: str) -> None:
    assert tenant.call("user-create", firstname="Carol", email=address).status == 400
    box = {"number": "700", "email": address}
    assert tenant.call("user-provision", firstname="Carol", extension="700", voicemail=box).status == 400


@pytest.mark.parametrize("address", [address for address in HOSTILE if address == address.strip()])
def test_refuses_it_in_a_file(tenant: Caller, address: str) -> None:
    text = f'firstname,voicemail_number,voicemail_email\nCarol,700,"{address}"\n'
    assert tenant.call("user-import", csv=text).status == 400


@given(st.text(st.sampled_from(["a", "B", "7", "ß", *map(chr, range(32, 127))]), max_size=12))
def test_an_address_means_nothing_to_a_shell(local: str) -> None:
    if EMAIL.fullmatch(f"{local}@example.net"):
        assert shlex.quote(local) == local
        assert "/" not in local
        assert not local.startswith("-")


@pytest.mark.parametrize("address", ["a@example.net", "a.b_c%d+e-f@mail-1.example.net", "7@7.example.net"])
def test_takes_an_address_as_people_have_them(tenant: Caller, address: str) -> None:
    assert tenant.done("voicemail-create", name="Sales", number="700", email=address)["email"] == address


def test_an_extension_made_later_has_it(tenant: Caller) -> None:
    box = tenant.done("voicemail-create", name="Sales", number="720")
    made = tenant.done("extension-create", extension="720")
    assert made["voicemail_password"] is None, "it has its PIN already"
    assert tenant.done("voicemail-details", voicemail="720")["voicemail_uuid"] == box["voicemail_uuid"]
