"""Asterisk's side of the suite for every switch: the driver on what a real one answered.

The recorded tenant has the names of the suite's; what our own plan would have marked is marked.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from ringpost.model import dialplan
from ringpost.model.switch import SwitchRecord
from ringpost.switch.asterisk import marks
from ringpost.switch.asterisk.driver import Asterisk
from tests.fakes import FakeClock
from tests.switch.asterisk.queueing import FakeQueues
from tests.switch.asterisk.scripted import PASSWORD, REFUSED, USER, Asked, ScriptedAsterisk, answered, listed, told
from tests.switch.staging import HOME, NOBODY, Stage

RECORDED_DOMAIN, RECORDED_NAME = "d0d0d0d0-0000-4000-8000-000000000001", "example.net"
_LISTED = "ami-mute-dtmf-hold"
A, B = "pbx2-1795761346.144", "pbx2-1795761346.146"
_PLACED = {
    None: ("orig-answered", "c1c1c1c1-0000-4000-8000-000000000001"),
    "USER_BUSY": ("orig-busy", "c1c1c1c1-0000-4000-8000-000000000002"),
    "NO_ANSWER": ("orig-no-answer", "c1c1c1c1-0000-4000-8000-000000000004"),
}
_OF_A = ("Newchannel", "DialBegin", "DialEnd", "Hangup", "OriginateResponse")


def at_home(text: str) -> str:
    """What was recorded, of the suite's own domain."""
    named = text.replace(RECORDED_DOMAIN, HOME.domain_uuid).replace(f"park-{RECORDED_NAME}", f"park@{RECORDED_NAME}")
    return named.replace(RECORDED_NAME, HOME.domain_name)


class AsteriskStage:
    """Two channels as recorded; what is done to them changes what is listed, as recorded too."""

    def __init__(self, server: ScriptedAsterisk, clock: FakeClock, answer_seconds: float = 4.0) -> None:
        self.a, self.b, self.server = marks.leg_uuid(A), marks.leg_uuid(B), server
        self.switch = Asterisk(switch_at(server), lambda _: PASSWORD, clock, answer_seconds=answer_seconds)
        rows = [at_home(row) for row in answered(_LISTED, "CoreShowChannels").split("\r\n\r\n")]
        self.rows = {one: row for one in (A, B) for row in rows if f"Uniqueid: {one}" in row.split("\r\n")}
        self.set: dict[str, dict[str, str]] = {A: {}, B: {}}
        self.slots: dict[str, str] = {}
        server.answers |= {
            "CoreShowChannels": lambda _: listed(map(self.row, self.rows)),
            "CoreSettings": answered("ami-login", "CoreSettings"),
            "CoreStatus": answered("ami-login", "CoreStatus"),
            "DBGetTree": at_home(answered("registration-delete", "DBGetTree")),
            "DeviceStateList": at_home(answered("ev-reconnect", "DeviceStateList")),
            "Getvar": self.variable,
            "Setvar": self.set_variable,
            "Hangup": self.hangs_up,
            "PJSIPNotify": self.notifies,
            "PlayDTMF": answered(_LISTED, "PlayDTMF"),
            "MixMonitor": answered("ami-by-uniqueid", "MixMonitor"),
            "StopMixMonitor": answered("ami-by-uniqueid", "StopMixMonitor"),
            "Redirect": self.redirects,
            "ParkedCalls": lambda _: listed(self.slots.values(), "ParkedCallsComplete"),
            "Originate": self.originates,
        }
        self.queues = FakeQueues()
        server.answers |= self.queues.answers
        self.registered = True
        self.takes = "Talk, hold,conference"
        self.becomes: list[str] = []
        self.placed_as = ""

    def row(self, one: str) -> str:
        """A row, with what was set on the channel since."""
        variables = "".join(f"ChanVariable: {name}={value}\r\n" for name, value in self.set[one].items())
        return f"{self.rows[one]}\r\n{variables}\r\n"

    def variable(self, asked: Asked) -> str:
        if asked.get("Variable").startswith("PJSIP_DIAL_CONTACTS"):
            return at_home(answered(_LISTED, "Getvar", 2 if self.registered else 3))
        if "Allow-Events" in asked.get("Variable"):
            return f"Response: Success\r\nActionID: x\r\nVariable: x\r\nValue: {self.takes}\r\n\r\n"
        return answered("ami-privileges", "Getvar")

    def set_variable(self, asked: Asked) -> str:
        if self.queues.set_state(asked):
            return answered("queue-orders", "Setvar")
        if asked.get("Channel") not in self.rows:
            return REFUSED.format("No such channel")
        if asked.get("Variable").startswith("RP_"):
            self.set[asked.get("Channel")][asked.get("Variable")] = asked.get("Value")
        return answered("ami-privileges", "Setvar")

    def hangs_up(self, asked: Asked) -> str:
        if asked.get("Channel") not in self.rows:
            return answered("ami-by-uniqueid", "Hangup", 1)
        self.rows.clear()
        return answered("ami-by-uniqueid", "Hangup")

    def notifies(self, asked: Asked) -> str:
        """The phone does it: what it tells then was recorded as 101 and 100 held by themselves."""
        event = "Hold" if asked.get("Variable") == "Event=hold" else "Unhold"
        of = {"pbx2-1795761169.225": A, "pbx2-1795761169.227": B}
        events = [
            block.replace(known, one)
            for block in told("ev-call-held", event)
            for known, one in of.items()
            if f"Uniqueid: {known}\r\n" in block and one == asked.get("Channel")
        ]
        return answered("ami-notify-talk", "PJSIPNotify") + "".join(events)

    def redirects(self, asked: Asked) -> str:
        if asked.get("Exten") != dialplan.PARK:
            return answered("ami-by-uniqueid", "Redirect")
        del self.rows[A]
        self.rows[B] = self.rows[B].replace("Application: AppDial", "Application: Park")
        parked = [block.replace("pbx2-1795761252.345", B) for block in map(at_home, told("plan-park", "ParkedCall"))]
        self.slots = {B: parked[1]}
        return answered("plan-park", "Redirect") + parked[0]

    def originates(self, asked: Asked) -> str:
        ours = asked.get("ChannelId")
        events = (block.replace(self.placed_as, ours) for block in self.becomes)
        return answered("orig-answered", "Originate") + "".join(events)

    def next_call(self, cause: str | None) -> str:
        self.registered = cause != "USER_NOT_REGISTERED"
        if cause == "CALL_REJECTED":
            self.placed_as = _PLACED["USER_BUSY"][1]
            self.becomes = [declined(block) for block in told("orig-busy", *_OF_A)]
        elif self.registered:
            capture, self.placed_as = _PLACED[cause]
            self.becomes = told(capture, *_OF_A)
        return "100"

    def has_no_leg(self, cause: str) -> bool:
        return cause == "USER_NOT_REGISTERED"


def declined(block: str) -> str:
    """What is told of a phone that is busy, as it is told of one that declines: measured, and not kept."""
    return block.replace("DialStatus: BUSY", "DialStatus: NOANSWER").replace("Cause: 17\r\n", "Cause: 21\r\n")


def switch_at(server: ScriptedAsterisk, scheme: str = "", host: str = "") -> SwitchRecord:
    return SwitchRecord(
        switch_uuid=NOBODY,
        switch_name="pbx2",
        kind="asterisk",
        address=f"{scheme}{host or server.host}:{server.port}",
        user=USER,
        secret="env:RINGPOST_SECRET_X",
    )


@contextmanager
def staged(clock: FakeClock) -> Iterator[Stage]:
    with ScriptedAsterisk() as server:
        live = AsteriskStage(server, clock)
        yield live
        live.switch.close()
