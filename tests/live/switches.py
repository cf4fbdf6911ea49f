"""The switch itself, behind Ringpost's back: what its legs do, its boxes, its rooms, its log."""

import json
import os
import re
import signal
import socket
import subprocess
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import Any, Protocol, Self

from ringpost.model.errors import SwitchRefused, SwitchUnreachable
from ringpost.switch.asterisk.ami import Manager, Message, Unlisted
from ringpost.switch.freeswitch.esl import EventSocket
from tests.live.patience import eventually
from tests.live.under_test import KIND, setting


class Switch(Protocol):
    """What the suite asks of a switch. Applications are called as FreeSWITCH calls them."""

    def __enter__(self) -> Self: ...

    def __exit__(self, *_: object) -> None: ...

    def api(self, command: str) -> str:
        """A command of a FreeSWITCH."""
        ...

    def forget_everything(self) -> None:
        """What an earlier run has left."""
        ...

    def kill(self) -> None:
        """End it as a crash would, and start it anew."""
        ...

    def say(self, words: str) -> None:
        """Have it write a line into its own log."""
        ...

    def legs(self, domain_uuid: str) -> int:
        """How many legs of a domain are up."""
        ...

    def applications(self, domain_uuid: str) -> set[str]:
        """What the legs of a domain are doing."""
        ...

    def phones(self, domain_uuid: str, account: str) -> int:
        """How many phones of an extension ring or are in a call; ``account`` is number@domain."""
        ...

    def hush(self, domain_uuid: str) -> None:
        """End every call of a domain."""
        ...

    def in_room(self, room: str, domain: str) -> int:
        """How many are in a conference."""
        ...

    def heard_in_room(self, room: str, domain: str) -> int:
        """How many of them are not muted."""
        ...

    def has_box(self, box: str, domain: str) -> bool: ...

    def empty(self, box: str, domain: str) -> None:
        """Throw the messages of a box away."""
        ...

    def messages(self, box: str, domain: str) -> tuple[int, int]:
        """How many new ones and old ones it keeps in a box."""
        ...

    def kept(self, box: str, domain: str) -> list[Path]:
        """The sounds of a box's messages, also of one that is being left."""
        ...

    def recording(self, path: str) -> Path:
        """The file of a recording, as it was told."""
        ...

    def is_announcing(self, leg_uuid: str) -> bool:
        """Whether a leg is just told that it is recorded."""
        ...


class FreeSwitch:
    """A FreeSWITCH, by its event socket."""

    def __init__(self) -> None:
        self._line = self._connected()
        self._started: subprocess.Popen[bytes] | None = None

    @staticmethod
    def _connected() -> EventSocket:
        host, _, port = setting("ESL", "freeswitch").rpartition(":")
        return EventSocket(host, int(port), user=None, password=setting("PASSWORD", "freeswitch"))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._line.close()

    def api(self, command: str) -> str:
        return self._line.api(command)

    def forget_everything(self) -> None:
        self.api("hupall")

    def kill(self) -> None:
        """It is started as it was: the suite has no words of its own for that."""
        process = int(Path(self.api("global_getvar run_dir").strip(), "freeswitch.pid").read_text())
        command = Path(f"/proc/{process}/cmdline").read_bytes().rstrip(b"\0").split(b"\0")
        self._line.close()
        os.kill(process, signal.SIGKILL)
        eventually(lambda: not self._answers(), "it is dead")
        nothing = subprocess.DEVNULL
        self._started = subprocess.Popen(command, stdin=nothing, stdout=nothing, stderr=nothing, start_new_session=True)
        eventually(self._answers, "it is there again", 60)
        self._let_go()
        self._line = self._connected()
        runs = re.compile(r"^\s*internal\s.*RUNNING", re.MULTILINE)
        eventually(lambda: runs.search(self.api("sofia status")), "it takes phones again", 60)

    def _let_go(self) -> None:
        """What we have started goes on without us, and nobody waits for its end."""
        if self._started is not None and self._started.poll() is None:
            self._started.returncode = 0

    def _answers(self) -> bool:
        with suppress(SwitchUnreachable, SwitchRefused):
            self._connected().close()
            return True
        return False

    def say(self, words: str) -> None:
        self.api(f"log warning {words}")

    def _channels(self, domain_uuid: str) -> list[dict[str, str]]:
        rows: list[dict[str, str]] = json.loads(self.api("show channels as json")).get("rows", [])
        return [row for row in rows if row["presence_data"].partition(":")[0] == domain_uuid]

    def legs(self, domain_uuid: str) -> int:
        return len(self._channels(domain_uuid))

    def applications(self, domain_uuid: str) -> set[str]:
        return {channel["application"] for channel in self._channels(domain_uuid)}

    def phones(self, domain_uuid: str, account: str) -> int:
        return len([leg for leg in self._channels(domain_uuid) if leg["presence_id"] == account])

    def hush(self, domain_uuid: str) -> None:
        self.api(f"hupall NORMAL_CLEARING domain_uuid {domain_uuid}")
        eventually(lambda: not self.legs(domain_uuid), "every leg is gone")

    def in_room(self, room: str, domain: str) -> int:
        count = self.api(f"conference {room}-{domain} count").strip()
        return int(count) if count.isdecimal() else 0

    def heard_in_room(self, room: str, domain: str) -> int:
        return self.api(f"conference {room}-{domain} list").count("|speak|")

    def has_box(self, box: str, domain: str) -> bool:
        exists = self.api(f"user_exists id {box} {domain}").strip()
        return exists == self.api(f"user_data {box}@{domain} param vm-enabled").strip() == "true"

    def empty(self, box: str, domain: str) -> None:
        self.api(f"vm_delete {box}@{domain}")

    def messages(self, box: str, domain: str) -> tuple[int, int]:
        new, old, *_ = self.api(f"vm_boxcount {box}@{domain}|all").split(":")
        return int(new), int(old)

    def kept(self, box: str, domain: str) -> list[Path]:
        storage = self.api("global_getvar storage_dir").strip()
        return list(Path(storage, "voicemail", "default", domain, box).glob("msg_*.wav"))

    def recording(self, path: str) -> Path:
        return Path(path)

    def is_announcing(self, leg_uuid: str) -> bool:
        bugs = self.api(f"uuid_buglist {leg_uuid}")
        return "<function>displace</function>" in bugs and "ivr-recording_started.wav" in bugs


_CALLED = {
    "VoiceMail": "voicemail",
    "VoiceMailMain": "voicemail",
    "MusicOnHold": "endless_playback",
    "ChanSpy": "eavesdrop",
    "ConfBridge": "conference",
    "Dial": "bridge",
}
_DOMAIN = "RP_DOMAIN"


class Asterisk:
    """An Asterisk, by its manager interface and its own console."""

    def __init__(self) -> None:
        self._line: Manager | None = None
        self._started: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._line is not None:
            self._line.close()
        if self._started is not None:
            self._started.returncode = 0  # it goes on without us, and nobody waits for its end

    def api(self, command: str) -> str:
        raise AssertionError(f"this is no FreeSWITCH: {command}")

    def cli(self, command: str) -> str:
        """What its console says."""
        console = [setting("PROGRAM", "asterisk"), "-C", setting("CONF", "asterisk"), "-rx", command]
        return subprocess.run(console, capture_output=True, text=True, check=False).stdout

    def ask(self, action: str, **members: str) -> Message:
        """What it answers to an action; it may have been started anew since the last."""
        with suppress(SwitchUnreachable):
            return self._connected().ask(action, **members)
        self._line = None
        return self._connected().ask(action, **members)

    def _connected(self) -> Manager:
        if self._line is None:
            host, _, port = setting("AMI", "asterisk").rpartition(":")
            self._line = Manager(host, int(port), user="ringpost", password=setting("PASSWORD", "asterisk"))
        return self._line

    def _listed(self, action: str) -> list[Message]:
        with suppress(SwitchUnreachable):
            return self._connected().listed(action)
        self._line = None
        return self._connected().listed(action)

    def _channels(self, domain_uuid: str | None = None) -> list[Message]:
        rows = [row for row in self._listed("CoreShowChannels") if row.event == "CoreShowChannel"]
        return [row for row in rows if domain_uuid in (None, row.variables().get(_DOMAIN))]

    def _hang_up(self, rows: Iterable[Message]) -> None:
        for row in rows:
            self.ask("Hangup", Channel=row.get("Uniqueid"), Cause="16")

    def forget_everything(self) -> None:
        self._hang_up(self._channels())

    def kill(self) -> None:
        """End it as a crash would, and start it anew."""
        conf = Path(setting("CONF", "asterisk"))
        home = conf.parents[1]
        os.kill(int((home / "run" / "asterisk.pid").read_text()), signal.SIGKILL)
        eventually(lambda: _is_over(home / "run" / "asterisk.ctl"), "it is dead")
        if self._started is not None:
            self._started.wait(5)
        with (home / "log" / "stdout").open("ab") as log:
            command = [setting("PROGRAM", "asterisk"), "-f", "-C", str(conf)]
            nothing = subprocess.DEVNULL
            self._started = subprocess.Popen(command, stdin=nothing, stdout=log, stderr=log, start_new_session=True)
        eventually(lambda: "fully booted" in self.cli("core waitfullybooted"), "it is there again", 30)

    def say(self, words: str) -> None:
        """It says who is not let in."""
        host, _, port = setting("AMI", "asterisk").rpartition(":")
        with socket.create_connection((host, int(port)), 5) as line:
            line.sendall(f"Action: Login\r\nUsername: {words}\r\nSecret: none\r\n\r\n".encode())
            line.recv(100)

    def legs(self, domain_uuid: str) -> int:
        return len(self._channels(domain_uuid))

    def applications(self, domain_uuid: str) -> set[str]:
        """Where a pair of Local channels is, its second half does nothing for anybody."""
        rows = [row for row in self._channels(domain_uuid) if not row.get("Channel").endswith(";2")]
        return {_CALLED[row.get("Application")] for row in rows if row.get("Application") in _CALLED}

    def phones(self, domain_uuid: str, account: str) -> int:
        names = [row.get("Channel") for row in self._channels(domain_uuid)]
        return len([name for name in names if name.startswith(f"PJSIP/{account}-")])

    def hush(self, domain_uuid: str) -> None:
        def is_silent() -> bool:
            self._hang_up(self._channels(domain_uuid))
            return not self._channels(domain_uuid)

        eventually(is_silent, "every leg is gone")

    def in_room(self, room: str, domain: str) -> int:
        return len(self._participants(room, domain))

    def heard_in_room(self, room: str, domain: str) -> int:
        return len([one for one in self._participants(room, domain) if one.get("Muted") == "No"])

    def _participants(self, room: str, domain: str) -> list[Message]:
        """Rooms are called by their domain's uuid."""
        rows: list[str] = []
        with suppress(Unlisted):  # there is none
            rows = [row.get("Conference") for row in self._listed("ConfbridgeListRooms")]
        its = [name for name in rows if name.startswith((f"{room}-", f"room-{room}-"))]
        inside = (row for name in its for row in self._connected().listed("ConfbridgeList", Conference=name))
        return [row for row in inside if row.event == "ConfbridgeList"]

    def has_box(self, box: str, domain: str) -> bool:
        """It keeps none: whoever comes to one is answered by it, or is not."""
        return True

    def _box(self, box: str, domain: str) -> Path:
        return Path(setting("SPOOL", "asterisk"), "voicemail", domain, box)

    def empty(self, box: str, domain: str) -> None:
        for file in self._box(box, domain).glob("*/*"):
            file.unlink(missing_ok=True)

    def messages(self, box: str, domain: str) -> tuple[int, int]:
        folder = self._box(box, domain)
        return len(list(folder.glob("INBOX/msg*.txt"))), len(list(folder.glob("Old/msg*.txt")))

    def kept(self, box: str, domain: str) -> list[Path]:
        folder = self._box(box, domain)
        return [*folder.glob("INBOX/msg*.wav"), *folder.glob("Old/msg*.wav"), *folder.glob("tmp/*.wav")]

    def recording(self, path: str) -> Path:
        """It is told below ``monitor``."""
        return Path(setting("SPOOL", "asterisk"), "monitor", path)

    def is_announcing(self, leg_uuid: str) -> bool:
        return any(row.get("Application") in ("Playback", "Dial") for row in self._channels())


def _is_over(control: Path) -> bool:
    """Whether nobody listens there any more: a process that is killed has its sockets for a while yet."""
    with socket.socket(socket.AF_UNIX) as line:
        try:
            line.connect(str(control))
        except OSError:
            return True
    return False


SWITCHES: dict[str, type[Any]] = {"freeswitch": FreeSwitch, "asterisk": Asterisk}


def the_switch() -> Switch:
    """The one under test."""
    switch: Switch = SWITCHES[KIND]()
    return switch
