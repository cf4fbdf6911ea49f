import socket
from contextlib import suppress
from ipaddress import IPv4Address, IPv4Network, IPv6Network, ip_address, ip_network
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from ringpost.webhooks.addresses import MOST_CHARACTERS, Address, Reach, Refused, Target

PUBLIC = "https://hooks.example.net/ringpost"
ANYBODY = Reach()
OWN = Reach((IPv4Network("10.0.0.0/8"), IPv4Network("127.0.0.0/8"), IPv6Network("fd00::/8")))

NOT_PUBLIC = [
    "0.0.0.0",
    "0.1.2.3",
    "10.0.0.1",
    "100.64.0.1",
    "100.100.100.200",
    "100.127.255.255",
    "127.0.0.1",
    "127.255.255.254",
    "168.63.129.16",
    "169.254.169.254",
    "169.254.170.2",
    "172.16.0.1",
    "172.31.255.255",
    "192.0.0.1",
    "192.0.0.9",
    "192.0.0.192",
    "192.0.2.1",
    "192.88.99.1",
    "192.168.1.1",
    "198.18.0.1",
    "198.19.255.255",
    "198.51.100.1",
    "203.0.113.1",
    "224.0.0.1",
    "239.255.255.250",
    "240.0.0.1",
    "255.255.255.255",
    "::",
    "::1",
    "::7f00:1",
    "64:ff9b::7f00:1",
    "64:ff9b::a9fe:a9fe",
    "64:ff9b::a00:1",
    "64:ff9b:1::1",
    "100::1",
    "2001::1",
    "2001:0:4136:e378:8000:63bf:3fff:fdd2",
    "2001:1::1",
    "2001:10::1",
    "2001:db8::1",
    "2002:7f00:1::",
    "2002:808:808::1",
    "3fff::1",
    "4000::1",
    "5f00::1",
    "fc00::1",
    "fd00:ec2::254",
    "fe80::1",
    "fec0::1",
    "ff02::1",
    "ff0e::1",
]
ALSO_NOT_PUBLIC = ["::ffff:127.0.0.1", "::ffff:8.8.8.8", "fe80::1%lo", "2606:4700::1111%lo"]
"""What a resolver may say, and no URL."""
IS_PUBLIC = ["1.1.1.1", "8.8.8.8", "172.32.0.1", "192.0.1.1", "2606:4700:4700::1111", "2a00:1450:4001:80b::200e"]
IS_PUBLIC_BY_NAT64 = "64:ff9b::808:808"


class Resolver:
    """Answers with one list after another; the last stays."""

    def __init__(self, *answers: list[str]) -> None:
        self.answers = list(answers)
        self.asked: list[str] = []

    def __call__(self, host: str, port: int, **_: Any) -> list[tuple[Any, ...]]:
        self.asked.append(host)
        found = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        return [(socket.AF_UNSPEC, socket.SOCK_STREAM, 6, "", (address, port)) for address in found]


def literal(address: str, scheme: str = "https", port: str = "") -> str:
    return f"{scheme}://[{address}]{port}/" if ":" in address else f"{scheme}://{address}{port}/"


def accepted(url: str, reach: Reach = ANYBODY) -> Target:
    return reach.check(url)


def refused(url: str, words: str, reach: Reach = ANYBODY) -> None:
    with pytest.raises(ValueError, match=words) as info:
        reach.check(url)
    assert str(info.value).startswith("must ")


# The text


@pytest.mark.parametrize(
    ("url", "path"),
    [
        (PUBLIC, "/ringpost"),
        ("https://hooks.example.net", "/"),
        ("https://hooks.example.net?a=b/c?d", "/?a=b/c?d"),
        ("HTTPS://Hooks.Example.NET:443/A%20b;c?d=[1]", "/A%20b;c?d=[1]"),
        ("https://hooks.example.net//x", "//x"),
        ("https://hooks.example.net/a@b:c", "/a@b:c"),
    ],
)
def test_an_https_address_is_accepted(url: str, path: str) -> None:
    target = accepted(url)
    assert target == Target(secure=True, host="hooks.example.net", port=443, path=path)
    assert target.authority == "hooks.example.net"


def test_a_host_in_punycode_is_accepted() -> None:
    assert accepted("https://xn--mller-kva.example.net/").host == "xn--mller-kva.example.net"


@pytest.mark.parametrize("address", IS_PUBLIC)
def test_a_public_literal_is_accepted(address: str) -> None:
    target = accepted(literal(address))
    assert target.address == ip_address(address)
    assert target.authority == (f"[{address}]" if ":" in address else address)


@pytest.mark.parametrize("address", NOT_PUBLIC)
def test_a_literal_that_is_not_public_is_refused(address: str) -> None:
    refused(literal(address), "public address")


@pytest.mark.parametrize(
    "host",
    [
        "2130706433",
        "134744072",
        "0177.0.0.1",
        "010.8.8.8",
        "0x7f.1",
        "0x7f.0.0.1",
        "0x7f000001",
        "0x",
        "127.1",
        "8.8.8",
        "8.8.2056",
        "127.0.0.1.",
        "8.8.8.8.",
        "8.8.8.08",
        "8.8.8.0x8",
        "8.8.8.256",
        "8.8.8.8.8",
        "x.127.1",
        "[::ffff:127.0.0.1]",
        "[::ffff:8.8.8.8]",
        "[::ffff:808:808]",
        "[::127.0.0.1]",
        "[2606:4700:4700:0::1111]",
        "[2606:4700:4700:0:0:0:0:1111]",
        "[2606:4700:4700::01111]",
        "[8.8.8.8]",
        "[:]",
    ],
)
@pytest.mark.parametrize("reach", [ANYBODY, OWN])
def test_an_odd_spelling_of_an_ip_address_is_refused(host: str, reach: Reach) -> None:
    refused(f"https://{host}/", "usual spelling", reach)


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("", "https"),
        ("hooks.example.net", "https"),
        ("//hooks.example.net/", "https"),
        ("https:hooks.example.net", "https"),
        ("https:/hooks.example.net", "https"),
        ("ftp://hooks.example.net/", "https"),
        ("file:///etc/passwd", "https"),
        ("http://hooks.example.net/", "port 443"),
        ("http://hooks.example.net:443/", "port 443"),
        ("https://hooks.example.net:8443/", "port 443"),
        ("https://hooks.example.net:80/", "port 443"),
        ("https://hooks.example.net:/", "a host, and a port"),
        ("https://hooks.example.net:0/", "a host, and a port"),
        ("https://hooks.example.net:0443/", "a host, and a port"),
        ("https://hooks.example.net:65536/", "a host, and a port"),
        ("https://hooks.example.net:443:443/", "a host, and a port"),
        ("https:///x", "a host, and a port"),
        ("https://:443/", "a host, and a port"),
        ("https://[::1/", "a host, and a port"),
        ("https://[fe80::1%25eth0]/", "a host, and a port"),
        ("https://[fe80::1%eth0]/", "a host, and a port"),
        ("https://hooks_example.net/", "a host, and a port"),
        ("https://hooks%2eexample.net/", "a host, and a port"),
        ("https://me:secret@hooks.example.net/", "a user"),
        ("https://8.8.8.8@127.0.0.1/", "a user"),
        ("https://@hooks.example.net/", "a user"),
        ("https://hooks.example.net/#part", "fragment"),
        ("https://hooks.example.net/#", "fragment"),
        ("https://127.0.0.1#@hooks.example.net/", "fragment"),
        ("https://hooks.example.net\\@127.0.0.1/", "characters"),
        ("https:\\\\hooks.example.net/", "characters"),
        (" https://hooks.example.net/", "characters"),
        ("https://hooks.example.net/a b", "characters"),
        ("https://hooks.example.net/\r\nX: y", "characters"),
        ("https://hooks.example.net/\n", "characters"),
        ("https://hooks.example.net/\t", "characters"),
        ("https://hooks.example.net/\0", "characters"),
        ("https://müller.example.net/", "punycode"),
        ("https://hooks.example.net/é", "percent-encoded"),
        ("https://①②⑦.⓪.⓪.①/", "characters"),
        ("https://hooks。example。net/", "characters"),
        ("https://\ud800/", "characters"),
        ("https://hooks.example.net./", "dot at its end"),
        ("https://.example.net/", "name a host"),
        ("https://a..example.net/", "name a host"),
        ("https://-a.example.net/", "name a host"),
        (f"https://{'a' * 64}.example.net/", "name a host"),
        (f"https://{'a.' * 124}example.net/", "name a host"),
        (f"{PUBLIC}/{'x' * MOST_CHARACTERS}", "2048"),
    ],
)
def test_what_is_no_address_for_a_webhook_is_refused_with_a_sentence(url: str, words: str) -> None:
    refused(url, words)


def test_an_address_may_be_as_long_as_is_said() -> None:
    longest = f"{PUBLIC}{'x' * (MOST_CHARACTERS - len(PUBLIC))}"
    assert len(accepted(longest).path) == MOST_CHARACTERS - len("https://hooks.example.net")
    refused(f"{longest}x", "2048")


@pytest.mark.parametrize("host", ["localhost", "LOCALHOST", "a.localhost", "pbx.local", "vault.internal", "intranet"])
def test_a_local_name_is_for_those_with_networks_of_their_own(host: str) -> None:
    refused(f"https://{host}/", "known everywhere")
    assert accepted(f"https://{host}/", OWN).host == host.lower()


@pytest.mark.parametrize("host", ["notlocalhost.example.net", "local.example.net", "internal.example.net"])
def test_a_name_that_only_looks_local_is_accepted(host: str) -> None:
    assert accepted(f"https://{host}/").host == host


# Networks of one's own


@pytest.mark.parametrize(
    ("url", "authority"),
    [
        ("http://10.1.2.3/", "10.1.2.3"),
        ("http://127.0.0.1:8080/", "127.0.0.1:8080"),
        ("http://10.1.2.3:443/", "10.1.2.3:443"),
        ("https://10.1.2.3:80/", "10.1.2.3:80"),
        ("https://[fd00::1]:8443/", "[fd00::1]:8443"),
        ("http://crm:8080/", "crm:8080"),
    ],
)
def test_in_an_own_network_anything_goes(url: str, authority: str) -> None:
    assert accepted(url, OWN).authority == authority
    with pytest.raises(ValueError):
        ANYBODY.check(url)


@pytest.mark.parametrize("address", ["169.254.169.254", "192.168.1.1", "::1"])
def test_what_is_in_no_own_network_stays_refused(address: str) -> None:
    refused(literal(address), "public address", OWN)
    refused(literal(address, port=":8080"), "port 443", OWN)


@pytest.mark.parametrize("address", IS_PUBLIC)
@pytest.mark.parametrize(("scheme", "port"), [("http", ""), ("https", ":8443")])
def test_beyond_an_own_network_it_is_https_on_its_port(address: str, scheme: str, port: str) -> None:
    refused(literal(address, scheme, port), "port 443", OWN)
    target = accepted(f"{scheme}://hooks.example.net{port}/", OWN)  # a name may lead anywhere
    with pytest.raises(Refused, match="own network"):
        OWN.resolved(target, Resolver([address]))


def test_a_name_that_leads_into_an_own_network_may_be_called_any_way() -> None:
    for url in ("http://crm:8080/", "https://crm.internal/", "https://hooks.example.net:8443/"):
        assert OWN.resolved(accepted(url, OWN), Resolver(["10.0.0.7"])) == ip_address("10.0.0.7")


def test_a_name_may_lead_to_own_and_public_addresses() -> None:
    assert OWN.resolved(accepted(PUBLIC), Resolver(["10.0.0.7", "8.8.8.8"])) == ip_address("10.0.0.7")
    with pytest.raises(Refused):
        OWN.resolved(accepted("http://hooks.example.net/", OWN), Resolver(["10.0.0.7", "8.8.8.8"]))


def test_an_address_with_a_zone_is_in_no_network() -> None:
    own = Reach((IPv6Network("fe80::/10"),))
    with pytest.raises(Refused):
        own.resolved(accepted("http://crm/", own), Resolver(["fe80::1%lo"]))


# What a name leads to


@pytest.mark.parametrize("address", [*IS_PUBLIC, IS_PUBLIC_BY_NAT64])
def test_a_name_that_leads_to_a_public_address_may_be_called_there(address: str) -> None:
    assert ANYBODY.resolved(accepted(PUBLIC), Resolver([address])) == ip_address(address)


@pytest.mark.parametrize("address", [*NOT_PUBLIC, *ALSO_NOT_PUBLIC])
def test_a_name_that_leads_to_no_public_address_is_refused(address: str) -> None:
    for found in ([address], ["8.8.8.8", address], [address, "8.8.8.8"], ["2606:4700::1111", "8.8.8.8", address]):
        with pytest.raises(Refused, match="not public") as info:
            ANYBODY.resolved(accepted(PUBLIC), Resolver(found))
        assert address not in str(info.value).split()


def test_a_name_is_asked_about_once() -> None:
    resolver = Resolver(["8.8.8.8", "1.1.1.1"], ["127.0.0.1"])
    assert ANYBODY.resolved(accepted(PUBLIC), resolver) == ip_address("8.8.8.8")
    assert resolver.asked == ["hooks.example.net"]


def test_a_literal_is_not_asked_about() -> None:
    resolver = Resolver(["127.0.0.1"])
    assert ANYBODY.resolved(accepted("https://8.8.8.8/"), resolver) == ip_address("8.8.8.8")
    assert resolver.asked == []


def test_a_literal_is_looked_at_again() -> None:
    target = accepted("http://10.1.2.3/", OWN)
    with pytest.raises(Refused):
        ANYBODY.resolved(target)


def test_a_name_that_leads_nowhere_is_refused() -> None:
    with pytest.raises(Refused, match="nowhere"):
        ANYBODY.resolved(accepted(PUBLIC), Resolver([]))


def test_what_the_resolver_raises_is_passed_on() -> None:
    def fails(*_: object, **__: object) -> list[tuple[Any, ...]]:
        raise socket.gaierror(socket.EAI_NONAME, "no such name")

    with pytest.raises(socket.gaierror):
        ANYBODY.resolved(accepted(PUBLIC), fails)


def test_the_machines_own_resolver_is_asked() -> None:
    own = Reach((IPv4Network("127.0.0.0/8"), IPv6Network("::1/128")))
    assert own.resolved(accepted("http://localhost/", own)).is_loopback


# Anything at all

NETWORKS = [ip_network("10.0.0.0/8"), ip_network("192.168.7.0/24"), ip_network("fd00::/8"), ip_network("0.0.0.0/0")]
REACHES = st.lists(st.sampled_from(NETWORKS), max_size=2).map(lambda networks: Reach(tuple(networks)))
HOSTS = st.one_of(
    st.ip_addresses().map(str),
    st.sampled_from([*NOT_PUBLIC, *ALSO_NOT_PUBLIC, *IS_PUBLIC]),
    st.ip_addresses(v=6).map(lambda address: f"[{address}]"),
    st.integers(0, 2**32).map(str),
    st.lists(st.sampled_from(["0x7f", "0177", "127", "0", "1", "8", "localhost", "a", "xn--", "net", ""])).map(
        ".".join
    ),
    st.text("0123456789abcdefx.:[]%@#-", max_size=20),
)
URLS = st.one_of(
    st.text(max_size=60),
    st.builds(
        "{}://{}{}{}".format,
        st.sampled_from(["https", "http", "HTTPS", "ftp"]),
        HOSTS,
        st.sampled_from(["", ":443", ":80", ":0", ":99999", ":x"]),
        st.sampled_from(["", "/", "?", "/a?b", "/a#b", "/ ", "@127.0.0.1/"]),
    ),
)
FOUND = st.lists(
    st.one_of(
        st.ip_addresses().map(str),
        st.sampled_from([*NOT_PUBLIC, *ALSO_NOT_PUBLIC, *IS_PUBLIC]),
        st.ip_addresses(v=4).map(lambda address: f"64:ff9b::{address}"),
    ),
    max_size=3,
)


def is_fit(address: Address) -> bool:
    """Public, said a second time and in another way: by ranges that are, less what is taken out of them."""
    if address.version == 6 and address in IPv6Network("64:ff9b::/96"):
        address = IPv4Address(int(address) % 2**32)
    ranges = ["1.0.0.0-223.255.255.255", "2000::-3fff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"]
    first, _, last = ranges[address.version == 6].partition("-")
    is_inside = ip_address(first).packed <= address.packed <= ip_address(last).packed
    return is_inside and not address.is_private and address.is_global


@given(URLS, REACHES)
@example("https://[::1%1]/", ANYBODY)
@example("https://[/", ANYBODY)
def test_any_text_is_accepted_or_refused_with_a_value_error(url: str, reach: Reach) -> None:
    with suppress(ValueError):
        target = reach.check(url)
        assert target.path.startswith("/")
        assert f"{target.host}{target.path}".isascii()
        assert not set(f"{target.host}{target.path}") & set(" \r\n\t\\#")
        assert 0 < target.port < 65536
        if target.address is not None:
            assert str(target.address) == target.host


@given(URLS, REACHES, FOUND)
def test_what_is_accepted_leads_to_a_public_address_or_into_an_own_network(
    url: str, reach: Reach, found: list[str]
) -> None:
    with suppress(ValueError, Refused):
        target = reach.check(url)
        address = reach.resolved(target, Resolver(found))
        is_own = any(address in network for network in reach.networks)
        assert is_own or is_fit(address)
        assert is_own or (target.secure and target.port == 443)
        assert target.address is not None or str(address) == str(ip_address(found[0]))
