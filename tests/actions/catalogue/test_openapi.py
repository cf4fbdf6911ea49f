from openapi_spec_validator import validate

from tests.harness import Caller, House
from tests.looking_away import untraced


def test_answers_openapi_of_what_this_key_may_call(house: House, operator: Caller) -> None:
    document = operator.done("openapi")
    assert document["openapi"] == "3.1.0"
    assert set(document["paths"]) == {f"/{name}" for name in house.catalogue.names()}
    some = house.key("openapi", "domain.list").done("openapi")
    assert set(some["paths"]) == {"/domain-list", "/openapi"}


def test_is_valid_openapi(operator: Caller) -> None:
    document = operator.done("openapi")
    with untraced():
        validate(document)
