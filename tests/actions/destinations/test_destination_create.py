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


@pytest.mark.parametrize("number", [".*", "1)|(.*", '1"/><action', "1 2", "", "++1", "1\n"])
def test_refuses_what_is_no_number(tenant: Caller, number: str) -> None:
    assert tenant.call("destination-create", number=number, extension="100").status == 400


@pytest.mark.parametrize("extension", ["100 XML other.example.net", "100\n", "", "a"])
def test_refuses_a_way_into_another_dialplan(tenant: Caller, extension: str) -> None:
    assert tenant.call("destination-create", number="12025550123", extension=extension).status == 400
