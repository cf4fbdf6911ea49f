"""Real SIP phones: baresip for people, SIPp for whoever is busy, does not answer, or is a provider."""

import cmath
import hashlib
import itertools
import json
import math
import operator
import random
import re
import signal
import socket
import subprocess
import tempfile
import time
import uuid
import wave
from abc import ABC, abstractmethod
from array import array
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from types import TracebackType
from typing import Any, BinaryIO, NamedTuple, Self

from tests.live.lines import PLACES, Line, Obeying
from tests.live.patience import eventually
from tests.live.under_test import KIND, setting

ADDRESS = setting("SIP").rpartition(":")[0] or "127.0.0.1"
"""Where phones are: on the switch's own machine."""
_OUTSIDE = setting("PROVIDER").rpartition(":")[0] or ADDRESS
"""Where providers are."""
_BARESIP_MODULES = ("/usr/lib/baresip/modules", "/usr/lib/x86_64-linux-gnu/baresip/modules")


def free_port() -> int:
    """A port nobody has, for UDP and TCP, below those that are given out and those FreeSWITCH speaks on."""
    for port in _PORTS:
        with suppress(OSError), socket.socket() as stream, socket.socket(type=socket.SOCK_DGRAM) as datagrams:
            stream.bind((ADDRESS, port))
            datagrams.bind((ADDRESS, port))
            return port
    raise AssertionError("every port is taken")


_PORTS = itertools.cycle(random.sample(range(10_000, 16_000, 4), 1_500))


class Process:
    """Something that is started, and stopped by its process id."""

    def __init__(self, command: list[str], folder: Path, environment: Mapping[str, str] | None = None) -> None:
        self.log = folder / "log"
        with self.log.open("wb") as log:
            self._process = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd=folder, env=environment
            )

    def said(self) -> str:
        return self.log.read_text(errors="replace")

    @property
    def is_running(self) -> bool:
        return self._process.poll() is None

    def wait(self, seconds: float) -> int:
        """Its exit code, once it has ended by itself."""
        return self._process.wait(seconds)

    def pause(self) -> None:
        self._process.send_signal(signal.SIGSTOP)

    def go_on(self) -> None:
        self._process.send_signal(signal.SIGCONT)

    def kill(self) -> None:
        """End it as a crash would."""
        self._process.kill()
        self._process.wait(5)

    def stop(self, patience: float = 5) -> None:
        self._process.terminate()
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(patience)
        if self.is_running:
            self._process.kill()
            self._process.wait(5)


def _netstring(line: BinaryIO) -> dict[str, Any]:
    length = b""
    while (digit := line.read(1)) != b":":
        assert digit, "the phone hung up its control line"
        length += digit
    message: dict[str, Any] = json.loads(line.read(int(length)))
    line.read(1)
    return message


class Heard(NamedTuple):
    """How many seconds of something were in a sound: of a phone's own tone, and of anything else."""

    tone: float
    anything_else: float


_ORDERS = {
    ("talk", False): "accept",
    ("talk", True): "resume",
    ("hold", False): "hold",
    ("hold", True): "hold",
}
"""What an event orders a phone to do, and it holds or not."""
_WINDOW = 800
"""Samples of a tenth of a second."""
TONES = (20, 16, 10, 8)
"""Samples of a phone's own tone: 400, 500, 800 and 1000 Hz. A hundred of each are whole tenths of a second."""
_TURNS = {tone: [cmath.exp(1j * math.tau * at / tone) for at in range(_WINDOW)] for tone in TONES}


class Ear:
    """Listens to a sound file that is being written, each tenth of a second once."""

    def __init__(self, file: Path, *, tone: int = TONES[0], from_now: bool = False) -> None:
        self.file = file
        self._turns = _TURNS[tone]
        self._at = 44 + (max(file.stat().st_size - 44, 0) & ~1 if from_now else 0)
        self._heard = Heard(0, 0)

    def heard(self) -> Heard:
        with self.file.open("rb") as sound:
            sound.seek(self._at)
            while len(pcm := sound.read(2 * _WINDOW)) == 2 * _WINDOW:
                self._at += len(pcm)
                self._listen(array("h", pcm))
        return self._heard

    def _listen(self, window: Sequence[int]) -> None:
        """It is the tone if most of the power is at the tone's frequency."""
        power = sum(sample * sample for sample in window) / _WINDOW
        at_tone = 2 * abs(sum(map(operator.mul, window, self._turns)) / _WINDOW) ** 2
        tone, anything_else = self._heard
        if at_tone > power / 2 > 5_000:
            self._heard = Heard(tone + 0.1, anything_else)
        elif power > 10_000:
            self._heard = Heard(tone, anything_else + 0.1)


class Handset(ABC):
    """What somebody picks up, and puts down."""

    number: str

    @abstractmethod
    def is_in_a_call(self) -> bool:
        """Whether it rings, too."""

    @abstractmethod
    def hang_up(self) -> None:
        """End a call."""

    def falls_silent(self) -> None:
        """It is in no call any more, whatever it has heard."""

        def is_silent() -> bool:
            if self.is_in_a_call():
                self.hang_up()
            return not self.is_in_a_call()

        eventually(is_silent, f"{self.number} is in no call")


class Phone(Handset):
    """A phone that registers and answers: baresip without a loudspeaker."""

    def __init__(
        self,
        number: str,
        domain: str,
        password: str,
        sip: str,
        *,
        answers: bool = True,
        expires: int = 60,
        tone: int = TONES[0],
    ) -> None:
        self._temporary = tempfile.TemporaryDirectory()
        self.folder = Path(self._temporary.name)
        self.number = number
        self.tone = tone
        self._ear: Ear | None = None
        self._control = free_port()
        modules = next(place for place in _BARESIP_MODULES if Path(place).is_dir())
        mode, own = "auto" if answers else "manual", free_port()
        self._line = self._obeying(own, sip) if KIND == "asterisk" else None
        sip = f"{self._line.at}:{self._line.port}" if self._line else sip
        self.folder.joinpath("accounts").write_text(
            f'<sip:{number}@{domain}>;auth_user={number};auth_pass={password};outbound="sip:{sip};transport=udp";'
            f"regint={expires};answermode={mode};audio_codecs=PCMU\n"
        )
        self.folder.joinpath("config").write_text(
            f"module_path {modules}\nsip_listen {ADDRESS}:{own}\n"
            "rtp_ports 6000-7998\n"  # else any there are, such as the switch's own
            f"audio_player aubridge,nowhere\naudio_alert aubridge,nowhere\nsnd_path {self.folder}\n"
            f"audio_source aufile,{self._tone()}\n"
            "jitter_buffer_delay 0-0\n"  # it would drop for good what another party says whose time began earlier
            f"ctrl_tcp_listen {ADDRESS}:{self._control}\n"
            "module g711.so\nmodule aufile.so\nmodule aubridge.so\nmodule sndfile.so\nmodule_tmp account.so\n"
            "module_app menu.so\nmodule_app ctrl_tcp.so\n"
        )

    def _obeying(self, own: int, sip: str) -> Obeying:
        """An Asterisk leaves holding to phones that know how; baresip does not."""
        host, _, port = sip.rpartition(":")
        return Obeying(ADDRESS, own, (host, int(port)), lambda event: self.command(_ORDERS[event, self.is_held()]))

    def is_held(self) -> bool:
        """Whether it holds its call."""
        return "(on hold)" in str(self.command("listcalls").get("data", ""))

    def _tone(self) -> Path:
        """Something to say: ten minutes of a tone."""
        file = self.folder / "tone.wav"
        with wave.open(str(file), "wb") as tone:
            tone.setnchannels(1)
            tone.setsampwidth(2)
            tone.setframerate(8000)
            period = b"".join(
                int(8000 * math.sin(math.tau * place / self.tone)).to_bytes(2, "little", signed=True)
                for place in range(self.tone)
            )
            tone.writeframes(period * (4_800_000 // self.tone))
        return file

    def __enter__(self) -> Self:
        if self._line is not None:
            self._line.__enter__()
        self._process = Process(["baresip", "-4", "-f", str(self.folder)], self.folder)
        try:
            eventually(lambda: "200 OK" in self.said(), f"{self.number} registers")
        except AssertionError as error:
            error.add_note(self.said())
            self.__exit__(None, None, None)
            raise
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._process.stop()
        if self._line is not None:
            self._line.__exit__(kind, error, at)
        self._temporary.cleanup()

    def said(self) -> str:
        return self._process.said()

    def command(self, name: str, parameter: str = "") -> dict[str, Any]:
        """Something its owner does: dial, accept, hangup."""
        order = json.dumps({"command": name, "params": parameter, "token": "t"}).encode()
        with socket.create_connection((ADDRESS, self._control), 5) as line, line.makefile("rwb") as told:
            told.write(b"%d:%s," % (len(order), order))
            told.flush()
            while not (answer := _netstring(told)).get("response"):
                pass  # what happens meanwhile is told too
        return answer

    def dial(self, number: str) -> None:
        for earlier in self._sounds():
            earlier.unlink()
        self._ear = None
        self.command("dial", number)

    def press(self, keys: str) -> None:
        """Digits, stars and hashes during a call."""
        self.command("sndcode", keys)

    def hang_up(self) -> None:
        self.command("hangup")

    def heard(self) -> Heard:
        """What came out of it in the call it has dialled last, also while that is going on."""
        if self._ear is None:
            self._ear = next(map(Ear, self._sounds()), None)
        return self._ear.heard() if self._ear else Heard(0, 0)

    def hears(self, seconds: float = 1.5, *, of: "Phone | None" = None) -> Heard:
        """What comes out of it from now on, in whatever call it is; ``of`` is the phone whose tone is the tone."""
        sounds = eventually(self._sounds, "something comes out of it")
        latest = max(sounds, key=lambda sound: sound.stat().st_mtime)
        ear = Ear(latest, tone=of.tone if of else TONES[0], from_now=True)
        end = time.monotonic() + seconds
        eventually(lambda: time.monotonic() > end, "somebody listens for a while")
        return ear.heard()

    def heard_last(self) -> Heard:
        """What came out of it in its latest call, whoever has called."""
        return Ear(max(self._sounds(), key=lambda sound: sound.stat().st_mtime)).heard()

    def _sounds(self) -> list[Path]:
        return list(self.folder.glob("dump-*-dec.wav"))

    def is_in_a_call(self) -> bool:
        return "sip:" in str(self.command("listcalls").get("data", ""))


def registers(
    number: str, domain: str, password: str, sip: str, contact: int, *, to: str = "", seconds: int = 600
) -> bool:
    """Whether a switch lets somebody register, who then is reached at a port of this machine.

    ``to`` is the domain it registers in, if that is not the one it logs in to.
    """
    with Registering(number, domain, password, sip) as phone:
        return phone.registers(f"<sip:{number}@{ADDRESS}:{contact}>", seconds=seconds, to=to) == "200 OK"


class Registering:
    """A phone that says of itself what it likes: one Call-ID, any contact; it sends from there, if that is ours."""

    def __init__(self, number: str, domain: str, password: str, sip: str) -> None:
        self._account, self._password = (number, domain), password
        host, _, port = sip.rpartition(":")
        self._switch = (host, int(port))
        self._line = Line(ADDRESS).__enter__()
        self.call_id = uuid.uuid4().hex
        self._sequence = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._line.__exit__(kind, error, at)

    def reboots(self) -> None:
        """Comes up with another Call-ID."""
        self.call_id, self._sequence = uuid.uuid4().hex, 0

    def registers(self, contact: str, *, seconds: int = 600, to: str = "", place: Line | None = None) -> str:
        """What the switch answers in its first line to a contact such as ``<sip:100@127.0.0.1:5060>``.

        ``to`` is the domain it registers in, if that is not the one it logs in to; ``place`` is where it sends from.
        """
        answer = self._asked(contact, seconds, to, "", place)
        challenge = dict(re.findall(r'(realm|nonce)="([^"]*)"', answer))
        if challenge:
            answer = self._asked(contact, seconds, to, self._authorization(**challenge), place)
        return answer.partition("\r\n")[0].removeprefix("SIP/2.0 ")

    def _authorization(self, realm: str, nonce: str) -> str:
        number, domain = self._account
        uri = f"sip:{domain}"
        secret, asked = _md5(f"{number}:{realm}:{self._password}"), _md5(f"REGISTER:{uri}")
        response = _md5(f"{secret}:{nonce}:00000001:c:auth:{asked}")
        return (
            f'Authorization: Digest username="{number}", realm="{realm}", nonce="{nonce}", uri="{uri}", '
            f'response="{response}", algorithm=MD5, cnonce="c", qop=auth, nc=00000001\r\n'
        )

    def _asked(self, contact: str, seconds: int, to: str, authorization: str, place: Line | None) -> str:
        number, domain = self._account
        self._sequence += 1
        port = re.search(rf"@{re.escape(ADDRESS)}:(\d+)", contact)
        line = place or (PLACES.get(int(port[1]), self._line) if port else self._line)
        here = f"{line.at}:{line.port}"
        return line.asks(
            f"REGISTER sip:{domain} SIP/2.0\r\nVia: SIP/2.0/UDP {here};branch=z9hG4bK{uuid.uuid4().hex};rport\r\n"
            f"From: <sip:{number}@{domain}>;tag=t\r\nTo: <sip:{number}@{to or domain}>\r\nCall-ID: {self.call_id}\r\n"
            f"CSeq: {self._sequence} REGISTER\r\nContact: {contact}\r\nExpires: {seconds}\r\nMax-Forwards: 70\r\n"
            f"{authorization}Content-Length: 0\r\n\r\n",
            self._switch,
        )


def _md5(text: str) -> str:
    return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()


class Answering:
    """A SIP address that does the same with every call."""

    def __init__(self, scenario: str, port: int | None = None, *, at: str = ADDRESS) -> None:
        self._at = at
        self._temporary = tempfile.TemporaryDirectory()
        self.folder = Path(self._temporary.name)
        self.port = port or free_port()
        self._messages = self.folder / "messages.log"
        self._forgotten = 0
        self._scenario = scenario

    def __enter__(self) -> Self:
        self._within = free_port()
        self._line = Line(self._at, self.port, self._within).__enter__()
        self._process = self._doing(self._scenario)
        return self

    def _doing(self, scenario: str) -> Process:
        (self.folder / "scenario.xml").write_text(scenario)
        here = ["-i", self._at, "-p", str(self._within), "-mp", str(free_port())]
        log = ["-trace_msg", "-message_file", str(self._messages)]
        return Process(["sipp", "-sf", "scenario.xml", *here, "-nostdin", "-nd", *log], self.folder)

    @contextmanager
    def otherwise(self, scenario: str) -> Iterator[None]:
        """Does something else with every call meanwhile."""
        self._process.stop()
        self._process = self._doing(scenario)
        self.forget()
        try:
            yield
        finally:
            self._process.stop()
            self._process = self._doing(self._scenario)
            self.forget()

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._process.stop()
        self._line.__exit__(kind, error, at)
        self._temporary.cleanup()

    def heard(self) -> str:
        """The SIP messages it had and sent, since it was told to forget."""
        return self._heard()[self._forgotten :].decode(errors="replace")

    def _heard(self) -> bytes:
        return self._messages.read_bytes() if self._messages.exists() else b""

    def forget(self) -> None:
        """Take what it has heard so far for not heard."""
        self._forgotten = len(self._heard())

    def invited(self, to: str) -> str:
        """The call to a number, as it came: its lines up to the body; empty if there was none."""
        calls = [message for message in self.heard().split("INVITE sip:")[1:] if message.startswith(f"{to}@")]
        return calls[-1].partition("\r\n\r\n")[0] if calls else ""


class Caller:
    """A provider's call to a number, from outside; it hangs up after ``talks`` seconds."""

    def __init__(
        self, number: str, sip: str, *, shows: str = "12025550199", name: str = "Example caller", talks: int = 2
    ) -> None:
        scenario = _INVITE.replace("@talks@", str(talks * 1000))
        self._call(scenario, sip, shows, name, ["-m", "1", "-timeout", "40", "-s", number])

    def _call(self, scenario: str, sip: str, shows: str, name: str, options: list[str]) -> None:
        self._temporary = tempfile.TemporaryDirectory()
        folder = Path(self._temporary.name)
        (folder / "scenario.xml").write_text(scenario.replace("@shows@", shows).replace("Example caller", name))
        here = ["-i", _OUTSIDE, "-p", str(free_port()), "-mp", str(free_port()), "-nostdin"]
        self._process = Process(["sipp", "-sf", "scenario.xml", *here, *options, sip], folder)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._process.stop()
        self._temporary.cleanup()

    def is_calling(self) -> bool:
        """Whether it has not hung up yet."""
        return self._process.is_running

    def was_answered(self) -> bool:
        """Whether the call was answered, and ended as it should; waits until it is over."""
        return self._process.wait(60) == 0


class Crowd(Caller):
    """So many calls to a number, so many of them a second; none hangs up. Their names are numbered from 1."""

    def __init__(self, number: str, sip: str, many: int, a_second: int, *, shows: str, name: str) -> None:
        self.names = [f"{name} {place}" for place in range(1, many + 1)]
        at_once = ["-m", str(many), "-l", str(many), "-r", str(a_second), "-s", number]
        self._call(_WAITS, sip, shows, f"{name} [call_number]", at_once)


_HEAD = '<?xml version="1.0" encoding="ISO-8859-1" ?>\n<scenario name="ringpost">\n'
_FOOT = "</scenario>\n"
_SDP = """Content-Type: application/sdp
Content-Length: [len]

v=0
o=- 1 1 IN IP4 [local_ip]
s=-
c=IN IP4 [local_ip]
t=0 0
m=audio [media_port] RTP/AVP 0 101
a=rtpmap:0 PCMU/8000
a=rtpmap:101 telephone-event/8000
a=fmtp:101 0-16
"""
_NO_BODY = "Content-Length: 0\n\n"


def _reply(status: str, body: str = _NO_BODY, sequence: str = "[last_CSeq:]") -> str:
    return f"""<send><![CDATA[

SIP/2.0 {status}
[last_Via:]
[last_From:]
[last_To:];tag=[pid]t[call_number]
[last_Call-ID:]
{sequence}
Contact: <sip:sipp@[local_ip]:[local_port]>
{body}
]]></send>
"""


_INVITED = """<recv request="INVITE"><action>
<ereg regexp="[0-9]+" search_in="hdr" header="CSeq:" assign_to="sequence"/>
</action></recv>
"""


def refusing(status: str) -> str:
    """Refuses every call with a status, such as ``486 Busy Here``."""
    return f'{_HEAD}{_INVITED}<Reference variables="sequence"/>{_reply(status)}<recv request="ACK"/>\n{_FOOT}'


def moving(to: str) -> str:
    """Says of every call that another is to be called instead."""
    answer = _reply("302 Moved Temporarily").replace("Contact: <sip:sipp@[local_ip]:[local_port]>", f"Contact: <{to}>")
    return f'{_HEAD}{_INVITED}<Reference variables="sequence"/>{answer}<recv request="ACK"/>\n{_FOOT}'


MUTE = f'{_HEAD}{_INVITED}<Reference variables="sequence"/><pause milliseconds="90000"/>\n{_FOOT}'
"""Says nothing, to whatever it is asked."""
RINGING = (
    f'{_HEAD}{_INVITED}{_reply("180 Ringing")}<recv request="CANCEL"/>\n{_reply("200 OK")}'
    f'{_reply("487 Request Terminated", sequence="CSeq: [$sequence] INVITE")}<recv request="ACK"/>\n{_FOOT}'
)
ACCEPTING = (
    f'{_HEAD}<recv request="INVITE"/>\n{_reply("180 Ringing")}{_reply("200 OK", _SDP)}<recv request="ACK"/>\n'
    f'<recv request="BYE"/>\n{_reply("200 OK")}{_FOOT}'
)


_HEARS = """<recv request="INVITE" rrs="true"><action>
<ereg regexp=".*" search_in="hdr" header="From:" assign_to="caller"/>
<ereg regexp=".*" search_in="hdr" header="To:" assign_to="called"/>
</action></recv>
"""


def talking(seconds: float) -> str:
    """Answers every call, and hangs up after a while."""
    parties = "From:[$called];tag=[pid]t[call_number]\nTo:[$caller]"
    return (
        f'{_HEAD}{_HEARS}{_reply("180 Ringing")}{_reply("200 OK", _SDP)}<recv request="ACK"/>\n'
        f'<pause milliseconds="{round(seconds * 1000)}"/>\n'
        f'{_request("BYE [next_url]", 1, parties)}<recv response="200"/>\n{_FOOT}'
    )


def _request(line: str, sequence: int, headers: str, body: str = _NO_BODY) -> str:
    return f"""<send retrans="500"><![CDATA[

{line} SIP/2.0
Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch]
{headers}
Call-ID: [call_id]
CSeq: {sequence} {line.partition(" ")[0]}
Max-Forwards: 70
{body}
]]></send>
"""


_CALLS = """From: "Example caller" <sip:@shows@@provider.example.net>;tag=[pid]c[call_number]
To: <sip:[service]@[remote_ip]:[remote_port]>
Contact: <sip:sipp@[local_ip]:[local_port]>"""
_GOES_ON = """From: "Example caller" <sip:@shows@@provider.example.net>;tag=[pid]c[call_number]
To: <sip:[service]@[remote_ip]:[remote_port]>[peer_tag_param]
Contact: <sip:sipp@[local_ip]:[local_port]>"""
_INVITE = (
    _HEAD
    + _request("INVITE sip:[service]@[remote_ip]:[remote_port]", 1, _CALLS, _SDP)
    + '<recv response="100" optional="true"/>\n<recv response="180" optional="true"/>\n'
    + '<recv response="183" optional="true"/>\n<recv response="200" rrs="true"/>\n'
    + _request("ACK [next_url]", 1, _GOES_ON).replace(' retrans="500"', "")
    + '<pause milliseconds="@talks@"/>\n'
    + _request("BYE [next_url]", 2, _GOES_ON)
    + f'<recv response="200"/>\n{_FOOT}'
)
_WAITS = f'{_INVITE.partition("<pause")[0]}<recv request="BYE"/>\n{_reply("200 OK")}{_FOOT}'
