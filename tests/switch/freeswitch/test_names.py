import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ringpost.switch.freeswitch import names


def as_a_telephone_shows(written: str) -> str:
    """What FreeSWITCH decodes into the quotes of a header, unquoted as a telephone does."""
    decoded = re.sub("%([0-9A-Fa-f]{2})", lambda found: chr(int(found[1], 16)), written)
    return re.sub(r"\\(.)", r"\1", decoded)


@pytest.mark.parametrize(
    ("name", "written"),
    [
        ("Müller, [Söhne] & {Co}", "Müller, [Söhne] & {Co}"),
        ("AT/T: bob@example.net", "AT%2FT%3A bob%40example.net"),
        ("50%20", "50%2520"),
        ("$5 ${x} $${y}", "$5 %24{x} %24%24{y}"),
        ('a "b"', "a 'b'"),
        ("a\u202eb\x07c\n", "abc"),
    ],
)
def test_writes_what_freeswitch_would_not_carry(name: str, written: str) -> None:
    assert names.shown(name) == written


@given(
    st.text(alphabet=st.characters(codec="utf-8", exclude_categories=["C", "Z"]) | st.sampled_from("%/:@${}\\'=,[]"))
)
def test_a_name_is_shown_letter_for_letter(name: str) -> None:
    written = names.shown(name)
    assert as_a_telephone_shows(written) == name.replace('"', "'")
    assert names.read(written) == name.replace('"', "'")


@given(st.text())
def test_no_name_is_expanded_cut_or_ends_its_quotes(name: str) -> None:
    written = names.shown(name)
    assert "${" not in written
    assert not set(written) & set('"\\/:@\r\n\0')
