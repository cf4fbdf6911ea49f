"""What docs/asterisk shuts, as far as its text can tell; each was tried on Asterisk 22.10.1, by a phone that lies."""

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ringpost.model.telephone.spelling import NUMBER
from ringpost.switch.asterisk import marks

FOLDER = Path(__file__).parents[3] / "docs" / "asterisk"
PLAN = (FOLDER / "extensions.conf").read_text()
RINGS = PLAN.partition("\n[ringpost-rings]\n")[2].partition("\n[")[0]


def read(function: str, found: str) -> bool:
    """What ``ringpost-rings`` finds in the contacts of 100@a.example.net. Asterisk counts square brackets, too."""
    [pattern] = re.findall(rf'{function}\$\{{REGEX\("(.*)" \$\{{bare\}}\)\}}', RINGS)
    assert pattern.count("[") == pattern.count("]")
    assert pattern.count("(") == pattern.count(")")
    bare = re.sub("[()]", "?", found).replace(contact(""), ">")
    python = pattern.replace(r"\;", ";").replace("[[]", r"\[").replace("[]]", r"\]").replace("[^]", r"[^\]")
    return re.search(python, bare) is not None


def are_all_known(found: str) -> bool:
    """Whether all are dialled as they are."""
    return read(r"known\)=", found) and not would_lead_elsewhere(found)


def would_lead_elsewhere(found: str) -> bool:
    """Whether nobody is rung."""
    return read(r"\[0", found)


def contact(uri: str) -> str:
    return f"PJSIP/100@a.example.net/{uri}"


@pytest.mark.parametrize(
    "uri",
    [
        "sip:100@192.0.2.1:5060",
        "sips:100@192.0.2.1:5061",
        "sip:192.0.2.1:5060",
        "sip:a%20b-c_d.e~f!g*h+i=j:k@192.0.2.1:5060",
        "sip:100@[2001:db8::1]:5060;transport=TLS",
        "sip:100@192.0.2.1:50750;line=abc_x;ob;x-ast-orig-host=192.168.1.5:5060",
        "sip:100@192.0.2.1:5060&PJSIP/100@a.example.net/sip:100@192.0.2.2:1024",
    ],
)
def test_phones_that_say_nothing_odd_are_all_rung(uri: str) -> None:
    assert are_all_known(contact(uri))


@pytest.mark.parametrize(
    "uri",
    [
        "sip:x)&PJSIP/trunk/sip:0@192.0.2.1:5060",
        "sip:x):0,,U@192.0.2.1:5060;p=A(/var/spool/x)",
        "sip:x):0&PJSIP/trunk@192.0.2.1:5060",
        "sip:a,b@192.0.2.1:5060",
        "sip:a&b@192.0.2.1:5060",
        "sip:a/b@192.0.2.1:5060",
        'sip:a@192.0.2.1:5060;a="b,c&Local/1@public"',
        "sip:a@192.0.2.1:5060;a=/b&Local/1",
        "sip:a@provider.example.net:5060",
        "sip:a@192.0.2.1",
        "sip:a@192.0.2.1:5060&PJSIP/trunk/sip:1@192.0.2.1:5060",
    ],
)
def test_a_phone_that_says_anything_odd_has_no_letter_of_it_dialled(uri: str) -> None:
    assert not are_all_known(contact(uri))
    assert not are_all_known(f"{contact('sip:100@192.0.2.1:5060')}&{contact(uri)}")


@pytest.mark.parametrize(
    "uri",
    [
        "sip:100@192.0.2.1:5060;maddr=192.0.2.9",
        "sip:100@192.0.2.1:5060;mAdDr=192.0.2.9",
        "sip:100@192.0.2.1:5060?Route=%3csip:192.0.2.9%3blr%3e",
        "sip:x)@192.0.2.1:5060",
        "sip:100@provider.example.net:5060",
        "sip:100@1.provider.example.net",
        "sip:provider.example.net",
        "sip:1.provider.example.net:5060",
    ],
)
def test_a_phone_that_has_its_calls_sent_elsewhere_is_not_rung_even_by_its_name(uri: str) -> None:
    assert would_lead_elsewhere(contact(uri))
    assert would_lead_elsewhere(f"{contact('sip:100@192.0.2.1:5060')}&{contact(uri)}")


def test_no_text_of_a_phones_is_given_to_a_function_before_its_brackets_are_gone() -> None:
    first = RINGS.index("Set(LOCAL(bare)=${REPLACE(found,(),?)})")
    assert RINGS.index("Set(LOCAL(found)=${PJSIP_DIAL_CONTACTS(") < first
    checked = RINGS.index("Set(LOCAL(found)=${name})")
    assert "${found}" not in RINGS[:checked]


def is_dialled(number: str) -> bool:
    """Whether a phone that dials it is let in: no ``!`` and no ``.`` would let in whatever else."""
    numbers = PLAN.partition("\n[ringpost-numbers]\n")[2].partition("\n\n")[0]
    patterns = re.findall(
        r"^exten => _(\S+),1,Goto\(ringpost-from-\$\{CONTEXT\},\$\{EXTEN\},1\)$", numbers, re.MULTILINE
    )
    assert len(patterns) == len(numbers.splitlines())
    return any(re.fullmatch(pattern, number) for pattern in patterns)


@given(st.from_regex(NUMBER, fullmatch=True))
def test_every_number_is_let_in(number: str) -> None:
    assert is_dialled(number)


@pytest.mark.parametrize(
    "number",
    [
        "",
        "101,8",
        "5,step",
        "1\r\n\r\nEvent: Hangup",
        "1\n",
        "1\x00",
        "1${EPOCH}",
        "1x5x5r",
        "12a",
        "1)x:0",
        "1" * 34,
        "1+1",
        "s",
    ],
)
def test_nothing_else_is(number: str) -> None:
    assert not is_dialled(number)


@pytest.mark.parametrize("context", ["ringpost", "public"])
def test_nobody_comes_in_but_by_a_number(context: str) -> None:
    assert f"\n[{context}]\ninclude => ringpost-numbers\n\n" in PLAN


def test_where_no_phone_may_say_that_it_is_has_a_name() -> None:
    """Of an endpoint that names none that is there nothing is kept out."""
    assert f"\n[{marks.PHONES_ACL}]\n" in (FOLDER / "acl.conf").read_text()


def test_a_trunk_is_known_by_its_address_alone() -> None:
    trunk = (FOLDER / "pjsip.conf").read_text().partition(";[trunk]")[2].partition("\n;\n")[0]
    assert "\n;identify_by=ip\n" in trunk


@pytest.mark.parametrize("folder", ["asterisk", "asterisk-direct"])
def test_whom_a_phone_names_instead_of_itself_is_told_to_nobody(folder: str) -> None:
    """In that may be line breaks, and any event after them (tried on 22.10.1)."""
    [pattern] = re.findall(r"(?m)^eventfilter=!(.+)$", (FOLDER.parent / folder / "manager.conf").read_text())
    python = pattern.replace("[[:cntrl:]]", r"[\x00-\x1f\x7f]")
    told = "Event: DialEnd\r\nDestLinkedid: pbx1-1.1\r\nForward: Local/1@ringpost\r\nDialStatus: CANCEL\r\n"
    assert re.search(python, told)
    assert not re.search(python, told.replace("\nForward: ", "\nDestCallerIDName: Forward: "))


def test_no_address_of_a_phones_is_rung_before_it_was_looked_for() -> None:
    """Where it has shown its password from, the link notes; without one (``RP_RECORDS``) nobody does."""
    looks = RINGS.index(f"${{DB({marks.FROM}/${{one}}@${{ARG1}}/${{host}})}}")
    assert RINGS.index("Set(LOCAL(there)=)") < looks < RINGS.index("Set(LOCAL(there)=${there}&${name}/")
    assert RINGS.index('GotoIf($["${RP_RECORDS}"="yes"]?long)') < looks
    assert "\nload=func_db.so\n" in (FOLDER / "modules.conf").read_text()
    assert "security" in (FOLDER / "manager.conf").read_text().partition("\nread=")[2].partition("\n")[0].split(",")
