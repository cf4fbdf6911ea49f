"""Steps of asterisk-route, run as docs/asterisk/extensions.conf and Asterisk would: as far as anybody hears of it."""

import re
from collections.abc import Iterable, Iterator
from urllib.parse import quote

from ringpost.context import Context
from ringpost.model import dialplan
from ringpost.services.switching.asterisk import asked
from tests.actions.asterisk.asking import MEMBERS, read
from tests.services.switching.alike.heard import Heard, Rung, Story
from tests.services.switching.alike.worlds import Call, World

_STATUSES = {
    "answered": ("ANSWER", "16"),
    "busy": ("BUSY", "17"),
    "no answer": ("NOANSWER", None),
    "declined": ("NOANSWER", "21"),
    "unregistered": ("CHANUNAVAIL", None),
    "several": ("", "0"),
}
"""``DIALSTATUS``, and ``HANGUPCAUSE`` where it is not still that of an earlier call (measured)."""
_THERE = frozenset(_STATUSES) - {"unregistered"}
_SILENT = frozenset({"Answer", "UserEvent", "MixMonitor", "Playback"})
_CALLER_SHOWN = re.compile(r"CALLERID\((num|name|pres)\)=")
_COUNTED = re.compile(r"\$\{GROUP_COUNT\(([^@)]+)@(from|to)\)\}")


def heard(context: Context, world: World, call: Call) -> list[Heard]:
    """What happens to a call."""
    return _Asterisk(context, world, call).run()


class _Asterisk:
    def __init__(self, context: Context, world: World, call: Call) -> None:
        self.context, self.world = context, world
        self.story = Story(world)
        self.variables: dict[str, str] = {}
        self.where, self.number, self.endpoint = "public", call.number, "trunk"
        self.rang_for_all_the_time = False
        if call.caller is not None:
            self.where = "ringpost"
            self.endpoint = f"{call.caller.extension}@{world.domain.domain_name}"
            if call.is_placed:
                self.endpoint = ""
                self.variables = {
                    "RP_DOMAIN": world.domain.domain_uuid,
                    "RP_CALL": "55555555-5555-4555-8555-555555555555",
                    "RP_EXTENSION": call.caller.extension,
                }

    def run(self) -> list[Heard]:
        goes_on = True
        while goes_on:
            steps = read(self._asked(self.where, self.number).decode())
            if not steps:
                self.story.say("nothing")
            goes_on = any(self._does(*step) == "asks" for step in self._until_over(steps))
        return self.story.heard

    def _until_over(self, steps: list[tuple[str, str]]) -> Iterator[tuple[str, str]]:
        self.is_over = False
        for step in steps:
            yield step
            if self.is_over:
                return
        if any(one == "Queue" for one, _ in steps):
            self.story.say("ended", 16)  # as the plan does when no step is left
            return
        assert not steps, "the last step leads nowhere"

    def _asked(self, where: str, number: str) -> bytes:
        cause = "0" if self.rang_for_all_the_time else self._var("HANGUPCAUSE") or "0"
        said = {name: self._var(f"RP_{name.upper()}") for name in MEMBERS} | {
            "endpoint": self.endpoint,
            "number": number,
            "dialstatus": self._var("DIALSTATUS"),
            "cause": cause,
            "recorded": "1" if self._var("RP_RECORDED") else "",
        }
        if where == "ringpost-phones":
            inherited = {name: self._var(f"RP_{name.upper()}") for name in ("domain", "direction", "dialled")}
            said = {**dict.fromkeys(MEMBERS, ""), **inherited, "number": number}
        body = "&".join(f"{name}={quote(value, safe='')}" for name, value in {"where": where, **said}.items())
        return asked.route(self.context, body.encode()).body

    def _var(self, name: str) -> str:
        return self.variables.get(name, "")

    def _does(self, application: str, data: str) -> str:
        if application in _SILENT:
            return ""
        does = getattr(self, f"_{application.lower()}")
        result: str = does(data)
        self.is_over = result in ("over", "asks")
        return result

    def _set(self, data: str) -> str:
        name, _, value = data.partition("=")
        if _CALLER_SHOWN.match(data):
            return ""
        if chosen := re.fullmatch(r"\$\{IF\(\$\[(.*)\]\?(.*):(.*)\)\}", value):
            value = chosen[2] if self._holds(chosen[1]) else chosen[3]
        self.variables[name.removeprefix("__")] = value.replace("${RP_RINGS}", self._var("RP_RINGS"))
        return ""

    def _holds(self, expression: str) -> bool:
        """Whether an extension has more calls than it may have."""

        def count(found: re.Match[str]) -> str:
            group, way = found[1], found[2]
            has = self.world.calls.get(group[37:], 0) if way == "from" else 0
            return str(has + (self._var(f"GROUP({way})") == group))

        counted = expression.removesuffix(" & ${LEN(${RP_CONSULTS})}=0")  # nobody asks anybody here
        left, _, right = _COUNTED.sub(count, counted).partition(">")
        return sum(map(int, left.split("+"))) > int(right)

    def _execif(self, data: str) -> str:
        condition, _, step = data.partition("?")
        if condition == "$[${LEN(${RP_FULL})}>0]":
            holds = bool(self._var("RP_FULL"))
        elif condition.startswith("$[x${QUEUESTATUS}=x"):
            holds = condition == f"$[x${{QUEUESTATUS}}=x{self._var('QUEUESTATUS')}]"
        elif condition.startswith("$[${DEVICE_STATE(park:"):
            holds = False  # nobody waits there
        else:
            holds = self._holds(condition.removeprefix("$[").removesuffix("]"))
        application, _, arguments = step.removesuffix(")").partition("(")
        return self._does(application, arguments) if holds else ""

    def _goto(self, data: str) -> str:
        place, number, first = data.split(",")
        assert first == "1"
        if place == "ringpost":
            self.where, self.number = place, number
            return "asks"
        assert place == "ringpost-ended"
        return self._hangup(self._why(number))

    def _why(self, begins: str) -> str:
        """As ``ringpost-ended`` decides."""
        status, cause = self._var("DIALSTATUS"), self._var("HANGUPCAUSE") or "0"
        if not status:
            return ""
        if begins == "phones" and not self._var("RP_RINGS"):
            return "20"
        if status == "BUSY":
            return "17"
        if status == "NOANSWER" and (cause != "21" or self.rang_for_all_the_time):
            return "19"
        return cause if int(cause) > 1 else "20"

    def _hangup(self, data: str) -> str:
        self.story.say("ended", int(data) if data else None)
        return "over"

    def _gosub(self, data: str) -> str:
        name, start, arguments = data.split(",", 2)
        assert (start, arguments[:2], arguments[-1]) == ("s", "1(", ")")
        if name == "ringpost-room":
            return ""
        given = arguments[2:-1].split(",", 3)
        assert given[0] == self.world.domain.domain_name
        if name == "ringpost-rings":
            return self._rings(given[1], given[2])
        assert name == "ringpost-row"
        return self._row(given[1], given[2])

    def _rings(self, row: str, gateway: str) -> str:
        self.variables["RP_RINGS"] = self._var("RP_RINGS") + "".join(
            self._named(one, gateway) for one in row.split("&")
        )
        return ""

    def _named(self, one: str, gateway: str) -> str:
        if "x" in one:
            return f"&Local/{one}@ringpost-phones"
        if "-" in one:
            return f"&PJSIP/{one.partition('-')[0]}@{gateway}"
        is_there = self.world.fate(one) != "unregistered"
        return f"&PJSIP/{one}@{self.world.domain.domain_name}" if is_there else ""

    def _row(self, row: str, gateway: str) -> str:
        several = row.split("&")
        is_random = self.world.is_random(self.number)
        if is_random:
            self.story.begin_in_any_order()
        for one in several:
            seconds, _, named = one.partition("-")
            self.variables["RP_RINGS"] = self._named(named, gateway)
            self.variables["RP_UNTIL"] = "set"
            if self._dial(f"${{RP_RINGS}},{seconds},i") == "over":
                return "over"
        if is_random and self._became(self.story.all_have_rung()) == "over":
            return "over"
        return self._became("several") if len(several) > 1 else ""

    def _dial(self, data: str) -> str:
        named, seconds, options = data.split(",", 2)
        assert options.startswith("i")
        named = re.sub(r"\$\{(RP_RINGS\w*)\}", lambda found: self._var(found[1]), named)
        most = int(seconds) if seconds else None
        assert most is None or self.variables.pop("RP_UNTIL"), "until when it rings was noted"
        self.rang_for_all_the_time = False
        return self._became(self.story.rings(one.within(most) for one in self._dialled(filter(None, named.split("&")))))

    def _became(self, fate: str) -> str:
        self.variables["DIALSTATUS"], cause = _STATUSES[fate]
        self.rang_for_all_the_time = fate == "no answer"
        if cause is not None:
            self.variables["HANGUPCAUSE"] = cause
        return "over" if fate == "answered" else ""

    def _dialled(self, named: Iterable[str]) -> Iterator[Rung]:
        """Who rings where this is dialled."""
        for one in named:
            technology, _, rest = one.partition("/")
            number, _, place = rest.partition("@")
            if technology == "Local":
                assert place == "ringpost-phones"
                yield from self._alone(number)
            elif place == self.world.domain.domain_name:
                yield Rung(number)
            else:
                yield Rung(number, place)

    def _alone(self, number: str) -> Iterator[Rung]:
        """Who rings where a member of a group is dialled by itself."""
        leg = _Asterisk.__new__(_Asterisk)
        leg.world, leg.variables = self.world, {}
        delay = 0
        for application, data in read(self._asked("ringpost-phones", number).decode()):
            match application:
                case "Wait":
                    delay = int(data)
                case "Dial":
                    seconds = int(data.split(",")[1])
                    for one in leg._dialled(filter(None, leg._var("RP_RINGS").split("&"))):
                        yield one._replace(begins=delay, ends=delay + seconds)
                case "Set" | "Gosub":
                    leg._does(application, data)
                case _:
                    assert (application, data) == ("Goto", "ringpost-ended,phones,1")

    def _voicemail(self, data: str) -> str:
        self.story.say("leaves a message in", self._box(data.removesuffix(",us")))
        return "over"

    def _voicemailmain(self, data: str) -> str:
        box, _, options = data.partition(",")
        self.story.say("listens to", (self._box(box), options != "s"))
        return "over"

    def _box(self, name: str) -> str:
        number, _, home = name.partition("@")
        assert home == self.world.domain.domain_name
        return number

    def _confbridge(self, data: str) -> str:
        domain = self.world.domain
        room = dialplan.room_of(data.partition(",")[0], domain.domain_uuid)
        assert room is not None
        self.story.say("room", dialplan.room_name(domain.domain_name, room))
        return "over"

    def _park(self, data: str) -> str:
        assert self._var("PARKINGDYNPOS") == "5901-5999"
        self.story.say("slot", (data.removesuffix(",st(0)"), self._var("PARKINGEXTEN")))
        return "over"

    def _queue(self, data: str) -> str:
        """Whoever waits: whether anybody is there, and how many wait, is the switch's to know."""
        name, options, _, _, seconds = data.split(",")
        home, _, queue_uuid = name.partition(".")
        assert (home, options) == (self.world.domain.domain_uuid, "i${RP_QUEUES}")
        assert self._var("RP_QUEUED") == queue_uuid
        queue = next(one for one in self.world.queues.values() if one.queue_uuid == queue_uuid)
        assert seconds == str(queue.longest_wait or "")
        able = {one.extension for one in self.world.extensions if one.enabled}
        there = [
            one for one in queue.members if one.extension in able and self.world.fate(one.extension or "") in _THERE
        ]
        stay = self.world.stays[queue.extension]
        if not queue.join_empty and not there:
            self.variables["QUEUESTATUS"] = "JOINEMPTY"
            return ""
        if stay == "full" and queue.most_waiting is not None:
            self.variables["QUEUESTATUS"] = "FULL"
            return ""
        self.story.say("waits", queue.extension)
        if stay == "answered":
            self.story.say("answered")
            return "over"
        self.variables["QUEUESTATUS"] = {"timeout": "TIMEOUT", "empty": "LEAVEEMPTY"}.get(stay, "")
        return ""

    def _musiconhold(self, data: str) -> str:
        assert data == ""
        self.story.say("music")
        return "over"
