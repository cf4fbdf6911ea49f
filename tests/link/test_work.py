"""A link at work: a played switch on one side, a real endpoint on the other."""

import os
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from itertools import count
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from ringpost.auth.tokens import token
from ringpost.client import Client
from ringpost.clock import stamp
from ringpost.entry import recordings
from ringpost.entry.console import console
from ringpost.entry.exchange import Exchange
from ringpost.link.beside import Beside
from ringpost.link.buffer import Buffer, File
from ringpost.link.carrying import Carrying
from ringpost.link.hearing import Hearing
from ringpost.link.telling import Telling
from ringpost.link.work import run
from ringpost.model.call import Leg
from ringpost.model.errors import StoreUnavailable, SwitchUnreachable
from ringpost.services.records import joining
from ringpost.services.tenants import domains
from ringpost.store.archive import Upload
from ringpost.store.folder import PART_BYTES, FolderArchive
from ringpost.switch.freeswitch.ear import FreeSwitchEar
from ringpost.switch.freeswitch.esl import EventSocket
from ringpost.switch.hearing import Ear
from tests.described import check_event
from tests.entry.answering import listening
from tests.entry.crashing import Gate, Trouble, in_words
from tests.fakes import FakeClock, MemoryArchive
from tests.harness import Caller, House
from tests.link.playing import HOME_NAME, SOUND, Event, Played, PlayingFreeSwitch
from tests.serving import Serving, reply
from tests.switch.freeswitch.scripted import PASSWORD
from tests.webhooks.receivers import until

CALL, RECORDED = "originate_answered_b_hangs_up", "record_start_stop"


class Today(FakeClock):
    """The time it is: what is played happens now."""

    def now(self) -> float:
        return time.time()


@pytest.fixture
def clock() -> FakeClock:
    return Today()


@pytest.fixture
def switch(tmp_path: Path) -> Iterator[PlayingFreeSwitch]:
    (tmp_path / "recordings").mkdir()
    with PlayingFreeSwitch(tmp_path / "recordings") as playing:
        yield playing


@pytest.fixture
def home(operator: Caller) -> str:
    """A domain on the switch."""
    about = {"kind": "freeswitch", "address": "192.0.2.10", "secret": "env:RINGPOST_SECRET_LIVE"}
    operator.done("switch-create", name="live", **about)
    made: str = operator.done("domain-create", domain_name=HOME_NAME, switch="live")["domain_uuid"]
    return made


@dataclass
class Linking:
    """A link that runs in a thread, and what it said."""

    switch: PlayingFreeSwitch
    client: Client
    file: Path
    said: list[str] = field(default_factory=list)

    def connect(self) -> Ear:
        return FreeSwitchEar(EventSocket(self.switch.host, self.switch.port, user=None, password=PASSWORD))

    @contextmanager
    def running(
        self, connect: Callable[[], Ear] | None = None, buffer: Buffer | None = None, **members: Any
    ) -> Iterator[Beside]:
        self.said, buffer = [], buffer or Buffer(self.file)
        members = {"records_within": 0.2, **members}
        link = Beside("live", self.client, buffer, Today(), self.said.append, members.pop("recordings", None))
        thread = threading.Thread(
            target=run,
            args=(link, Hearing(link, connect or self.connect, **members), Telling(link), Carrying(link)),
            daemon=True,
        )
        thread.start()
        try:
            yield link
        finally:
            link.stopping.set()
            self.switch.cut()
            thread.join(30)
            assert not thread.is_alive()
            buffer.close()

    @contextmanager
    def listening(self, **members: Any) -> Iterator[Beside]:
        with self.running(**members) as link:
            self.says("listening to live")
            yield link

    def says(self, words: str) -> None:
        """Wait until it has said that."""
        try:
            until(lambda: any(words in one for one in list(self.said)), 10)
        except AssertionError as error:
            error.add_note(f"it said: {self.said}")
            raise


@pytest.fixture
def linking(address: str, house: House, home: str, switch: PlayingFreeSwitch, tmp_path: Path) -> Linking:
    key = house.key("switch.event", switch="live")
    return Linking(switch, Client(address, token(key.key_uuid, key.secret)), tmp_path / "link" / "buffer.sqlite3")


@dataclass
class Heard:
    """What the endpoint has noted of calls."""

    operator: Caller
    home: str

    def events(self, *types: str) -> list[Event]:
        wanted = {"domain_uuid": self.home, "types": types or ("call.*", "recording.*"), "fresh": True, "limit": 500}
        found: list[Event] = self.operator.done("event-list", **wanted)["items"]
        return found

    def story(self) -> list[str]:
        return [in_words(event) for event in self.events("call.*")]

    def calls_that_ended(self, number: int = 1) -> None:
        until(lambda: len(self.events("call.ended")) >= number, 20)


@pytest.fixture
def heard(operator: Caller, home: str) -> Heard:
    return Heard(operator, home)


def happens(switch: PlayingFreeSwitch, play: Played, events: int = 1000) -> None:
    """Let the next so many events happen."""
    for _ in range(min(events, len(play.left))):
        switch.happens(play.left.popleft())


# hearing


def test_what_happens_on_the_switch_is_told(linking: Linking, switch: PlayingFreeSwitch, heard: Heard) -> None:
    play = Played(CALL, heard.home)
    with linking.listening():
        happens(switch, play)
        heard.calls_that_ended()
        assert heard.story() == play.story
        linking.says("handing in")
        assert linking.said == ["listening to live", f"handing in at {linking.client.url}"]


def test_who_comes_in_the_middle_of_a_call_tells_how_far_it_has_come(
    linking: Linking, switch: PlayingFreeSwitch, heard: Heard
) -> None:
    play = Played(CALL, heard.home)
    happens(switch, play, 6)
    with linking.listening():
        until(lambda: len(heard.story()) >= 4)
        assert heard.story() == play.story[:4]
        happens(switch, play)
        heard.calls_that_ended()
        assert heard.story() == play.story


def test_a_phone_that_has_not_rung_yet_is_not_told_to_ring(
    linking: Linking, switch: PlayingFreeSwitch, heard: Heard
) -> None:
    play = Played("originate_a_busy", heard.home)
    happens(switch, play, 1)
    with linking.listening():
        happens(switch, play)
        heard.calls_that_ended()
        assert heard.story() == play.story


@pytest.mark.parametrize("events", range(1, 7))
def test_a_call_that_ends_behind_its_back_has_ended(
    linking: Linking, switch: PlayingFreeSwitch, heard: Heard, events: int
) -> None:
    play = Played("inbound_caller_gives_up", heard.home)
    happens(switch, play, 2)
    with linking.listening():
        happens(switch, play, events - 2)
    happens(switch, play, 2 if events == 3 else 1000)
    with linking.listening() as link:
        happens(switch, play)
        heard.calls_that_ended()
        assert [event["type"] for event in heard.events("call.*")].count("call.ended") == 1
        until(lambda: not link.buffer.legs())


def test_what_happens_while_it_is_told_how_things_are_comes_after(
    linking: Linking, switch: PlayingFreeSwitch, heard: Heard
) -> None:
    plays = [Played("two_calls_at_once", heard.home) for _ in range(12)]
    shown = switch.answers["show"]

    def meanwhile(command: str) -> str | bytes:
        for play in plays:
            happens(switch, play)
        assert callable(shown)
        return shown(command)

    switch.answers["show"] = meanwhile
    with linking.listening():
        heard.calls_that_ended(2 * len(plays))
        assert sorted(heard.story()) == sorted(line for play in plays for line in play.story)


def test_a_call_that_ends_while_it_is_asked_how_things_are_has_its_cause(
    linking: Linking, switch: PlayingFreeSwitch, heard: Heard
) -> None:
    play, shown = Played(CALL, heard.home), switch.answers["show"]
    with linking.listening() as link:
        happens(switch, play, len(play.left) - 2)
        until(link.buffer.legs)

    def meanwhile(command: str) -> str | bytes:
        happens(switch, play)
        assert callable(shown)
        return shown(command)

    switch.answers["show"] = meanwhile
    with linking.listening():
        heard.calls_that_ended()
        assert heard.story() == play.story


def test_a_switch_that_is_silent_is_connected_to_anew(
    linking: Linking, switch: PlayingFreeSwitch, heard: Heard
) -> None:
    with linking.listening(longest_silence=0.5):
        linking.says("the switch was silent for 0.5 seconds: connecting anew")
        until(lambda: switch.heard.count(f"auth {PASSWORD}") >= 2 and switch.listeners)
        happens(switch, Played(CALL, heard.home))
        heard.calls_that_ended()


def test_a_heartbeat_is_enough(linking: Linking, switch: PlayingFreeSwitch) -> None:
    beats = count(1)

    def has_beaten() -> bool:
        switch.happens({"Event-Name": "HEARTBEAT"})
        return next(beats) > 300

    with linking.listening(longest_silence=0.0):
        until(has_beaten)
    assert switch.heard.count(f"auth {PASSWORD}") == 1


def test_a_connection_that_breaks_is_made_anew(linking: Linking, switch: PlayingFreeSwitch, heard: Heard) -> None:
    play = Played(CALL, heard.home)
    with linking.listening():
        happens(switch, play, 3)
        switch.cut()
        linking.says("the switch closed the connection")
        happens(switch, play)
        heard.calls_that_ended()


def test_a_switch_that_hangs_up_was_there_until_then(linking: Linking, switch: PlayingFreeSwitch) -> None:
    lines = iter([linking.connect])

    def connect_once() -> Ear:
        connect = next(lines, None)
        if connect is None:
            raise SwitchUnreachable("it is gone")
        return connect()

    with linking.listening(connect=connect_once) as link:
        until(lambda: link.buffer.known(0.0).core == switch.core)  # nothing has happened yet
        before = link.buffer.known(0.0).heard_at
        switch.cut()
        until(lambda: link.buffer.known(0.0).heard_at > before)


def test_a_call_that_was_recorded_while_the_link_was_away_is_told_to_its_end(
    linking: Linking, house: House, heard: Heard
) -> None:
    with linking.listening() as link:
        until(lambda: bool(link.buffer.known(0.0).core))
    now = house.clock.now()
    context = console(house.store, house.clock, "freeswitch-cdr")
    about = {"start_stamp": stamp(now), "end_stamp": stamp(now), "direction": "local", "ended_by": "party"}
    leg = Leg.model_validate({"xml_cdr_uuid": "a" * 8 + "-0000-4000-8000-000000000000", **about})
    joining.record(context, domains.named(context, heard.home), [leg], joining.Marks())
    context.commit()
    with linking.listening():
        heard.calls_that_ended()


def test_what_is_wrong_with_the_switch_is_said_once_and_tried_again(
    linking: Linking, switch: PlayingFreeSwitch
) -> None:
    passwords = iter(["wrong", "wrong", "wrong", PASSWORD])

    def connect() -> Ear:
        return FreeSwitchEar(EventSocket(switch.host, switch.port, user=None, password=next(passwords)))

    with linking.listening(connect=connect):
        assert linking.said == [
            "the switch refused the password: check the switch's user and secret",
            "listening to live",
        ]


def test_what_the_switch_tells_that_is_none_is_said(linking: Linking, switch: PlayingFreeSwitch) -> None:
    well = switch.answers["show"]
    switch.answers["show"] = "show what?"
    with linking.running():
        linking.says("what the switch told cannot be kept")
        switch.answers["show"] = well
        linking.says("listening to live")


def test_a_bug_stops_nothing(linking: Linking, switch: PlayingFreeSwitch) -> None:
    attempts = count()

    def connect() -> Ear:
        if next(attempts) == 0:
            raise KeyError("oh dear")
        return linking.connect()

    with linking.listening(connect=connect):
        assert linking.said[0] == "something broke here: KeyError('oh dear')"


# telling


@pytest.mark.parametrize(
    ("trouble", "says"),
    [
        ("500", "not taken: 500"),
        ("401", "not taken: not now"),
        ("page", "is not Ringpost"),
        ("reply is lost", "does not answer"),
        ("reply is cut", "does not answer"),
        ("half a refusal", "does not answer"),
    ],
)
def test_what_is_wrong_with_the_endpoint_is_said_and_what_was_heard_is_kept(
    linking: Linking, switch: PlayingFreeSwitch, heard: Heard, trouble: Trouble, says: str
) -> None:
    play = Played(CALL, heard.home)
    with Gate(urlsplit(linking.client.url).port or 0) as gate:
        gate.makes(trouble)
        linking.client = Client(gate.url, linking.client.token)
        with linking.listening():
            happens(switch, play, 4)
            linking.says(says)
        with linking.listening() as link:
            until(lambda: link.buffer.first(1))
            happens(switch, play)
            gate.makes("")
            heard.calls_that_ended()
            assert heard.story()[-1] == play.story[-1]
            until(lambda: not link.buffer.first(1))


def test_notices_of_somebody_elses_domain_are_said_to_be_refused(linking: Linking, switch: PlayingFreeSwitch) -> None:
    with linking.listening():
        happens(switch, Played("originate_a_busy", "99999999-9999-4999-8999-999999999999"))
        linking.says("notices were refused")


def test_it_stops_though_nobody_takes_what_it_has_heard(linking: Linking) -> None:
    linking.client = Client("http://127.0.0.1:9", "x")
    with linking.listening():
        happens(linking.switch, Played(CALL, "99999999-9999-4999-8999-999999999999"))
        linking.says("does not answer")


# carrying recordings


class Bucket(MemoryArchive, Serving):
    """A store of files as S3 is one: a file is put as a whole, at an address of its own."""

    def __init__(self, *fails: int) -> None:
        """It keeps nothing as long as it answers one of these statuses after the other; 0: it hangs up."""
        super().__init__()
        self.fails = list(fails)
        self.puts = 0

    def answer(self, asked: BaseHTTPRequestHandler, body: bytes) -> None:
        self.puts += 1
        status = self.fails.pop(0) if self.fails else 200
        if status == 200:
            self.files[urlsplit(asked.path).path[1:]] = body
        if status:
            reply(asked, status)
        asked.close_connection = True

    def upload(self, name: str, seconds: int) -> Upload:
        return Upload(f"{self.url}/{name}?signed=yes", None)


@pytest.fixture
def bucket(house: House) -> Iterator[Bucket]:
    with Bucket() as bucket:
        house.archive = bucket
        yield bucket


def recording(switch: PlayingFreeSwitch, home: str, path: Path | None = None) -> Played:
    """A call that was recorded, perhaps into that file; it is over."""
    play = Played(RECORDED, home)
    for event in play.left:
        if path is not None and event["Event-Name"] == "RECORD_STOP":
            event["Record-File-Path"] = str(path)
    happens(switch, play)
    return play


def ready(heard: Heard) -> list[dict[str, Any]]:
    told = heard.events("recording.ready")
    for event in told:
        check_event(event)
    return [event["data"]["recording"] for event in told]


def test_a_recording_is_put_as_a_whole_and_is_ready(
    linking: Linking, switch: PlayingFreeSwitch, heard: Heard, bucket: Bucket
) -> None:
    with linking.listening() as link:
        play = recording(switch, heard.home)
        until(lambda: ready(heard))
        until(lambda: not link.buffer.files())
    [one] = ready(heard)
    assert ([one["call_uuid"]], one["extension"], one["bytes"]) == (list(play.legs), "100", len(SOUND))
    assert list(bucket.files.values()) == [SOUND]


@pytest.mark.parametrize(
    ("status", "says"),
    [(403, "cannot be handed in"), (503, "cannot be handed in"), (0, "cannot be handed in"), (201, "upload it first")],
)
def test_a_recording_that_was_not_taken_is_put_again(
    linking: Linking, switch: PlayingFreeSwitch, heard: Heard, bucket: Bucket, status: int, says: str
) -> None:
    bucket.fails = [status]
    with linking.listening():
        recording(switch, heard.home)
        linking.says(says)
        until(lambda: ready(heard))
    assert bucket.puts == 2


def test_a_recording_is_put_in_parts_and_goes_on_after_a_break(
    linking: Linking, switch: PlayingFreeSwitch, heard: Heard, house: House, tmp_path: Path
) -> None:
    archive = FolderArchive.create(tmp_path / "archive", house.clock.now)
    house.archive = archive  # type: ignore[assignment]
    sounds, puts = recordings.application(archive), count(1)

    async def breaks(exchange: Exchange) -> None:
        if exchange.method == "PUT" and next(puts) == 2:
            raise StoreUnavailable
        await sounds(exchange)

    path = switch.recordings / "long.wav"
    path.write_bytes(os.urandom(2 * PART_BYTES + 1000))
    with listening(house.endpoint, breaks) as archive.base_url, linking.listening():
        recording(switch, heard.home, path)
        linking.says("503 Service Unavailable")
        until(lambda: ready(heard))
    [kept] = (tmp_path / "archive").rglob("*.wav")
    assert kept.read_bytes() == path.read_bytes()
    assert next(puts) == 6, "one that was taken, one that was not, and all three again"


class Watched(Buffer):
    """A buffer that notes how often it was asked for recordings."""

    looks = 0

    def files(self) -> list[File]:
        self.looks += 1
        return super().files()


def test_a_recording_waits_until_the_switch_has_said_where_they_are(
    linking: Linking, switch: PlayingFreeSwitch, heard: Heard, bucket: Bucket
) -> None:
    bucket.fails = [503] * 10
    with linking.listening():
        recording(switch, heard.home)
        linking.says("cannot be handed in")
    bucket.fails = []
    before, go_on = bucket.puts, threading.Event()

    def late() -> Ear:
        assert go_on.wait(30)
        return linking.connect()

    buffer = Watched(linking.file)
    with linking.running(connect=late, buffer=buffer):
        until(lambda: buffer.looks >= 2)
        assert bucket.puts == before
        go_on.set()
        until(lambda: ready(heard))


def test_an_endpoint_that_keeps_no_recordings_is_told_of(
    linking: Linking, switch: PlayingFreeSwitch, heard: Heard, house: House, bucket: Bucket
) -> None:
    house.archive = None  # type: ignore[assignment]
    with linking.listening():
        recording(switch, heard.home)
        linking.says("not taken: recordings are kept nowhere here")
        house.archive = bucket
        until(lambda: ready(heard))


def test_a_folder_that_was_given_counts(
    linking: Linking, switch: PlayingFreeSwitch, heard: Heard, bucket: Bucket, tmp_path: Path
) -> None:
    (tmp_path / "mounted").mkdir()
    path = tmp_path / "mounted" / "one.wav"
    path.write_bytes(SOUND)
    switch.answers["global_getvar"] = "-ERR no reply\n"
    with linking.listening(recordings=tmp_path / "mounted"):
        recording(switch, heard.home, path)
        until(lambda: ready(heard))


def test_a_switch_that_does_not_say_where_they_are_is_told_of(linking: Linking, switch: PlayingFreeSwitch) -> None:
    switch.answers["global_getvar"] = "-ERR no reply\n"
    with linking.listening():
        linking.says("the switch does not say where its recordings are: --recordings does")


def is_passed_over(linking: Linking, heard: Heard, path: Path, *words: str) -> None:
    """Whether that file is forgotten, and was not handed in."""
    with linking.listening() as link:
        recording(linking.switch, heard.home, path)
        heard.calls_that_ended()
        until(lambda: not link.buffer.first(1) and not link.buffer.files())
        for one in words:
            linking.says(one)
    assert heard.events("recording.*") == []
    assert heard.operator.done("recording-list", domain_uuid=heard.home)["items"] == []


def test_a_voicemail_message_is_nobodys_recording(
    linking: Linking, heard: Heard, bucket: Bucket, tmp_path: Path
) -> None:
    message = tmp_path / "voicemail" / "msg_1.wav"
    message.parent.mkdir()
    message.write_bytes(SOUND)
    is_passed_over(linking, heard, message)
    assert message.exists()


@pytest.mark.parametrize("path", ["../secret.wav", "link.wav", "folder/secret.wav"])
def test_nothing_outside_the_folder_is_handed_in(
    linking: Linking, heard: Heard, bucket: Bucket, tmp_path: Path, path: str
) -> None:
    (tmp_path / "secret.wav").write_bytes(SOUND)
    (linking.switch.recordings / "link.wav").symlink_to(tmp_path / "secret.wav")
    (linking.switch.recordings / "folder").symlink_to(tmp_path)
    is_passed_over(linking, heard, linking.switch.recordings / path)


def test_a_recording_that_vanished_is_said_and_forgotten(linking: Linking, heard: Heard, bucket: Bucket) -> None:
    path = linking.switch.recordings / "gone.wav"
    is_passed_over(linking, heard, path, f"{path} is not there any more, or empty")


def test_an_empty_recording_is_said_and_forgotten(linking: Linking, heard: Heard, bucket: Bucket) -> None:
    path = linking.switch.recordings / "empty.wav"
    path.touch()
    is_passed_over(linking, heard, path, f"{path} is not there any more, or empty")


def test_one_that_cannot_be_read_holds_no_other_back(
    linking: Linking, switch: PlayingFreeSwitch, heard: Heard, bucket: Bucket
) -> None:
    loop = switch.recordings / "loop"
    loop.symlink_to(loop)
    with linking.listening():
        recording(switch, heard.home, loop / "one.wav")
        recording(switch, heard.home)
        until(lambda: ready(heard))


def test_a_recording_nobody_wants_is_forgotten(
    linking: Linking, switch: PlayingFreeSwitch, heard: Heard, bucket: Bucket
) -> None:
    with linking.listening() as link:
        recording(switch, "99999999-9999-4999-8999-999999999999")
        linking.says("notices were refused")
        until(lambda: not link.buffer.first(1) and not link.buffer.files())
    assert not bucket.puts
