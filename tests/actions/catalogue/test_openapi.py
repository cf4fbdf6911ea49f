import json
import re
from concurrent.futures import ThreadPoolExecutor

from openapi_spec_validator import validate

from ringpost.dispatch.catalogue import Catalogue
from ringpost.dispatch.registry import discover
from tests.harness import Caller, House
from tests.looking_away import untraced


def test_answers_openapi_of_what_this_key_may_call(house: House, operator: Caller) -> None:
    document = operator.done("openapi")
    assert document["openapi"] == "3.1.0"
    assert set(document["paths"]) == {"/", *(f"/{name}" for name in house.catalogue.names())}
    some = house.key("openapi", "domain.list").done("openapi")
    assert set(some["paths"]) == {"/", "/domain-list", "/openapi"}


def test_a_part_of_it_leads_to_nothing_that_is_not_there_and_has_no_more(house: House) -> None:
    for name in house.catalogue.names():
        document = house.catalogue.openapi([name])
        schemas = document["components"]["schemas"]
        named = re.findall(r'"#/components/schemas/([^"]+)"', json.dumps(document))
        assert set(named) == set(schemas), name


def test_is_made_once_whoever_asks(house: House) -> None:
    catalogue = Catalogue(discover())
    asked = [catalogue.names(), catalogue.names()[:9], *([name] for name in catalogue.names())] * 2
    with ThreadPoolExecutor(8) as pool:
        documents = list(pool.map(catalogue.openapi, asked))
    parts = {id(document["paths"][path]) for document in documents for path in document["paths"] if path != "/"}
    assert len(parts) == len(catalogue.names())
    assert all(one is catalogue.describe("originate") for one in [catalogue.describe("Originate")] * 2)


def test_is_valid_openapi(operator: Caller) -> None:
    document = operator.done("openapi")
    with untraced():
        validate(document)
