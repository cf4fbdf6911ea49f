import pytest

from tests.harness import Caller


def test_keeps_numbers_as_written_and_knows_them_in_one_spelling(tenant: Caller) -> None:
    made = tenant.done("contact-create", firstname="Dora", numbers=[{"number": "(202) 555-0142"}, {"number": "100"}])
    assert made["display_name"] == "Dora"
    assert made["numbers"] == [
        {"type": "work", "number": "(202) 555-0142", "e164": "+12025550142"},
        {"type": "work", "number": "100", "e164": None},
    ]


def test_keeps_what_is_dialled_once_somebody_has_answered(tenant: Caller) -> None:
    made = tenant.done("contact-create", firstname="Dora", numbers=[{"number": "+1 202 555 0142 ext. 5\n"}])
    kept = {"type": "work", "number": "+1 202 555 0142 ext. 5", "e164": "+12025550142", "extension_suffix": "5"}
    assert made["numbers"] == [kept]


@pytest.mark.parametrize(
    ("bad", "parameter"),
    [
        ({}, "display_name"),
        ({"firstname": "x", "numbers": [{"number": "call me"}]}, "numbers.0.number"),
        ({"firstname": "x", "numbers": [{"number": "-"}]}, "numbers.0.number"),
        ({"firstname": "x", "numbers": [{"number": "1", "type": "boat"}]}, "numbers.0.type"),
        ({"firstname": "x", "numbers": [{"number": "1"}] * 11}, "numbers"),
        ({"firstname": "x", "emails": [{"address": "nobody"}]}, "emails.0.address"),
    ],
)
def test_refuses_what_is_no_contact(tenant: Caller, bad: dict[str, object], parameter: str) -> None:
    reply = tenant.call("contact-create", **bad)
    assert (reply.status, reply.json["errors"][0]["parameter"]) == (400, parameter)


def test_two_may_have_the_same_name_and_number(tenant: Caller) -> None:
    for _ in range(2):
        tenant.done("contact-create", display_name="Twin", numbers=[{"number": "+12025550150"}])
    assert len(tenant.done("contact-list", display_name="Twin")["items"]) == 2


@pytest.mark.parametrize("address", ["o'brien@example.net", "a=b/c@example.net"])
def test_an_address_outside_may_be_an_odd_one(tenant: Caller, address: str) -> None:
    made = tenant.done("contact-create", firstname="Pat", emails=[{"address": address}])
    assert made["emails"][0]["address"] == address
