"""Which numbers call for help, from the telephone world's own tables (Google's libphonenumber)."""

from phonenumbers import SUPPORTED_SHORT_REGIONS, connects_to_emergency_number

from ringpost.model.domain import Domain


def is_emergency(domain: Domain, number: str) -> bool:
    """Whether a number calls for help in the domain's country, or by the domain's own list."""
    if domain.emergency_numbers is not None:
        return number in domain.emergency_numbers
    return bool(connects_to_emergency_number(number, domain.country))


def is_known(country: str) -> bool:
    """Whether the emergency numbers of a country are known."""
    return country in SUPPORTED_SHORT_REGIONS
