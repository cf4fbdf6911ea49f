import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ringpost.entry import demo
from tests.fakes import CountingStore
from tests.harness import Caller, House


@pytest.mark.parametrize(
    ("number", "match"),
    [
        ("+1 202 555 0199", "exact"),
        ("+12025550199", "exact"),
        ("0012025550199", "exact"),
        ("01112025550199", "national"),
        ("12025550199", "national"),
        ("2025550199", "national"),
        ("(202) 555-0199", "national"),
        ("5550199", "last_digits"),
        ("13035550199", None),
        ("+442025550199", None),
        ("0199", None),
        ("5550198", None),
    ],
)
def test_finds_a_number_in_any_form(tenant: Caller, number: str, match: str | None) -> None:
    found = tenant.done("contact-lookup", number=number)
    assert found["match"] == match
    assert (found["contact"] is None) == (match is None)


@pytest.mark.parametrize(
    ("number", "match"),
    [
        ("+442079460123", "exact"),
        ("020 7946 0123", "national"),
        ("+44 (0)20 7946 0123", "exact"),
        ("79460123", "last_digits"),
    ],
)
def test_a_number_of_another_country_is_found_as_it_is_dialled_there(tenant: Caller, number: str, match: str) -> None:
    tenant.done("contact-create", company="London", numbers=[{"number": "+44 20 7946 0123"}])
    assert tenant.done("contact-lookup", number=number)["match"] == match


def test_a_number_abroad_is_found_as_it_is_dialled_from_here(tenant: Caller) -> None:
    tenant.done("contact-create", company="London", numbers=[{"number": "+44 20 7946 0123"}])
    assert tenant.done("contact-lookup", number="011 44 20 7946 0123")["match"] == "national"


@pytest.mark.parametrize(
    ("country", "kept", "asked", "match"),
    [
        ("MX", "+52 1 55 5550 0101", "+525555500101", "exact"),
        ("MX", "55 5550 0101", "+5215555500101", "exact"),
        ("MX", "55 5550 0101", "044 55 5550 0101", "national"),
        ("AR", "+54 9 11 5550 0101", "011 15 5550-0101", "national"),
        ("AR", "11 15 5550 0101", "+541155500101", "exact"),
        ("IT", "+39 (0)6 5550 0101", "06 5550 0101", "national"),
        ("US", "(202) 555-0101 x5", "+12025550101", "exact"),
    ],
)
def test_old_and_mobile_prefixes_are_no_other_number(
    operator: Caller, tenant: Caller, country: str, kept: str, asked: str, match: str
) -> None:
    operator.done("domain-update", domain_name=demo.DOMAIN_NAME, country=country)
    tenant.done("contact-create", company="Kept", numbers=[{"number": kept}])
    known = tenant.done("contact-lookup", number=asked)
    assert (known["contact"]["company"], known["match"]) == ("Kept", match)


def test_the_best_match_wins(tenant: Caller) -> None:
    tenant.done("contact-create", company="Other city", numbers=[{"number": "+13035550199"}])
    assert tenant.done("contact-lookup", number="13035550199")["contact"]["company"] == "Other city"
    assert tenant.done("contact-lookup", number="12025550199")["contact"]["display_name"] == "Example Caller"


def test_of_two_alike_it_is_the_one_touched_last(house: House, tenant: Caller) -> None:
    house.clock.time += 10
    newer = tenant.done("contact-create", company="Newer", numbers=[{"number": "+12025550199"}])
    assert tenant.done("contact-lookup", number="+12025550199")["contact"] == newer
    house.clock.time += 10
    tenant.done("contact-update", contact_uuid=demo.CONTACT_UUID, company="x")
    assert tenant.done("contact-lookup", number="+12025550199")["contact"]["company"] == "x"


def test_an_internal_number_is_an_extension(tenant: Caller) -> None:
    found = tenant.done("contact-lookup", number="100")
    assert (found["extension"]["extension"], found["contact"]) == ("100", None)
    tenant.done("contact-create", company="Desk", numbers=[{"number": "100"}])
    found = tenant.done("contact-lookup", number="100")
    assert (found["extension"]["extension"], found["contact"]["company"]) == ("100", "Desk")
    tenant.done("extension-update", extension="100", new_extension="150")
    assert tenant.done("contact-lookup", number="100")["extension"] is None
    assert tenant.done("contact-lookup", number="150")["extension"]["extension"] == "150"


def test_asks_the_store_once(house: House, tenant: Caller) -> None:
    tenant.done("contact-list")
    house.store = counting = CountingStore(house.store)
    house.restart()
    tenant.done("contact-list")
    for number in ("100", "+12025550199", "5550199", "9999999"):
        counting.calls.clear()
        tenant.done("contact-lookup", number=number)
        assert counting.calls == ["query"]


def test_another_tenants_contacts_are_not_found(stranger: Caller) -> None:
    assert stranger.done("contact-lookup", number="+12025550199")["contact"] is None


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=100, deadline=None)
@given(st.text("+0123456789 ()-./*#", min_size=1, max_size=40))
def test_no_number_breaks_it(tenant: Caller, number: str) -> None:
    assert tenant.call("contact-lookup", number=number).status in (200, 400)
    assert tenant.call("contact-create", company="x", numbers=[{"number": number}]).status in (200, 400)
