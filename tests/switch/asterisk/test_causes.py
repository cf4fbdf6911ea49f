"""Asterisk's causes in FreeSWITCH's words."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter

from ringpost.model.values import Cause
from ringpost.switch.asterisk.causes import spoken_of


@pytest.mark.parametrize(
    ("number", "status", "word"),
    [
        ("16", None, "NORMAL_CLEARING"),
        ("16", "ANSWER", "NORMAL_CLEARING"),
        ("17", "BUSY", "USER_BUSY"),
        ("23", "BUSY", "USER_BUSY"),
        ("21", "NOANSWER", "CALL_REJECTED"),
        ("19", "NOANSWER", "NO_ANSWER"),
        ("0", "NOANSWER", "NO_ANSWER"),
        ("20", "CHANUNAVAIL", "USER_NOT_REGISTERED"),
        ("3", "CHANUNAVAIL", "USER_NOT_REGISTERED"),
        ("1", "CHANUNAVAIL", "UNALLOCATED_NUMBER"),
        ("20", None, "USER_NOT_REGISTERED"),
        ("127", "CANCEL", "ORIGINATOR_CANCEL"),
        ("127", None, "INTERWORKING"),
        ("26", "CANCEL", "LOSE_RACE"),
        ("26", "NOANSWER", "LOSE_RACE"),
        ("34", "CONGESTION", "NORMAL_CIRCUIT_CONGESTION"),
        ("0", None, None),
        ("0", "ANSWER", None),
        ("", None, None),
        ("sixteen", None, None),
        ("9" * 100, None, None),
        ("١٦", None, None),
    ],
)
def test_a_number_and_a_status_have_one_word(number: str, status: str | None, word: str | None) -> None:
    assert spoken_of(number, status) == word


@given(number=st.text() | st.integers(-1, 999).map(str), status=st.none() | st.text() | st.just("CONGESTION"))
def test_whatever_is_said_the_word_is_one_that_records_take(number: str, status: str | None) -> None:
    word = spoken_of(number, status)
    assert word is None or TypeAdapter(Cause).validate_python(word) == word
