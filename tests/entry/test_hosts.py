"""A page whose name points to 127.0.0.1 does not ask a server that only this machine can ask."""

import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from ringpost.entry.hosts import Hosts
from ringpost.model.errors import Misdirected
from ringpost.settings import Settings
from tests.entry.answering import listening
from tests.entry.test_recordings import ask
from tests.harness import House

HERE = Hosts(["127.0.0.1"], ["pbx.example.net", "[fd00::1]"], "recordings.example.net:8443")
NAMES = ("localhost", "127.0.0.1", "[::1]", "pbx.example.net", "[fd00::1]", "recordings.example.net")


def answers(hosts: Hosts, header: str) -> bool:
    try:
        hosts.check(header)
    except Misdirected:
        return False
    return True


@given(st.sampled_from(NAMES), st.none() | st.integers(0, 65535), st.booleans(), st.booleans())
def test_answers_for_its_own_names(name: str, port: int | None, is_loud: bool, is_absolute: bool) -> None:
    spelled = name.upper() if is_loud else name
    spelled += "." if is_absolute and not name.endswith("]") else ""
    assert answers(HERE, spelled if port is None else f"{spelled}:{port}")


@given(
    st.text()
    | st.from_regex(r"[a-z0-9.\[\]:@-]*", fullmatch=True)
    | st.sampled_from(NAMES).map(lambda name: f"x{name}")
)
@example("")
@example("rebound.example.net")
@example("localhost.example.net")
@example("localhost:3000.example.net")
@example("example.net:localhost")
@example("localhost@example.net")
@example("example.net@localhost")
@example("127.0.0.1.example.net")
@example("127.0.0.2")
@example("192.0.2.1")
@example("[::1")
@example("::1")
@example("localhost, example.net")
@example("localhost/")
@example("local\u017fhost")
@example("LOCALHOST\u200b")
def test_answers_for_no_other(header: str) -> None:
    own = re.fullmatch(r"([^:]+?|\[.*\])\.?(:[0-9]*)?", header.strip().lower())
    assert answers(HERE, header) == (own is not None and own[1] in NAMES)


def test_says_what_to_set() -> None:
    with pytest.raises(Misdirected, match=r"not for 'rebound.example.net:80': add the name to RINGPOST_HOSTS"):
        Hosts(["127.0.0.1"]).check("rebound.example.net:80")


@pytest.mark.parametrize("bound", [["127.0.0.1"], ["::1"], ["::1", "127.0.0.1"], ["127.0.0.9"]])
def test_asks_where_only_this_machine_reaches_it(bound: list[str]) -> None:
    assert not answers(Hosts(bound), "rebound.example.net")
    assert all(answers(Hosts(bound), f"[{one}]:1" if ":" in one else one) for one in bound)


def test_one_that_others_reach_asks_if_it_was_told_its_names() -> None:
    for bound in ("0.0.0.0", "::", "192.0.2.1"):
        assert answers(Hosts([bound]), "whatever.example.net")
        assert answers(Hosts([bound], public="pbx.example.net"), "whatever.example.net")
        named = Hosts([bound], ["pbx.example.net"])
        assert answers(named, "pbx.example.net")
        assert not answers(named, "whatever.example.net")


@pytest.mark.parametrize("path", ["/", "/action-list", "/recordings/x", "/nothing"])
@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "OPTIONS"])
def test_a_request_for_another_host_gets_no_further(house: House, path: str, method: str) -> None:
    with listening(house.endpoint) as url:
        reply = ask(method, url + path, b"{}", Host="rebound.example.net")
        assert (reply.status, reply.json["code"]) == (421, "misdirected")
        assert "access-control-allow-origin" not in reply.headers
        assert ask(method, url + path, b"{}", Host="LocalHost:80").status != 421


def test_names_come_from_the_environment() -> None:
    assert Settings.read({"RINGPOST_HOSTS": " PBX.example.net., [FD00::1],"}).hosts == ("pbx.example.net", "[fd00::1]")
    assert Settings.read({}).hosts == ()


@pytest.mark.parametrize("said", ["https://pbx.example.net", "pbx.example.net:3000", "a b", "*", "pbx.example.net/x"])
def test_what_is_no_name_is_said(said: str) -> None:
    with pytest.raises(ValueError, match="RINGPOST_HOSTS must be names such as"):
        Settings.read({"RINGPOST_HOSTS": said})
