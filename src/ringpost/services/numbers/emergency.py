"""Numbers that call for help from a domain: by its country, and by its own list. One verdict wherever one is taken.

``telephone.help`` is imported by those requests that are about a number: 60 ms that a cold start can do without.
"""

from ringpost.context import Context
from ringpost.model.domain import Domain
from ringpost.model.errors import CannotComply
from ringpost.services.numbers import numbering


def refuse(context: Context, domain: Domain, number: str, parameter: str) -> None:
    """Refuse a number that calls for help: it is dialled from a telephone, which is somewhere."""
    if is_reached(context, domain, number):
        raise CannotComply("emergency numbers are dialled from a telephone, not through here", parameter=parameter)


def refuse_to_give(domain: Domain, number: str, parameter: str = "extension") -> None:
    """Refuse to give somebody a number that calls for help from the domain's phones: he could not be called."""
    if is_dialled(domain, number):
        raise nobody_can_have(number, parameter)


def nobody_can_have(number: str, parameter: str) -> CannotComply:
    """Why a number is not given to anybody."""
    return CannotComply(f"{number} calls for help in this domain: nobody can have it", parameter=parameter)


def is_reached(context: Context, domain: Domain, number: str) -> bool:
    """Whether help is reached by dialling a number in a domain.

    What is an emergency number in disguise only (``9911``) reaches whoever has it here, if somebody has.
    """
    if not is_emergency(domain, number):
        return False
    return is_dialled(domain, number) or numbering.holder(context, domain.domain_uuid, number) is None


def is_emergency(domain: Domain, number: str) -> bool:
    """Whether a number calls for help when it is dialled outside, as it is or in disguise."""
    from ringpost.model.telephone.help import is_called

    return is_called(number, domain.country, domain.emergency_numbers or ())


def is_dialled(domain: Domain, number: str) -> bool:
    """Whether a telephone that dials this calls for help: the number itself, and nothing that only leads to it."""
    from ringpost.model.telephone import help as emergency

    return emergency.is_dialled(number, domain.country, domain.emergency_numbers or ())
