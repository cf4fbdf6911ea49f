import json
import socket
import threading
import time
from typing import Any

import pytest
from click import ClickException

from ringpost.auth.tokens import token
from ringpost.client import Client
from ringpost.entry import demo
from ringpost.entry.cli.listening import Listening, forward, line
from ringpost.store.sqlite import SqliteStore
from ringpost.webhooks.signature import new_secret
from tests.fakes import FakeClock
from tests.harness import Caller
from tests.webhooks.receivers import call_event, happen
from tests.webhooks.receivers import event as event_of
from tests.webhooks.receiving import Receiving


class Speaking:
    """Somebody who says the same to whoever connects, once he has heard something."""

    def __init__(self, words: bytes) -> None:
        self._words = words

    def __enter__(self) -> str:
        self._socket = socket.create_server(("127.0.0.1", 0))
        self._thread = threading.Thread(target=self._speak, daemon=True)
        self._thread.start()
        return f"http://127.0.0.1:{self._socket.getsockname()[1]}/"

    def __exit__(self, *_: object) -> None:
        self._thread.join(10)
        self._socket.close()

    def _speak(self) -> None:
        line, _ = self._socket.accept()
        with line:
            line.recv(65536)
            line.sendall(self._words)


HERE = {"domain_name": demo.DOMAIN_NAME}


@pytest.fixture
def clock() -> FakeClock:
    clock = FakeClock()
    clock.time = time.time() - 60
    return clock


@pytest.fixture
def client(address: str, tenant: Caller, clock: FakeClock) -> Client:
    """Somebody who has come after all that is there was made."""
    clock.time += 62
    return Client(address, token(tenant.key_uuid, tenant.secret))


def heard(listening: Listening, looks: int) -> list[dict[str, Any]]:
    """What it hears while it looks so many times."""
    left = iter(range(looks))
    return list(listening.events(is_over=lambda: next(left, None) is None))


def some(store: SqliteStore, clock: FakeClock, count: int, what: str = "extension.created", start: int = 0) -> None:
    happen(store, *(event_of(what, start + number, at=clock.now()) for number in range(1, count + 1)), now=clock.now())


def test_what_happened_before_is_not_told(client: Client, store: SqliteStore, clock: FakeClock) -> None:
    clock.time -= 60
    some(store, clock, 3)
    clock.time += 60
    assert heard(Listening(client, HERE, print), 1) == []


def test_each_event_is_told_once_though_it_is_read_again(client: Client, tenant: Caller, clock: FakeClock) -> None:
    listening = Listening(client, HERE, print)
    for number in ("201", "202"):
        tenant.done("extension-create", extension=number)
        clock.time += 1
    found = heard(listening, 3)
    assert [event["data"]["extension"] for event in found if event["type"] == "extension.created"] == ["201", "202"]
    assert len({event["id"] for event in found}) == len(found)
    tenant.done("extension-delete", extension="202")
    clock.time += 1
    assert "extension.deleted" in [event["type"] for event in heard(listening, 1)]


def test_only_what_was_asked_for(client: Client, tenant: Caller, clock: FakeClock) -> None:
    listening = Listening(client, {**HERE, "types": ["contact.*"]}, print)
    tenant.done("extension-create", extension="201")
    tenant.done("contact-create", display_name="Dora", numbers=[{"number": "12025550199"}])
    clock.time += 1
    assert {event["type"] for event in heard(listening, 1)} == {"contact.created"}


def test_many_at_once_are_read_page_by_page(client: Client, store: SqliteStore, clock: FakeClock) -> None:
    listening = Listening(client, HERE, print)
    some(store, clock, 1100)
    clock.time += 60
    assert len(heard(listening, 3)) == 1100


def test_it_remembers_so_many_and_no_more(client: Client, store: SqliteStore, clock: FakeClock) -> None:
    listening = Listening(client, HERE, print)
    listening._seen.update(dict.fromkeys(map(str, range(5000))))
    some(store, clock, 2)
    clock.time += 1
    assert len(heard(listening, 1)) == 2
    assert len(listening._seen) == 5000
    assert "1" not in listening._seen


def told(event: Any) -> dict[str, Any]:
    return {"id": event.event_uuid, "type": event.type, "timestamp": event.due_at, "data": event.data}


def test_an_event_in_a_line() -> None:
    ringing = told(call_event("call.cancelled", data={"reason": "no_answer"}))
    assert line(ringing).startswith("12:00:00 call.cancelled 100 no_answer +12025550199 → 100 cancelled (eeeeeeee-")
    assert line(told(event_of("webhook.disabled"))).startswith("12:00:00 webhook.disabled (eeeeeeee-")


@pytest.mark.parametrize("status", [204, 500])
def test_it_is_posted_on_as_a_webhook_would_be(status: int) -> None:
    secret, event = new_secret(), told(call_event(at=time.time(), data={"note": "Zoë"}))
    kept = []

    def answers(received: Any) -> int:
        kept.append(received)
        return status

    with Receiving(answers) as receiving:
        assert forward(event, f"{receiving.url}/hook", secret) == str(status)
    [received] = kept
    received.verify(secret)
    assert json.loads(received.body) == event
    assert (received.id, received.headers["content-type"]) == (event["id"], "application/json")


def test_a_receiver_that_is_not_there_is_said() -> None:
    event = told(event_of(at=time.time()))
    assert forward(event, "http://127.0.0.1:9/hook", new_secret()).startswith("not taken: ")


def test_a_receiver_that_speaks_something_else_is_said() -> None:
    with Speaking(b"220 mail.example.net ready\r\n") as there:
        assert forward(told(event_of(at=time.time())), there, new_secret()).startswith("not taken: ")


def test_a_page_of_something_in_between_is_said() -> None:
    with (
        Speaking(b"HTTP/1.1 502 Bad Gateway\r\nContent-Length: 6\r\n\r\n<html>") as there,
        pytest.raises(ClickException) as error,
    ):
        heard(Listening(Client(there, "x"), {}, print), 1)
    assert error.value.message == "502"
    with (
        Speaking(b"HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\n<html>") as there,
        pytest.raises(ClickException) as error,
    ):
        heard(Listening(Client(there, "x"), {}, print), 1)
    assert "is not Ringpost" in error.value.message


def test_a_key_is_not_taken_elsewhere() -> None:
    moved = b"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:9/\r\nContent-Length: 0\r\n\r\n"
    with Speaking(moved) as there, pytest.raises(ClickException, match="sends us elsewhere"):
        heard(Listening(Client(there, "x"), {}, print), 1)


def test_trouble_is_said_once_and_passes(client: Client, tenant: Caller, clock: FakeClock) -> None:
    said: list[str] = []
    listening = Listening(client, HERE, said.append)
    assert heard(listening, 1) == []
    listening.client = Client("http://127.0.0.1:9", client.token)
    assert heard(listening, 2) == []
    assert len(said) == 1
    assert "does not answer" in said[0]
    listening.client = client
    tenant.done("extension-create", extension="201")
    clock.time += 1
    assert "extension.created" in [event["type"] for event in heard(listening, 1)]
