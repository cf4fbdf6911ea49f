"""Keeping true whether the phones of queues' members are registered: Asterisk itself counts only that they are busy.

It tells nobody of who registers (measured). So it is looked at every few seconds, and when a state changes.
"""

import re
import time
from collections.abc import Collection
from contextlib import suppress

from ringpost.model.errors import SwitchRefused
from ringpost.switch.asterisk import queue_line
from ringpost.switch.asterisk.ami import Message
from ringpost.switch.asterisk.lists import contacts
from ringpost.switch.asterisk.queue_line import FREE, GONE, STATES, Ask, List

_LOOKS_EVERY, _OF_THE_TIME = 3.0, 50
"""Seconds between two looks; and a look takes at most this part of the time, however many phones there are."""
_DEVICE = re.compile(r"Custom:ringpost-(?P<extension>[0-9*#]{1,32})-(?P<domain>[A-Za-z0-9.-]{1,253})")
_PHONE = re.compile(r"PJSIP/(?P<extension>[0-9*#]{1,32})@(?P<domain>[A-Za-z0-9.-]{1,253})")
_MOST = 20_000
"""Devices that are remembered."""


class PhoneStates:
    """The devices whose states are ours to say, as far as they are known. ``now`` is in seconds since 1970."""

    def __init__(self, ask: Ask, listed: List) -> None:
        self._ask, self._list = ask, listed
        self._known: dict[str, str] = {}
        self._due = 0.0

    def look_if_due(self, now: float) -> None:
        """Look again, if the last time is a while ago."""
        began = time.monotonic()
        if self._known and began >= self._due:
            self.look(now)
            took = time.monotonic() - began
            self._due = began + max(_LOOKS_EVERY, took * _OF_THE_TIME)

    def look(self, now: float) -> None:
        """Say of each whose state we have said before how it is now. A user that may not say it says nothing."""
        with suppress(SwitchRefused):
            self._look(now)

    def _look(self, now: float) -> None:
        self._known = queue_line.states(self._list("DBGetTree", Family=STATES))
        if not any(map(_DEVICE.fullmatch, self._known)):
            return
        rows = self._list("DBGetTree", Family="registrar")
        there = {f"{one.number}-{one.home}" for one in contacts(rows, now, lambda _: None)}
        self._say({device for device in self._known if _DEVICE.fullmatch(device)}, there)

    def heard(self, event: Message) -> None:
        """A state has changed: one that we say is known from now on, and of a phone it is looked whether it is there.

        A member that could not be rung has no phone any more.
        """
        if event.event == "AgentRingNoAnswer" and event.get("RingTime") == "0":
            self._due = 0.0
        if event.event != "DeviceStateChange":
            return
        with suppress(SwitchRefused):
            self._changed(event.get("Device"), event.get("State"))

    def _changed(self, device: str, state: str) -> None:
        if _DEVICE.fullmatch(device) and (device in self._known or len(self._known) < _MOST):
            self._known[device] = state
        elif (phone := _PHONE.fullmatch(device)) is not None:
            place = f"{phone['extension']}-{phone['domain']}"
            if f"Custom:ringpost-{place}" in self._known:
                account = device.removeprefix("PJSIP/")
                is_there = self._ask("Getvar", Variable=f"PJSIP_DIAL_CONTACTS({account})").get("Value")
                self._say({f"Custom:ringpost-{place}"}, {place} if is_there else set())

    def _say(self, devices: Collection[str], there: Collection[str]) -> None:
        wanted = {device: FREE if device.removeprefix("Custom:ringpost-") in there else GONE for device in devices}
        wrong = {device: state for device, state in wanted.items() if self._known.get(device) != state}
        queue_line.set_states(self._ask, wrong)
        self._known |= wrong
