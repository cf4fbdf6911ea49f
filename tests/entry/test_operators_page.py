"""The operator's page on the local server: its files with their headers, and nothing else."""

import gzip
import socket
from collections.abc import Iterator
from http.client import HTTPConnection, HTTPResponse
from pathlib import Path

import pytest

from ringpost.entry.operators_page import OperatorsPage, folder
from tests.entry.answering import listening
from tests.harness import House

SCRIPT = "export const app = 1 // " + "x" * 600


@pytest.fixture
def files(tmp_path: Path) -> Path:
    console = tmp_path / "console"
    (console / "lib").mkdir(parents=True)
    (console / "index.html").write_text("<!doctype html><title>Page</title>")
    (console / "lib/app.js").write_text(SCRIPT)
    (console / "notes.md").write_text("is not served")
    (tmp_path / "secret.js").write_text("is not the page's")
    return console


@pytest.fixture
def server(house: House, files: Path) -> Iterator[str]:
    with listening(house.endpoint, page=OperatorsPage(files, ["https://sounds.example.net"]), base_path="/pbx") as url:
        yield url.removeprefix("http://")


def asked(server: str, path: str, method: str = "GET", **headers: str) -> tuple[HTTPResponse, bytes]:
    connection = HTTPConnection(server, timeout=10)
    try:
        connection.request(method, path, headers={name.replace("_", "-"): value for name, value in headers.items()})
        answer = connection.getresponse()
        return answer, answer.read()
    finally:
        connection.close()


@pytest.mark.parametrize("path", ["/console/", "/console/index.html", "/pbx/console/"])
def test_a_file_comes_with_its_type_and_what_a_browser_may_do(server: str, path: str) -> None:
    answer, body = asked(server, path)
    assert (answer.status, answer.getheader("content-type")) == (200, "text/html; charset=utf-8")
    assert b"<title>Page" in body
    policy = answer.getheader("content-security-policy") or ""
    assert "default-src 'none'" in policy
    assert "media-src 'self' https://sounds.example.net;" in policy
    assert "unsafe" not in policy
    assert answer.getheader("x-content-type-options") == "nosniff"


def test_a_browser_that_has_it_is_told_so(server: str) -> None:
    first, _ = asked(server, "/console/lib/app.js")
    again, body = asked(server, "/console/lib/app.js", If_None_Match=first.getheader("etag") or "")
    assert (again.status, body) == (304, b"")
    assert asked(server, "/console/lib/app.js", If_None_Match='"other"')[0].status == 200


def test_a_script_is_packed_for_who_can_unpack_it(server: str) -> None:
    packed, body = asked(server, "/console/lib/app.js", Accept_Encoding="gzip, br")
    assert packed.getheader("content-encoding") == "gzip"
    assert gzip.decompress(body).decode() == SCRIPT
    plain, body = asked(server, "/console/lib/app.js")
    assert (plain.getheader("content-encoding"), body.decode()) == (None, SCRIPT)
    assert packed.getheader("content-type") == plain.getheader("content-type") == "text/javascript; charset=utf-8"


def test_head_has_no_body(server: str) -> None:
    answer, body = asked(server, "/console/lib/app.js", "HEAD")
    assert (answer.status, answer.getheader("content-length"), body) == (200, str(len(SCRIPT)), b"")


@pytest.mark.parametrize(("method", "status"), [("POST", 405), ("PUT", 405), ("DELETE", 405)])
def test_it_is_only_read(server: str, method: str, status: int) -> None:
    answer, _ = asked(server, "/console/", method)
    assert (answer.status, "GET, HEAD" in (answer.getheader("allow") or "")) == (status, True)


def test_its_name_without_a_slash_leads_there(server: str) -> None:
    answer, _ = asked(server, "/console")
    assert (answer.status, answer.getheader("location")) == (308, "console/")


@pytest.mark.parametrize(
    "path",
    [
        "/console/notes.md", "/console/lib", "/console/lib/", "/console/nothing.js", "/console//index.html",
        "/consoles/", "/console/../secret.js", "/console/%2e%2e/secret.js", "/console/..%2fsecret.js",
        "/console/lib/../../secret.js", "/console/..\\secret.js", "/console/%00", "/console/lib/app.js%00.html",
        "/console/C:/secret.js",
    ],
)  # fmt: skip
def test_nothing_else_is_there(server: str, path: str) -> None:
    host, _, port = server.partition(":")
    with socket.create_connection((host, int(port)), timeout=10) as line:
        line.sendall(f"GET {path} HTTP/1.1\r\nHost: {server}\r\nConnection: close\r\n\r\n".encode())
        said = b"".join(iter(lambda: line.recv(65536), b""))
    assert said.split()[1] in (b"404", b"405", b"400"), said[:300]
    assert b"is not" not in said


def test_the_page_of_this_release_is_found() -> None:
    page = OperatorsPage(folder())
    assert {"index.html", "main.js", "vendor/preact.js", "css/base.css"} <= page._files.keys()
