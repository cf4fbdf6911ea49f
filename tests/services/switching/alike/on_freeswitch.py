"""A dialplan document of freeswitch-xml, run as FreeSWITCH would: as far as anybody hears of it."""

import re
from collections.abc import Iterator
from urllib.parse import quote, unquote
from xml.etree import ElementTree as ET

from ringpost.context import Context
from ringpost.services.switching.freeswitch import asked
from ringpost.switch.asterisk.causes import number_of
from tests.services.switching.alike.heard import Heard, Rung, Story
from tests.services.switching.alike.worlds import Call, World

_CAUSES = {
    "busy": "USER_BUSY",
    "no answer": "NO_ANSWER",
    "declined": "CALL_REJECTED",
    "unregistered": "USER_NOT_REGISTERED",
}
_NOBODY = ("error/SUBSCRIBER_ABSENT", "error/USER_BUSY")
_SILENT = frozenset({"answer", "sleep", "event", "privacy", "record_session", "playback"})


def heard(context: Context, world: World, call: Call, passed: str = "") -> list[Heard]:
    """What happens to a call; it may have ``passed`` numbers before, parted by colons."""
    switch = _FreeSwitch(context, world, call)
    if passed:
        switch.variables["ringpost_passed"] = passed
    return switch.run()


class _FreeSwitch:
    def __init__(self, context: Context, world: World, call: Call) -> None:
        self.context, self.world, self.call = context, world, call
        self.story = Story(world)
        self.variables: dict[str, str] = {}
        self.counted: set[str] = set()
        self.place, self.number = "public", call.number
        if call.caller is not None:
            self.place = world.domain.domain_name
            self.variables["extension_uuid"] = call.caller.extension_uuid
            self.variables["domain_uuid"] = world.domain.domain_uuid
            if not call.is_placed:
                self.variables["sip_authorized"] = "true"
            else:
                self.variables |= {"ringpost_a": call.caller.extension, "ringpost_b": call.number}
                self.variables["origination_caller_id_number"] = "5550100"

    def run(self) -> list[Heard]:
        goes_on = True
        while goes_on:
            actions = self._asked()
            if not actions:
                self.story.say("nothing")
            goes_on = any(self._does(*action) == "transfer" for action in self._until_over(actions))
        return self.story.heard

    def _until_over(self, actions: list[tuple[str, str]]) -> Iterator[tuple[str, str]]:
        self.is_over = False
        for action in actions:
            yield action
            if self.is_over:
                return

    def _asked(self) -> list[tuple[str, str]]:
        said = {
            "section": "dialplan",
            "Call-Direction": "inbound",
            "Hunt-Context": self.place,
            "Hunt-Destination-Number": self.number,
            **{f"variable_{name}": value for name, value in self.variables.items()},
        }
        body = "&".join(f"{name}={quote(value)}" for name, value in said.items()).encode()
        document = ET.fromstring(asked.answered(self.context, body).body)
        extension = next((one for one in document.iter("extension") if self._is_met(one)), None)
        actions = [] if extension is None else extension.iter("action")
        return [(one.get("application", ""), one.get("data", "")) for one in actions]

    def _is_met(self, extension: ET.Element) -> bool:
        """Whether all conditions of a dialplan's extension are."""
        return all(re.search(one.get("expression", ""), self._field(one)) for one in extension.iter("condition"))

    def _field(self, condition: ET.Element) -> str:
        """A number that is dialled, or how many phones each of some extensions has."""
        field = condition.get("field", "")
        if field == "destination_number":
            return self.number
        counted = re.compile(r"\$\{sofia_count_reg\(internal/([0-9*#]+)@[a-z0-9.]+\)\}")
        return counted.sub(lambda one: "0" if self.world.fate(one[1]) == "unregistered" else "1", field)

    def _does(self, application: str, data: str) -> str:
        if application in _SILENT or (application == "set" and ":" in data.partition("=")[0]):
            return ""
        does = getattr(self, f"_{application}")
        result: str = does(data)
        self.is_over = result in ("over", "transfer")
        return result

    def _set(self, data: str) -> str:
        name, _, value = data.partition("=")
        self.variables[name] = value
        return ""

    def _export(self, data: str) -> str:
        return self._set(data.removeprefix("nolocal:"))

    def _limit(self, data: str) -> str:
        _, home, number, most, *otherwise = data.split(" ")
        assert home == self.world.domain.domain_name
        self.counted.add(number)
        if self.world.calls.get(number, 0) + 1 <= int(most):
            return ""
        return self._hangup(otherwise[0][1:]) if otherwise[0][0] == "!" else self._transfer(" ".join(otherwise))

    def _transfer(self, data: str) -> str:
        self.number, kind, self.place = data.split(" ")
        assert kind == "XML"
        return "transfer"

    def _hangup(self, cause: str) -> str:
        if cause != "${originate_failed_cause}":
            self.story.say("ended", number_of(cause))
        else:
            failed = self.variables.get("originate_disposition", "")
            self.story.say("ended", number_of(failed) if failed else None)
        return "over"

    def _respond(self, data: str) -> str:
        assert data.startswith("503 ")
        self.story.say("ended", 34)
        return "over"

    def _bridge(self, data: str) -> str:
        most = int(self.variables["call_timeout"]) if "sofia/gateway/" not in data[:14] else None
        if ":_:" in data:
            fate = self.story.rings(one.within(most) for part in data.split(":_:") for one in self._legs(part))
        elif len(rows := _split(data, "|")) > 1 or _split(data, ",") == rows:
            fate = self._one_after_the_other(rows, most)
        else:
            fate = self.story.rings(one.within(most) for part in _split(data, ",") for one in self._legs(part))
        if fate == "answered":
            return "over"
        if fate not in ("answered", "several"):
            fate = _of_nobody(data) or fate
        self.variables["originate_disposition"] = _CAUSES.get(fate, "")
        return ""

    def _one_after_the_other(self, rows: list[str], most: int | None) -> str:
        is_random, fate = self.world.is_random(self.number), "unregistered"
        if is_random:
            self.story.begin_in_any_order()
        for row in rows:
            fate = self.story.rings(one.within(most) for one in self._legs(row))
            if fate == "answered":
                return fate
        fate = self.story.all_have_rung() if is_random else fate
        return fate if fate == "answered" or len(rows) == 1 else "several"

    def _legs(self, leg: str) -> Iterator[Rung]:
        """Who is rung by one leg of a dial string."""
        text = unquote(leg)
        if text.endswith(_NOBODY):
            return
        timeout = re.search(r"leg_timeout=([0-9]+)", text)
        delay = re.search(r"leg_delay_start=([0-9]+)", text)
        after = re.search(r"originate_delay_start=([0-9]+)000\b|originate_delay_start=0", text)
        begins = int(delay[1]) if delay else int(after[1] or 0) if after else 0
        ends = begins + int(timeout[1]) if timeout else None
        gateway = re.search(r"sofia/gateway/([^/]+)/(\+?[0-9*#]+)$", text)
        if gateway:
            yield Rung(gateway[2], gateway[1], begins, ends)
            return
        found = re.search(r"user/([0-9*#]+)@", text) or re.search(r"dialed_user=([0-9*#]+)", text)
        assert found, text
        assert f"@{self.world.domain.domain_name}" in text
        yield Rung(found[1], "", begins, ends)

    def _callcenter(self, name: str) -> str:
        """Who waits is put through, or goes on with what was noted."""
        queue_uuid, _, domain_uuid = name.partition("@")
        number = next(number for number, queue in self.world.queues.items() if queue.queue_uuid == queue_uuid)
        assert domain_uuid == self.world.domain.domain_uuid
        assert self.variables["ringpost_rings"] == str(self.world.queues[number].ring_seconds)
        self.story.say("waits", number)
        stay = self.world.stays[number]
        if stay == "answered":
            self.story.say("answered")
            return "over"
        reason = {"timeout": "TIMEOUT", "empty": "NO_AGENT_TIMEOUT"}.get(stay, "BREAK_OUT")
        self.variables |= {"cc_cause": "cancel", "cc_cancel_reason": reason}
        return ""

    def _limit_execute(self, data: str) -> str:
        kind, _, name, most, application, queue = data.split(" ")
        assert (kind, name, application, most) == ("hash", queue, "callcenter", "3")
        return "" if self.world.stays[self.number] == "full" else self._callcenter(queue)

    def _voicemail(self, data: str) -> str:
        words = data.split(" ")
        home = self.world.domain.domain_name
        if words[0] == "check":
            assert words[1:3] == ["default", home]
            asks_pin = self.variables["voicemail_authorized"] == "false"
            self.story.say("listens to", (words[3] if len(words) > 3 else "", asks_pin))
        else:
            assert words[:2] == ["default", home]
            self.story.say("leaves a message in", words[2])
        return "over"

    def _conference(self, data: str) -> str:
        self.story.say("room", data.removesuffix("@default"))
        return "over"

    def _valet_park(self, data: str) -> str:
        lot, place = data.split(" ", 1)
        self.story.say("slot", (lot, "" if place == "auto in 5901 5999" else place))
        return "over"

    def _endless_playback(self, data: str) -> str:
        assert data == "${hold_music}"
        self.story.say("music")
        return "over"


def _of_nobody(data: str) -> str:
    """What becomes of a group some of which is nobody, or not to be disturbed: of which one, if it is all that is."""
    legs = [one.rpartition("}")[2].rpartition("]")[2] for one in re.split(r"[,|]|:_:", data)]
    if not set(legs) & {*_NOBODY}:
        return ""
    return ("busy" if _NOBODY[1] in legs else "unregistered") if set(legs) <= {*_NOBODY} else "several"


def _split(dial_string: str, separator: str) -> list[str]:
    """The parts of a dial string, none of which is divided within its brackets."""
    parts, depth, begins = [], 0, 0
    for at, letter in enumerate(dial_string):
        depth += (letter in "[{(") - (letter in "]})")
        if letter == separator and depth == 0:
            parts.append(dial_string[begins:at])
            begins = at + 1
    assert depth == 0
    return [*parts, dial_string[begins:]]
