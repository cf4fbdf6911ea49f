"""When two numbers are the same, and how one may be named."""

import phonenumbers
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ringpost.model.telephone.meaning import e164, meant, spellings, written


@pytest.mark.parametrize(
    ("number", "country", "same"),
    [
        ("+12025550100", "US", "+12025550100"),
        ("12025550100", "US", "+12025550100"),
        ("2025550100", "US", "+12025550100"),
        ("01112025550100", "US", "+12025550100"),
        ("0012025550100", "US", "+12025550100"),
        ("6465550101", "US", "+16465550101"),
        ("6465550101", "NZ", "+6465550101"),
        ("+6465550101", "US", "+6465550101"),
        ("02079460123", "GB", "+442079460123"),
        ("00442079460123", "DE", "+442079460123"),
        ("0655500101", "IT", "+390655500101"),
        ("655500101", "DE", "+49655500101"),
        ("12025550100", "GB", "+12025550100"),
        ("+5215512345678", "US", "+525512345678"),
        ("045 55 1234 5678".replace(" ", ""), "MX", "+525512345678"),
        ("5550100", "US", None),
        ("100", "US", None),
        ("*97", "US", None),
        ("+100", "US", None),
    ],
)
def test_is_read_in_its_country(number: str, country: str, same: str | None) -> None:
    assert e164(number, country) == same


@pytest.mark.parametrize(
    ("one", "other", "country"),
    [
        ("+5491155500101", "01115 5550 0101".replace(" ", ""), "AR"),
        ("+541155500101", "+5491155500101", "US"),
        ("+5215512345678", "5512345678", "MX"),
        ("+12025550100", "12025550100", "US"),
        ("5550100", "+5550100", "US"),
    ],
)
def test_two_spellings_mean_the_same(one: str, other: str, country: str) -> None:
    assert meant(one, country) == meant(other, country)


@pytest.mark.parametrize(
    ("one", "other", "country"),
    [("+6465550101", "+16465550101", "US"), ("+12025550100", "+202555010", "US"), ("5550100", "+12025550100", "US")],
)
def test_two_numbers_do_not(one: str, other: str, country: str) -> None:
    assert meant(one, country) != meant(other, country)


REGIONS = sorted(phonenumbers.SUPPORTED_REGIONS)


@given(st.sampled_from(REGIONS), st.sampled_from([0, 1, 3]))
def test_a_number_is_found_by_each_of_its_spellings(region: str, kind: int) -> None:
    example = phonenumbers.example_number_for_type(region, kind)
    if example is None:
        return
    full = phonenumbers.format_number(example, phonenumbers.PhoneNumberFormat.E164)
    national = phonenumbers.format_number(example, phonenumbers.PhoneNumberFormat.NATIONAL)
    dialled = "".join(letter for letter in national if letter in "0123456789*#")
    same = meant(full, region)
    for one in (full, f"00{full[1:]}", dialled):
        assert meant(one, region) == same
        assert full in written(one, region)
    assert {full[1:], f"00{full[1:]}"} <= set(spellings(dialled, region))
    assert not any(one.startswith("+") for one in spellings(full, region))


def test_what_a_switch_may_say_of_a_number() -> None:
    assert spellings("+12025550100", "US") == ("0012025550100", "01112025550100", "12025550100", "2025550100")
    assert "02079460123" in spellings("+442079460123", "GB")
    assert "02079460123" not in spellings("+442079460123", "US"), "nobody dials it so there"
    assert spellings("5550100", "US") == ("5550100",)
    assert {"01123456789", "0111523456789"} <= set(spellings("+5491123456789", "AR"))
    assert {"0445512345678", "015512345678", "5512345678"} <= set(spellings("+525512345678", "MX"))
    assert "80152450911" in spellings("+375152450911", "BY")


@given(st.from_regex(r"\+?[0-9*#]{1,32}", fullmatch=True), st.sampled_from([*REGIONS, "", "XX"]))
def test_any_number_means_something(number: str, country: str) -> None:
    assert meant(number, country)
    assert number in written(number, country)
    found = e164(number, country)
    assert found is None or (meant(found, country) == meant(number, country) and len(found) <= 16)
