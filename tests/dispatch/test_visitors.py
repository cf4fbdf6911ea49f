"""Whoever has no key: a browser is told what this is, a load balancer whether it is well, and nobody anything else."""

import re
from base64 import b64encode
from hashlib import sha256
from html.parser import HTMLParser

import pytest

from ringpost.dispatch.http import HttpRequest
from ringpost.entry import demo
from ringpost.model.errors import StoreUnavailable
from ringpost.store import Key, Row
from tests.fakes import CountingStore
from tests.harness import House, Reply

BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"


class Broken(CountingStore):
    """A store that does not answer while it is down."""

    is_down = True

    def get(self, key: Key) -> Row | None:
        found = super().get(key)
        if self.is_down:
            raise StoreUnavailable
        return found


class Tags(HTMLParser):
    """What a page is made of, and what it refers to."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.refers: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.refers += [value or "" for name, value in attrs if name in ("src", "href", "action", "style", "onload")]


def get(house: House, path: str = "/", accept: str = BROWSER, method: str = "GET") -> Reply:
    headers = {"accept": accept} if accept else {}
    return Reply(house.endpoint.answer(HttpRequest(method, path, headers, b"", "192.0.2.1", "r-1")))


@pytest.mark.parametrize("method", ["GET", "HEAD"])
@pytest.mark.parametrize("accept", [BROWSER, "text/html", "TEXT/HTML;q=0.5, */*", "application/json, text/html"])
def test_a_browser_is_shown_what_this_is_and_where_the_documents_are(house: House, method: str, accept: str) -> None:
    reply = get(house, accept=accept, method=method)
    assert (reply.status, reply.content_type) == (200, "text/html; charset=utf-8")
    for said in ("Ringpost", "POST", "action-list", "openapi", "docs/wire.md", "docs/actions.md"):
        assert said in reply.text


def test_the_page_needs_nothing_from_anywhere(house: House) -> None:
    reply = get(house)
    found = Tags(reply.text)
    assert found.refers == ["health"]
    assert not {"script", "link", "img", "iframe", "form", "base", "object"} & set(found.tags)
    assert not re.search(r"https?://", reply.text)


def test_the_page_may_do_nothing_but_look_like_itself(house: House) -> None:
    reply = get(house)
    policy = dict(part.strip().partition(" ")[::2] for part in reply.headers["Content-Security-Policy"].split(";"))
    style = re.search(r"<style>(.*)</style>", reply.text)
    assert style
    assert policy == {
        "default-src": "'none'",
        "style-src": f"'sha256-{b64encode(sha256(style[1].encode()).digest()).decode()}'",
        "base-uri": "'none'",
        "form-action": "'none'",
        "frame-ancestors": "'none'",
    }
    assert reply.headers["X-Content-Type-Options"] == "nosniff"


def test_the_page_is_the_same_whoever_asks(house: House) -> None:
    headers = {"accept": BROWSER, "host": "<script>", "x-forwarded-host": "evil.example.net"}
    answer = house.endpoint.answer(HttpRequest("GET", "/", headers, b"", "192.0.2.1", "r-2", {"q": "<script>"}))
    assert answer.body == house.endpoint.answer(HttpRequest("GET", "/", {"accept": BROWSER}, b"", "", "r-3")).body


@pytest.mark.parametrize(
    ("path", "accept", "method"),
    [
        ("/", "", "GET"), ("/", "*/*", "GET"), ("/", "application/json", "GET"), ("/", "text/htmlx", "GET"),
        ("/domain-list", BROWSER, "GET"), ("/health/x", BROWSER, "GET"), ("/", BROWSER, "PUT"), ("/health", "", "PUT"),
        ("/app/rest_api/rest.php", BROWSER, "GET"),
    ],
)  # fmt: skip
def test_nothing_else_is_answered_without_post(house: House, path: str, accept: str, method: str) -> None:
    reply = get(house, path, accept, method)
    assert (reply.status, reply.code, reply.headers["Allow"]) == (405, "method-not-allowed", "POST")


def test_says_that_it_is_well(house: House) -> None:
    for path in ("/health", "/health/"):
        reply = get(house, path, "")
        assert (reply.status, reply.json, reply.headers["Cache-Control"]) == (200, {"status": "ok"}, "no-store")
    assert (house.outcomes[-1].status, house.outcomes[-1].key_uuid) == (200, "-")


def test_asks_the_store_no_more_than_once_a_second(house: House) -> None:
    house.store = counting = CountingStore(house.store)
    house.restart()
    for _ in range(20):
        assert get(house, "/health").status == 200
    assert counting.calls == ["get"]
    house.clock.time += 1
    assert get(house, "/health").status == 200
    assert counting.calls == ["get", "get"]


def test_says_that_the_store_does_not_answer_and_when_it_does_again(house: House) -> None:
    house.store = broken = Broken(house.store)
    house.restart()
    for _ in range(3):
        reply = get(house, "/health")
        assert (reply.status, reply.code) == (503, "store-unavailable")
    assert broken.calls == ["get"]
    broken.is_down = False
    house.clock.time += 1
    assert get(house, "/health").status == 200


def test_a_clock_that_is_put_back_does_not_stop_it_looking(house: House) -> None:
    house.store = broken = Broken(house.store)
    broken.is_down = False
    house.restart()
    assert get(house, "/health").status == 200
    broken.is_down = True
    house.clock.time -= 3600
    assert get(house, "/health").status == 503


def test_a_key_is_no_help_and_no_harm(house: House) -> None:
    bad = {"authorization": "Bearer nonsense"}
    assert house.endpoint.answer(HttpRequest("GET", "/health", bad, b"", "192.0.2.1", "r")).status == 200
    assert demo.DOMAIN_NAME not in get(house, "/health").text
