import pytest

from tests.harness import Caller


def test_answers_a_new_password_this_once(tenant: Caller) -> None:
    first = tenant.done("extension-password-reset", extension="100")
    second = tenant.done("extension-password-reset", extension="100")
    assert first["password"] != second["password"]
    assert first["extension"] == "100"
    assert second["password"] not in tenant.call("extension-details", extension="100").text


def test_takes_a_password_along(tenant: Caller) -> None:
    assert (
        tenant.done("extension-password-reset", extension="100", password="correct-horse")["password"]
        == "correct-horse"
    )


@pytest.mark.parametrize("password", ["short", "with space in it", "with\nnewline"])
def test_refuses_a_password_no_phone_takes(tenant: Caller, password: str) -> None:
    assert tenant.call("extension-password-reset", extension="100", password=password).status == 400
