import pytest

from tests.harness import Caller


def test_refuses_a_taken_name_in_any_case(tenant: Caller) -> None:
    assert tenant.done("usergroup-create", display_name="Support")["display_name"] == "Support"
    reply = tenant.call("usergroup-create", display_name="SUPPORT")
    assert (reply.status, reply.json["errors"][0]["parameter"]) == (409, "display_name")


@pytest.mark.parametrize(("name", "status"), [("Everyone", 409), ("", 400), ("x" * 81, 400), ("a\nb", 400)])
def test_refuses_what_is_no_name(tenant: Caller, name: str, status: int) -> None:
    assert tenant.call("usergroup-create", display_name=name).status == status
