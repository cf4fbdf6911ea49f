"""What an Asterisk tells a link on its manager interface."""

import re
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Self

from ringpost.clock import stamp
from ringpost.model.errors import SwitchRefused
from ringpost.model.notices import Notice, What
from ringpost.switch.asterisk import marks, queues, rooms
from ringpost.switch.asterisk.ami import Manager, Message, Unlisted
from ringpost.switch.asterisk.channels import Channel
from ringpost.switch.asterisk.events import Events, Told
from ringpost.switch.asterisk.legs import UNIQUEID
from ringpost.switch.asterisk.phone_states import PhoneStates
from ringpost.switch.hearing import CaughtUp, Heard, Known
from ringpost.switch.kinds import Place
from ringpost.switch.said import Said

_AT_ONCE = 100
PINGS_EVERY = 20.0
"""Seconds; Asterisk has no heartbeat of its own."""
_EPOCH = re.compile(r"[0-9]{10}(?:\.[0-9]{1,9})?")


class AsteriskEar:
    """An ``Ear`` at a manager interface, that has listened since it was connected."""

    def __init__(
        self, manager: Manager, now: Callable[[], float] = time.time, usual: Path = Path("/var/spool/asterisk/monitor")
    ) -> None:
        self._manager, self._now, self._usual = manager, now, usual
        self._events = Events()
        self._states = PhoneStates(manager.ask, self._listed)
        self._alive_at = time.monotonic()

    @classmethod
    def at(cls, place: Place) -> Self:
        """Connect, and listen from now on. Raises ``SwitchUnreachable`` and ``SwitchRefused``."""
        return cls(Manager(place.host, place.port, user=place.user or "", password=place.password, hears=True))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._manager.close()

    def recordings(self) -> Path | None:
        """Its ``monitor`` folder: as a global variable says, unless that is the root of all; or where it usually is."""
        folder = self._manager.ask("Getvar", Variable=marks.MONITOR).get("Value").strip()
        if folder.startswith("/") and folder.strip("/"):
            return Path(folder)
        return self._usual if self._usual.is_dir() else None

    def caught_up(self, known: Known) -> CaughtUp:
        """How far each channel has come, and which legs are gone; listening since before that.

        Of a leg that went in this run of the switch a hang-up handler may have handed in a record: it is ``gone``, and
        without such ``lost``. With a run that is over all its legs are, when it was last heard of: uniqueids begin anew
        with the next.
        """
        self._events.core = core = self._core()
        is_over = bool(known.core) and known.core != core
        what: What = "lost" if is_over or not self._hands_in() else "gone"
        known_legs = {} if is_over else known.legs
        self._states.look(self._now())
        in_rooms = self._in_rooms()
        there = self._events.there(
            self._listed("CoreShowChannels"),
            self._listed("ParkedCalls"),
            self._answered,
            known_legs,
            self._now(),
            [row for row in self._listed("QueueStatus", Member="none") if row.event == "QueueEntry"],
            in_rooms,
        )
        for its in {row.get("Conference") for row in in_rooms}:
            self._note_file(its)
        legs = {notice.leg_uuid for notice in there}
        rung_for = {notice.source_uuid: notice.domain_uuid for notice in there if notice.source_uuid}
        at = stamp(known.heard_at)
        gone = {leg: domain for leg, domain in {**rung_for, **known.legs}.items() if leg not in legs}
        return CaughtUp(there, [_gone(what, leg, domain, at) for leg, domain in gone.items()], core)

    def heard(self, seconds: float) -> Heard:
        """What has been told since, a hundred events at most; if nothing was, the next within ``seconds``."""
        heard = Heard([], [], "", is_alive=False, records=())
        records = []
        events = 0
        while events < _AT_ONCE and (event := self._manager.event(0.0 if events else seconds)) is not None:
            events += 1
            for told in self._told(event):
                heard.notices.extend(told.notices)
                heard.recorded.extend(told.recorded)
                records += told.records
            self._mark_held(event)
            self._states.heard(event)
        self._states.look_if_due(self._now())
        is_alive = events > 0 or self._answers()
        if is_alive:
            self._alive_at = time.monotonic()
        core = self._events.core if events else ""
        return heard._replace(core=core, is_alive=is_alive, records=records)

    def _told(self, event: Message) -> Iterator[Told]:
        """What an event tells. Nobody tells of a member of a queue that is not rung, for it has no phone."""
        told = self._events.take(event, self._now())
        yield told
        if event.event == "QueueCallerJoin" and told.notices:
            missing = queues.without_a_phone(self._listed("QueueStatus", Queue=event.get("Queue")))
            if missing:
                yield self._events.without_phones(event, missing, self._now())

    def _mark_held(self, event: Message) -> None:
        """Note on its channel that a phone holds: no list says so. One that is gone, or may not be marked, is not."""
        if event.event in ("Hold", "Unhold") and UNIQUEID.fullmatch(event.get("Uniqueid")):
            value = "true" if event.event == "Hold" else ""
            with suppress(SwitchRefused):
                self._manager.ask("Setvar", Channel=event.get("Uniqueid"), Variable=marks.HELD, Value=value)

    def _in_rooms(self) -> list[Message]:
        """Who is in conference rooms."""
        its = [row.get("Conference") for row in self._listed("ConfbridgeListRooms")]
        rows = (row for name in its if name for row in self._listed("ConfbridgeList", Conference=name))
        return [row for row in rows if row.event == "ConfbridgeList"]

    def _note_file(self, its: str) -> None:
        """What a room is recorded into; since when is not known."""
        found = rooms.file_of(self._manager.ask("Getvar", Variable=rooms.noted(its)).get("Value"))
        if found is not None:
            self._events.room_recorded(its, *found, self._now())

    def _answers(self) -> bool:
        """Whether it answers, asked once nothing was heard for a while. Raises ``SwitchUnreachable`` if it does not."""
        if time.monotonic() - self._alive_at < PINGS_EVERY:
            return False
        self._manager.ask("Ping")
        return True

    def _hands_in(self) -> bool:
        """Whether each leg hands in its own record."""
        return self._manager.ask("Getvar", Variable=marks.RECORDS).get("Value").strip() == "yes"

    def _core(self) -> str:
        """This run of the switch: its name, and when it was started."""
        status, settings = self._manager.ask("CoreStatus"), self._manager.ask("CoreSettings")
        began = f"{status.get('CoreStartupDate')} {status.get('CoreStartupTime')}"
        return Said({"core": f"{settings.get('SystemName')} {began}"}).text("core") or ""

    def _listed(self, action: str, **members: str) -> list[Message]:
        """What is listed; nothing if the switch has no such list."""
        try:
            return self._manager.listed(action, **members)
        except Unlisted:
            return []

    def _answered(self, channel: Channel) -> float | None:
        """Since when a channel is answered: no list has that."""
        members = {"Channel": channel.uniqueid, "Variable": "CDR(answer,u)"}
        found = _EPOCH.fullmatch(self._manager.ask("Getvar", **members).get("Value"))
        return max(float(found[0]), channel.start) if found and float(found[0]) <= self._now() else None


def _gone(what: What, leg_uuid: str, domain_uuid: str, at: str) -> Notice:
    """That a leg is gone, and nobody has told how."""
    return Notice(what=what, at=at, domain_uuid=domain_uuid, leg_uuid=leg_uuid, start_stamp=at)
