"""Numbers in the clothes people and CRMs give them."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from ringpost.model.telephone.spelling import NUMBER, Written, read


@pytest.mark.parametrize(
    ("written", "number"),
    [
        ("100", "100"),
        ("*97", "*97"),
        ("*67 5550100", "*675550100"),
        ("(202) 555-0100", "2025550100"),
        ("202.555.0100", "2025550100"),
        ("202/555-0100", "2025550100"),
        ("030/5550100", "0305550100"),
        ("02555 / 5550100", "025555550100"),
        ("+49 30 / 5550100", "+49305550100"),
        ("+1 (202) 555-0100", "+12025550100"),
        ("(+1) 202 555 0100", "+12025550100"),
        ("+ 44 20 5550 0142", "+442055500142"),
        ("011 44 20 5550 0142", "011442055500142"),
        ("+44 (0)20 5550 0142", "+442055500142"),
        ("+44(0) 20 5550 0142", "+442055500142"),
        ("0044 (0)20 5550 0142", "00442055500142"),
        ("(0)20 5550 0142", "02055500142"),
        ("+39 (0)6 5550 0101", "+390655500101"),
        ("011 44 (0)20 5550 0142", "011442055500142"),
        ("+351 (0)21 123 4567", "+351211234567"),
        ("tel: +1-202-555-0100", "+12025550100"),
        ("1.202.555.0100", "12025550100"),
        ("01.55.50.01.01", "0155500101"),
        ("0039 (0)6 5550 0101", "00390655500101"),
        ("+225 (0)7 55 50 01 01", "+2250755500101"),
        ("tel:+1-202-555-0100", "+12025550100"),
        ("TEL:%2B12025550100", "+12025550100"),
        ("tel:5550100;phone-context=+1-202", "+12025550100"),
        ("tel:5550100;phone-context=example.net", "5550100"),
        ("callto:+12025550100", "+12025550100"),
        ("\u202a+1 202 555 0100\u202c", "+12025550100"),
        ("\u200e+1\u00a0202\u202f555\u20110100", "+12025550100"),
        ("202\u2013555\u22120100", "2025550100"),
        ("\ufeff+12025550100\r\n", "+12025550100"),
        ("+12025550100\n", "+12025550100"),
        ("\uff0b\uff11\uff12\uff10\uff12\uff15\uff15\uff15\uff10\uff11\uff10\uff10", "+12025550100"),
        ("\u0660\u0661\u0662\u0663\u0664\u0665\u0666", "0123456"),
    ],
)
def test_is_dialled_without_its_clothes(written: str, number: str) -> None:
    assert read(written) == Written(number)


@pytest.mark.parametrize(
    ("written", "number", "suffix"),
    [
        ("+1 202 555 0100 x5", "+12025550100", "5"),
        ("12025550100x5", "12025550100", "5"),
        ("+1 202 555 0100 ext. 5", "+12025550100", "5"),
        ("(202) 555-0100 Ext 12", "2025550100", "12"),
        ("(202) 555-0100, extension 12", "2025550100", "12"),
        ("2025550100,,5", "2025550100", "5"),
        ("+1 202 555 0100 ext5", "+12025550100", "5"),
        ("+1 202 555 0100 (ext. 5)", "+12025550100", "5"),
        ("+1 202 555 0100 #5", "+12025550100", "5"),
        ("2025550100,5", "2025550100", "5"),
        ("+12025550100,,123456789#", "+12025550100", "123456789#"),
        ("tel:+1-202-555-0100;ext=5", "+12025550100", "5"),
        ("100 x7", "100", "7"),
    ],
)
def test_what_is_dialled_later_is_no_part_of_it(written: str, number: str, suffix: str) -> None:
    assert read(written) == Written(number, suffix)


@pytest.mark.parametrize(
    "written",
    [
        "5550100 / 5550101",
        "5550100/5550101",
        "+1 202 555 0100 / +1 202 555 0101",
        "+49 30 5550100/01",
        "0221 5550100 / 5550101",
        "5550100, 5550101",
        "100/101",
        "555-0100 555-0101",
        "030 123456-123457",
        "030/1234567/8",
        "5550100; 5550101",
        "5550100 5550101",
        "5550100 or 5550101",
        "5550100\n5550101",
        "202 555 0100 202 555 0101",
        "100;200",
        "1,2",
    ],
)
def test_two_numbers_are_not_joined(written: str) -> None:
    with pytest.raises(ValueError, match="one telephone number"):
        read(written)


@pytest.mark.parametrize(
    "written",
    [
        "", " ", "+", ".*", ".", "*.", "1..2", "1 2", "1\n", "*-*", "5550100.", "-5550100", "ab", "1a2", "x5", ",,5",
        "+*67 x", "1+2", "++1202", "sip:100@example.net", "100 XML default", "user/100", "1" * 33, "1 " * 20,
        "(202 555 0100", "x" * 1000, "100.0", "12025550100.0", "+1 202 555 010\u00b2",
    ],
)  # fmt: skip
def test_what_is_no_number_is_refused_and_nothing_is_eaten(written: str) -> None:
    with pytest.raises(ValueError, match="telephone number"):
        read(written)


@given(st.from_regex(NUMBER, fullmatch=True))
def test_what_is_plain_stays_as_it_is(number: str) -> None:
    assert read(number) == Written(number)


@given(st.text(max_size=60) | st.text("0123456789+*#()-./, x;:telex=\u00a0\u202a\n", max_size=60))
@example("tel:;ext=")
@example("tel:%")
@example("+(0)5")
def test_whatever_is_written_is_dialled_as_digits_or_refused(written: str) -> None:
    try:
        number, suffix = read(written)
    except ValueError:
        return
    assert NUMBER.fullmatch(number)
    assert read(number) == Written(number)
    assert suffix is None or suffix[0].isdecimal()


@given(st.from_regex("[2-9][0-9]{2}[2-9][0-9]{6}", fullmatch=True), st.sampled_from(" .-\u00a0\u202f\u2011\u2013"))
def test_any_separator_reads_alike(number: str, mark: str) -> None:
    parts = (number[:3], number[3:6], number[6:])
    assert read(mark.join(parts)).number == number
    assert read(f"+1{mark}({parts[0]}){mark}{parts[1]}{mark}{parts[2]}").number == f"+1{number}"
