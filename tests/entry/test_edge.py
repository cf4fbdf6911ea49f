"""Whose address is believed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ringpost.entry import edge
from ringpost.model.errors import Forbidden
from ringpost.settings import Settings

OLD, NEW = "a" * 32, "B-_9" * 8
DISTRIBUTION, VIEWER = "203.0.113.9", "198.51.100.7"


def headers(secret: str | None = NEW, viewer: str | None = f"{VIEWER}:46532") -> dict[str, str]:
    named = {edge.SECRET: secret, edge.VIEWER: viewer}
    return {name: value for name, value in named.items() if value is not None}


@pytest.mark.parametrize("secret", [OLD, NEW])
def test_believes_the_distribution_by_any_of_its_secrets(secret: str) -> None:
    assert edge.viewer(headers(secret), DISTRIBUTION, (OLD, NEW)) == VIEWER


@pytest.mark.parametrize("address", ["2001:db8::1:46532", "[2001:db8::1]:46532"])
def test_reads_the_address_of_a_viewer_in_ipv6(address: str) -> None:
    assert edge.viewer(headers(viewer=address), DISTRIBUTION, (NEW,)) == "2001:db8::1"


@pytest.mark.parametrize("secret", [None, "", "wrong", NEW[:-1], NEW + "x", NEW.lower(), f"{OLD},{NEW}", "é", "\ud800"])
def test_believes_nobody_else(secret: str | None) -> None:
    assert edge.viewer(headers(secret), DISTRIBUTION, (OLD, NEW)) == DISTRIBUTION
    with pytest.raises(Forbidden):
        edge.viewer(headers(secret), DISTRIBUTION, (OLD, NEW), only=True)


@pytest.mark.parametrize("secret", [None, "", NEW])
def test_without_a_distribution_no_header_is_believed(secret: str | None) -> None:
    assert edge.viewer(headers(secret), DISTRIBUTION, (), only=True) == DISTRIBUTION


@pytest.mark.parametrize(
    "name", [None, "", ":", "1", "x:1", f"{VIEWER}", f"{VIEWER}:", f"{VIEWER}:x", "1.2.3.4, 5.6.7.8:9"]
)
def test_what_is_no_address_is_not_taken_for_one(name: str | None) -> None:
    assert edge.viewer(headers(viewer=name), DISTRIBUTION, (NEW,)) == DISTRIBUTION


@given(st.dictionaries(st.sampled_from([edge.SECRET, edge.VIEWER, "x-forwarded-for"]), st.text()))
def test_whatever_the_headers_are_an_address_comes_out(any_headers: dict[str, str]) -> None:
    assert edge.viewer(any_headers, DISTRIBUTION, (NEW,)) == DISTRIBUTION


@given(st.ip_addresses(), st.integers(0, 65535))
def test_whatever_the_viewers_address_is_it_is_read(address: object, port: int) -> None:
    assert edge.viewer(headers(viewer=f"{address}:{port}"), DISTRIBUTION, (NEW,)) == str(address)


@pytest.mark.parametrize("value", ["short", "a" * 31, "a" * 129, f"{OLD},short", "a b" * 11, "ä" * 32])
def test_says_what_a_secret_looks_like(value: str) -> None:
    with pytest.raises(ValueError, match="RINGPOST_EDGE_SECRET must be 32 to 128"):
        Settings.read({"RINGPOST_EDGE_SECRET": value})


def test_reads_two_secrets_so_that_one_can_follow_the_other() -> None:
    assert Settings.read({"RINGPOST_EDGE_SECRET": f"{OLD}, {NEW}"}).edge_secrets == (OLD, NEW)
    assert Settings.read({"RINGPOST_EDGE_SECRET": ""}).edge_secrets == ()
