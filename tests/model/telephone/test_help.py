"""Which numbers call for help: the whole of one, in whatever disguise, and no other."""

import phonenumbers
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ringpost.model.telephone.help import is_called, is_dialled, is_known
from ringpost.model.telephone.spelling import read

CALLED = {
    "FI": "990358112",
    "MX": "01911 045911 +521911 911",
    "BR": "01511190 02111190 002155190 190",
    "KR": "00182119 119",
    "TW": "002886110",
    "HK": "001852999",
    "DE": "112 110 +112 +49112 0049112 49112 +49110 0112 00112 "
    "030112 089110 +4930112 004930112 +490112 +49030112 9112 *31#+49112 #31#112",
    "FR": "15 17 18 +3315 003317",
    "GB": "141999 1470999 999 +44999 0044999 020999",
    "AU": "000 +61000 001161000 02000",
    "US": "911 +1911 1911 9911 0911 0011911 011911 911# 911*1 *911 *67911 *829#911 *31#911",
    "NZ": "111 +64111",
    "IT": "06112 +3906112",
    "JP": "184110 0033110 03110",
}
NOT_CALLED = {
    "AD": "376118 312345",
    "BR": "1155500190 01155500190",
    "FR": "0155500101 0170000001 0180000001 +33155500101 1550 1701 1801",
    "GB": "1120 9990",
    "DE": "1100 1121 +491125550101 030112555",
    "AU": "0001",
    "US": "100 5550911 12025550112 2125550911 *9664 411 *97 911555",
}


def each(numbers: dict[str, str]) -> list[tuple[str, str]]:
    return [(country, number) for country, of_country in numbers.items() for number in of_country.split()]


@pytest.mark.parametrize(("country", "number"), each(CALLED))
def test_the_whole_of_one_is_left(country: str, number: str) -> None:
    assert is_called(number, country, ())


@pytest.mark.parametrize(("country", "number"), each(NOT_CALLED))
def test_what_only_begins_or_ends_so_is_none(country: str, number: str) -> None:
    assert not is_called(number, country, ())


@pytest.mark.parametrize("kind", [0, 1, 2, 3])
def test_no_example_of_any_country_calls_for_help(kind: int) -> None:
    tried = 0
    for region in sorted(phonenumbers.SUPPORTED_REGIONS):
        example = phonenumbers.example_number_for_type(region, kind)
        if example is None:
            continue
        for form in (0, 1, 2):
            number = read(phonenumbers.format_number(example, form)).number
            assert not is_called(number, region, ()), (region, number)
            tried += 1
    assert tried > 200


def test_a_domains_own_numbers_call_for_help_too() -> None:
    assert is_called("555", "GB", ("555",))
    assert is_called("+44555", "GB", ("555",))
    assert not is_called("5551", "GB", ("555",))
    for disguise in ("116117", "0116117", "+49116117", "030116117", "+493019240", "03019240", "00493019240"):
        assert is_called(disguise, "DE", ("116117", "+493019240"))


def test_a_telephone_calls_for_help_only_by_the_number_itself() -> None:
    assert is_dialled("112", "DE", ())
    assert not is_dialled("0112", "DE", ())


def test_countries_are_known() -> None:
    assert is_known("DE")
    assert not is_known("XX")


@given(st.from_regex(r"\+?[0-9*#]{1,32}", fullmatch=True), st.sampled_from(sorted(phonenumbers.SUPPORTED_REGIONS)))
def test_any_number_has_a_verdict(country: str, number: str) -> None:
    assert is_called(number, country, ()) in (True, False)


def test_a_number_of_any_length_has_a_verdict() -> None:
    assert not is_called("3" * 32, "AD", ())
    assert not is_called("+" + "9" * 32, "IT", ("112" * 10,))
