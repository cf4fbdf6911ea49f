"""FreeSWITCH's side of the suite for every switch: the driver on what a real one answered.

It replays ``captures/live_calls.json``: the answers of a 1.11.2 with the configuration of docs/freeswitch and two
baresip phones, at each moment of one call.
"""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from ringpost.model.queue import Queue
from ringpost.model.switch import SwitchRecord
from ringpost.switch.freeswitch.driver import FreeSwitch
from tests.fakes import FakeClock
from tests.switch.freeswitch.callcenter import CallCenter
from tests.switch.freeswitch.scripted import PASSWORD, ScriptedFreeSwitch
from tests.switch.staging import NOBODY, Stage

LIVE: dict[str, dict[str, str]] = json.loads((Path(__file__).parents[2] / "captures/live_calls.json").read_text())
A, B = LIVE["uuids"]["a"], LIVE["uuids"]["b"]


class FreeSwitchStage:
    """Each command that changes the call brings the moment that came after it."""

    def __init__(self, server: ScriptedFreeSwitch, clock: FakeClock) -> None:
        self.a, self.b, self.server = A, B, server
        self.switch = FreeSwitch(switch_at(server), lambda _: PASSWORD, clock)
        for answers in LIVE.values():
            server.answers |= _of_all_lots(answers)
        server.answers |= ANY_LEG
        server.answers["callcenter_config"] = CallCenter(asked=any_queue).answer
        self.now("answered")
        for command, moment in {
            f"uuid_hold {A}": "held",
            f"uuid_hold off {A}": "answered",
            f"uuid_transfer {B} *5900 XML live.example.net": "parked",
            f"uuid_kill {A}": "gone",
            f"uuid_kill {B}": "gone",
        }.items():
            server.answers[command] = self.then(moment, ANY_LEG.get(command.split()[0]) or "+OK Success\n")

    def now(self, moment: str) -> None:
        """What the switch knew at that moment: its lists, and its legs."""
        known = LIVE["idle"] | LIVE[moment]
        asked = {command: said for command, said in known.items() if command.startswith(LOOKING)}
        gone = {f"uuid_dump {leg} json": GONE for leg in (A, B) if moment == "gone"}
        self.server.answers |= gone | _of_all_lots(asked)

    def then(self, moment: str, answer: str) -> Callable[[str], str]:
        def answered(_: str) -> str:
            self.now(moment)
            return answer

        return answered

    def next_call(self, cause: str | None) -> str:
        self.server.answers["originate"] = f"-ERR {cause}\n" if cause else f"+OK {NOBODY}\n"
        return "100"

    def has_no_leg(self, cause: str) -> bool:
        return cause == "USER_NOT_REGISTERED"


def _of_all_lots(answers: dict[str, str]) -> dict[str, str]:
    """It was recorded of the domain's own lot, when that was the only one."""
    return {"valet_info" if command.startswith("valet_info ") else command: said for command, said in answers.items()}


GONE = "-ERR No such channel!\n"
LOOKING = ("show", "uuid_dump", "valet_info", "sofia xmlstatus")
ANY_LEG = {
    "uuid_dump": GONE,
    "uuid_kill": "+OK\n",
    "uuid_audio": "+OK\n",
    "uuid_buglist": "<media-bugs>\n</media-bugs>\n",
    "uuid_phone_event": "+OK Success\n",
    "uuid_send_dtmf": LIVE["answered"][f"uuid_send_dtmf {B} 123#"],
    "uuid_record": "+OK Success\n",
    "uuid_transfer": "+OK\n",
}
"""What 1.11.2 answers to these for any leg, as recorded."""


def switch_at(server: ScriptedFreeSwitch) -> SwitchRecord:
    address = f"{server.host}:{server.port}"
    return SwitchRecord(
        switch_uuid=NOBODY,
        switch_name="pbx1",
        kind="freeswitch",
        address=address,
        secret="env:RINGPOST_SECRET_X",
    )


def any_queue(name: str) -> Queue:
    """A queue as it is answered to whoever asks for it."""
    queue_uuid, _, domain_uuid = name.partition("@")
    return Queue(queue_uuid=queue_uuid, domain_uuid=domain_uuid, name=name, extension="700")


@contextmanager
def staged(clock: FakeClock) -> Iterator[Stage]:
    with ScriptedFreeSwitch() as server:
        live = FreeSwitchStage(server, clock)
        yield live
        live.switch.close()
