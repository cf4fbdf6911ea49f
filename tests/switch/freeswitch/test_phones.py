"""The pattern that lets contacts through, tried as FreeSWITCH tries it: on what its ``url_encode`` writes."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ringpost.switch.freeswitch import phones

GROUP = "[leg_timeout=20,presence_id=*1#@tenant.example.net,extension_uuid=1-2]"


def rung(contacts: str, variables: str = "") -> str:
    """What is dialled if ``sofia_contact`` answers this."""
    said = phones.all_of("100", "tenant.example.net", variables)
    found = re.fullmatch(r"\$\{url_decode\(\$\{regex\((.*)#\$\{url_encode\(.*?\)\}\|(.*)\|%1\)\}\)\}", said)
    assert found is not None
    one = found[1].replace("${url_encode(100)}", "100")
    kept = re.search(as_python_reads(found[2]), f"{one}#{encoded(contacts)}")
    assert kept is not None
    return decoded(kept[1])


def as_python_reads(pattern: str) -> str:
    """``?+``, ``*+`` and ``++`` are the same here, since Python 3.11."""
    return pattern


def encoded(text: str) -> str:
    """FreeSWITCH's: what looks encoded already stays."""
    unsafe = '\r\n #%&+:;<=>?@[\\]^`{|}"'
    found = re.finditer(r"%[0-9A-F]{2}|.", text, re.DOTALL)
    return "".join(
        one[0] if len(one[0]) == 3 else "".join(f"%{byte:02X}" for byte in one[0].encode())
        if one[0] in unsafe or not " " <= one[0] <= "~" else one[0]
        for one in found
    )  # fmt: skip


def decoded(text: str) -> str:
    return re.sub("%([0-9A-Fa-f]{2})", lambda found: chr(int(found[1], 16)), text)


ONE = "sofia/internal/100%tenant.example.net"
PLAIN = [
    "sip:100@192.0.2.1:5060",
    "sip:100-0x55d0c8@192.0.2.1:15998;transport=tcp",
    "sip:a.b_c~d!e*f@phone.example.net",
    "sip:100@[2001:db8::1]:5060;transport=udp;ob",
    "sip:+12025550100@192.0.2.1;rinstance=0a1b;line=x-1",
]


@pytest.mark.parametrize("variables", ["", GROUP])
def test_rings_plain_contacts(variables: str) -> None:
    for contacts in ([PLAIN[0]], PLAIN, PLAIN[1:3]):
        said = ",".join(f"{variables}sofia/internal/{contact}" for contact in contacts)
        assert rung(said, variables) == said
    assert rung("error/user_not_registered", variables) == "error/user_not_registered"


@pytest.mark.parametrize(
    "contact",
    [
        "sip:100@192.0.2.1;x=a,sofia/gateway/trunk/911",
        "sip:100@192.0.2.1;x=a%2Csofia/gateway/trunk/911",
        "sip:100@192.0.2.1;x=a|sofia/gateway/trunk/911",
        "sip:100@192.0.2.1;x=a:_:sofia/gateway/trunk/911",
        "sip:100@192.0.2.1;x={a=b}",
        "sip:100@192.0.2.1;x=%7Ba",
        "sip:100@192.0.2.1;x=${system(x)}",
        "sip:100@192.0.2.1;x='a','b'",
        "sip:100@192.0.2.1#a",
        "sip:100@192.0.2.1^b",
        "sip:100%40a@192.0.2.1",
        "sip:,sofia/gateway/trunk/911@192.0.2.1",
        '"a" <sip:100@192.0.2.1',
        "sip:100@192.0.2.1\n",
        "sip:100@",
    ],
)
@pytest.mark.parametrize("variables", ["", GROUP])
def test_looks_one_up_if_a_contact_holds_anything_else(contact: str, variables: str) -> None:
    plain = f"{variables}sofia/internal/{PLAIN[0]}"
    odd = f"{variables}sofia/internal/{contact}"
    for said in (odd, f"{plain},{odd}", f"{odd},{plain}"):
        kept = rung(said, variables)
        assert kept == variables + ONE or contact == "sip:100@"


@given(
    st.text(alphabet=st.sampled_from("sofiagtewyruk/:@%2C,|[]{}^'\"\\$(); #<>=_-10.\n") | st.characters(codec="utf-8"))
)
def test_no_contact_calls_anybody_but_phones(contact: str) -> None:
    for variables in ("", GROUP):
        kept = rung(f"{variables}sofia/internal/sip:{contact}", variables)
        legs = kept.removeprefix(variables).split("," + variables if variables else ",")
        assert all(leg.startswith("sofia/internal/") for leg in legs), kept
        assert not re.search(r"[|{}\\'\"$^#()<>\s]|:_:", "".join(leg.removeprefix(ONE) for leg in legs)), kept
