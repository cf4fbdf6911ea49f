import pytest

from ringpost.entry import demo
from tests.harness import Caller


def test_answers_fusionpbx_row(tenant: Caller) -> None:
    made = tenant.done("destination-create", domain_uuid=demo.DOMAIN_UUID, number="12025550123", extension="100")
    assert made["destination_number"] == made["destination_caller_id_number"] == "12025550123"
    assert made["destination_number_regex"] == "^(12025550123)$"
    assert made["destination_actions"] == [
        {"destination_app": "transfer", "destination_data": f"100 XML {demo.DOMAIN_NAME}"}
    ]
    assert (made["destination_type"], made["destination_context"], made["destination_order"]) == (
        "inbound",
        "public",
        100,
    )


def test_takes_a_number_literally(tenant: Caller) -> None:
    made = tenant.done("destination-create", number="*1#", extension="100")
    assert made["destination_number_regex"] == "^(\\*1\\#)$"


@pytest.mark.parametrize("number", ["12025550100", "+12025550100", "2025550100"])
def test_one_telephone_number_is_one_number_in_any_spelling(operator: Caller, number: str) -> None:
    reply = operator.call("destination-create", domain_name="empty.example.net", number=number, extension="100")
    assert (reply.status, reply.json["error"]) == (409, "number already routed")
    assert demo.DOMAIN_NAME not in reply.text


@pytest.fixture
def in_new_zealand(operator: Caller) -> str:
    operator.done("domain-update", domain_name="empty.example.net", country="NZ")
    return "empty.example.net"


def test_two_numbers_of_two_countries_are_two(operator: Caller, in_new_zealand: str) -> None:
    create = {"extension": "100"}
    operator.done("destination-create", domain_name=in_new_zealand, number="+6465550101", **create)
    made = operator.done("destination-create", domain_name=demo.DOMAIN_NAME, number="+16465550101", **create)
    assert made["destination_e164"] == "+16465550101"
    assert made["destination_spellings"] == ["0016465550101", "01116465550101", "16465550101", "6465550101"]


@pytest.mark.parametrize(
    "number", ["06 555 0101", "+64 6 555 0101", "006465550101", "0064 (0)6 555 0101", "6465550101"]
)
def test_a_number_is_read_in_its_domains_country(operator: Caller, in_new_zealand: str, number: str) -> None:
    operator.done("destination-create", domain_name=in_new_zealand, number="+6465550101", extension="100")
    again = operator.call("destination-create", domain_name=in_new_zealand, number=number, extension="100")
    assert (again.status, again.json["error"]) == (409, "number already routed")


@pytest.mark.parametrize(("country", "number"), [("US", "911"), ("DE", "+49112"), ("DE", "030 112"), ("FR", "17")])
def test_nobody_has_a_number_that_calls_for_help(operator: Caller, country: str, number: str) -> None:
    operator.done("domain-update", domain_name=demo.DOMAIN_NAME, country=country)
    reply = operator.call("destination-create", domain_name=demo.DOMAIN_NAME, number=number, extension="100")
    assert (reply.status, reply.json["errors"][0]["parameter"]) == (422, "number")


@pytest.mark.parametrize("number", [".*", "1)|(.*", '1"/><action', "1 2", "", "++1", "1\n"])
def test_refuses_what_is_no_number(tenant: Caller, number: str) -> None:
    assert tenant.call("destination-create", number=number, extension="100").status == 400


@pytest.mark.parametrize("extension", ["100 XML other.example.net", "100\n", "", "a"])
def test_refuses_a_way_into_another_dialplan(tenant: Caller, extension: str) -> None:
    assert tenant.call("destination-create", number="12025550123", extension=extension).status == 400
