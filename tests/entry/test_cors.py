"""Which web pages may call the local server: those of the origins it was told, and never with what a browser keeps."""

import http.client
import re
from collections.abc import Iterable, Mapping
from contextlib import closing
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from click.testing import CliRunner

from ringpost.entry.cli.main import main
from ringpost.entry.cors import ALLOWED_HEADERS, EXPOSED_HEADERS, Origins
from tests.entry.answering import WAIT, listening
from tests.harness import House

CRM, OTHER = "https://crm.example.net", "https://other.example.net"
ASKS = {"Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "authorization,content-type"}


def asked(
    house: House, origins: Iterable[str], method: str, headers: Mapping[str, str], path: str = "/"
) -> tuple[int, dict[str, str], bytes]:
    with listening(house.endpoint, origins=Origins(origins)) as url:
        place = urlsplit(url)
        with closing(http.client.HTTPConnection(place.hostname or "", place.port, timeout=WAIT)) as line:
            line.request(method, path, b"{}" if method == "POST" else None, dict(headers))
            answer = line.getresponse()
            return answer.status, {name.lower(): value for name, value in answer.getheaders()}, answer.read()


def allowed(headers: Mapping[str, str]) -> dict[str, str]:
    return {name: value for name, value in headers.items() if name.startswith("access-control-")}


def test_a_page_of_that_origin_may_ask(house: House) -> None:
    status, headers, body = asked(house, [CRM], "OPTIONS", {"Origin": CRM, **ASKS})
    assert (status, body, headers["vary"]) == (204, b"", "Origin")
    assert allowed(headers) == {
        "access-control-allow-origin": CRM,
        "access-control-allow-methods": "POST",
        "access-control-allow-headers": "authorization, content-type, idempotency-key, x-api-key, x-auth-token",
        "access-control-expose-headers": "idempotency-replayed, retry-after, x-next-cursor, x-request-id",
        "access-control-max-age": "3600",
    }


def test_and_read_what_it_is_answered_also_that_it_is_refused(house: House) -> None:
    status, headers, _ = asked(house, [CRM, OTHER], "POST", {"Origin": CRM})
    assert (status, headers["access-control-allow-origin"], headers["vary"]) == (401, CRM, "Origin")
    status, headers, _ = asked(house, [CRM], "GET", {"Origin": CRM}, "/health")
    assert (status, headers["access-control-allow-origin"]) == (200, CRM)


@pytest.mark.parametrize("origins", [[], [CRM]])
@pytest.mark.parametrize("origin", [OTHER, "null", f"{CRM}.evil.example", "http://crm.example.net", f"{CRM}:8443", ""])
def test_no_other_may(house: House, origins: list[str], origin: str) -> None:
    status, headers, _ = asked(house, origins, "OPTIONS", {"Origin": origin, **ASKS})
    assert (status, allowed(headers)) == (405, {})
    status, headers, _ = asked(house, origins, "POST", {"Origin": origin})
    assert (status, allowed(headers)) == (401, {})
    assert headers.get("vary") == ("Origin" if origins else None)


@pytest.mark.parametrize("method", ["OPTIONS", "POST"])
def test_any_may_if_that_was_said_but_never_with_what_a_browser_keeps(house: House, method: str) -> None:
    _, headers, _ = asked(house, ["*"], method, {"Origin": OTHER, "Cookie": "a=b", **ASKS})
    assert headers["access-control-allow-origin"] == "*"
    assert "access-control-allow-credentials" not in headers


def test_options_that_ask_nothing_are_answered_as_ever(house: House) -> None:
    assert asked(house, [CRM], "OPTIONS", {"Origin": CRM})[0] == 405


def test_a_page_that_points_its_own_name_here_is_none_of_them(house: House) -> None:
    status, headers, _ = asked(house, ["*"], "OPTIONS", {"Origin": CRM, "Host": "rebound.example.net", **ASKS})
    assert (status, allowed(headers)) == (421, {})


@pytest.mark.parametrize("origin", [CRM, "http://localhost:5173", "http://[::1]:8080", "capacitor://localhost", "*"])
def test_an_origin_is_what_a_browser_sends(origin: str) -> None:
    assert Origins([origin.upper()]).told({"origin": origin})


def test_several_may_be_said_in_one() -> None:
    for said in ([CRM, OTHER], [f"{CRM},{OTHER}"], [f" {CRM} {OTHER}\n"], [f"{CRM}, {OTHER}"]):
        assert all(Origins(said).told({"origin": one})["Access-Control-Allow-Origin"] == one for one in (CRM, OTHER))


@pytest.mark.parametrize(
    "origin",
    [f"{CRM}/", f"{CRM}/path", "crm.example.net", "null", "", "https://*.example.net", "https://a b", "https://"],
)
def test_what_is_no_origin_is_said_at_the_start(tmp_path: Path, origin: str) -> None:
    run = CliRunner().invoke(main, ["serve", "--port", "0", "--cors", origin], env={"RINGPOST_DATA": str(tmp_path)})
    assert run.exit_code == 1
    assert "such as https://crm.example.net" in run.output
    assert list(tmp_path.iterdir()) == []


def test_on_aws_it_is_the_same() -> None:
    template = (Path(__file__).parents[2] / "template.yaml").read_text()
    for name, ours in (
        ("allowHeaders", ALLOWED_HEADERS),
        ("exposeHeaders", EXPOSED_HEADERS),
        ("allowMethods", ("POST",)),
    ):
        found = re.search(rf"{name}: \[(.*)\]", template)
        assert found
        assert tuple(found[1].split(", ")) == ours
    assert "allowCredentials" not in template
