"""What a FreeSWITCH has to say and to play, tried on a channel that nobody hears (mod_loopback's ``null``).

What is said here about the answers was captured from 1.11.3.
"""

import json
import re
import time
import uuid
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from ringpost.switch import Finding
from ringpost.switch.freeswitch.esl import EventSocket

_VOICEMAILS = (
    "abort", "ack", "change_pass_fail", "change_pass_success", "choose_greeting", "choose_greeting_fail",
    "config_menu", "disk_quota_exceeded", "enter_id", "enter_pass", "fail_auth", "forward_message_enter_extension",
    "forward_prepend", "goodbye", "greeting_selected", "hello", "invalid_extension", "listen_file_check", "menu",
    "message_count", "play_greeting", "record_file_check", "record_greeting", "record_message", "record_name",
    "record_urgent_check", "say_date", "say_message_number", "say_name", "say_number", "say_phone_number",
)  # fmt: skip
MACROS = (*(f"voicemail_{name}" for name in _VOICEMAILS), "valet_announce_ext", "valet_lot_full", "valet_lot_empty")
"""The phrases mod_voicemail and mod_valet_parking say (their sources)."""
_SAID = (
    *(f"digits/{number}.wav" for number in (*range(21), *range(30, 100, 10), "hundred")),
    *(f"digits/h-{number}.wav" for number in (*range(1, 21), 30)),
    *(f"ascii/{ord(key)}.wav" for key in "#*"),
    *(f"time/day-{day}.wav" for day in range(7)),
    *(f"time/mon-{month}.wav" for month in range(12)),
    *(f"time/{word}.wav" for word in ("at", "a-m", "p-m", "oh", "oclock", "today", "yesterday")),
)
"""What mod_say_en puts numbers, keys and times together from."""
_ALSO = (
    *(f"voicemail/vm-{state}.wav" for state in ("new", "saved", "deleted")),
    *(f"conference/conf-{name}.wav" for name in ("alone", "muted", "unmuted")),
)
"""What those phrases name by a variable, and what conference.conf.xml plays."""
_PREFIX = re.compile(r'<language\b[^>]*\bsound-prefix="([^"]+)"')
_MACRO = re.compile(r'<macro\b[^>]*\bname="([^"]*)"[^>]*>(.*?)</macro>', re.DOTALL)
_ACTION = re.compile(r"<action\b([^>]*)>")
_ATTRIBUTE = re.compile(r'([\w-]+)="([^"]*)"')
_FILE = re.compile(r"[A-Za-z0-9_./-]{1,200}")
_PLAIN = re.compile(r"[^\^'\r\n$]{1,500}")
"""What can be written into the steps of a channel."""
_PLAYED = "FILE PLAYED"
_FROM_ITS_END = "@@99999999"
"""Past the last sample: the file is opened and over at once."""
_AT_ONCE = 50
"""Files for one channel: its dialplan takes 128 steps, and each of them is two."""
_LONGEST = 15.0
_STARTS_WITHIN = 1.0
_LOOKS_EVERY = 0.1
_NAMED = 5


class Heard(NamedTuple):
    """What became of each sound, as the switch says it; empty if it did not come to it, or still plays it."""

    answers: Sequence[str]
    is_playing: bool


def sounds(line: EventSocket) -> Iterator[Finding]:
    """Whether voicemail, parking and conferences have all they say, and whoever waits has something to hear."""
    if line.api("module_exists mod_loopback") != "true":
        return
    yield _phrases(line)
    yield _hold_music(line)
    yield _time_zones(line)


def _phrases(line: EventSocket) -> Finding:
    language = line.api("xml_locate languages language name en")
    macros = dict(_MACRO.findall(language))
    absent = [name for name in MACROS if name not in macros]
    if absent:
        words = f"its language en has no {_some(absent)}: copy FreeSWITCH's own lang folder beside freeswitch.xml"
        return Finding("sounds", well=False, words=words)
    own = _PREFIX.search(language)
    prefix = own[1] if own else line.api("global_getvar sound_prefix")
    mute = _unheard(line, prefix, _files(macros))
    words = f"voicemail, parking and conferences can say all they have to, from {prefix}"
    if mute:
        words = (
            f"it cannot play {_some(mute)} from {prefix}: install FreeSWITCH's sounds, readable for it, and let"
            " sound_prefix in vars.xml be the folder that has voicemail and digits in it"
        )
    return Finding("sounds", well=not mute, words=words)


def _hold_music(line: EventSocket) -> Finding:
    """Something that goes on: it need not end to be well."""
    music = line.api("global_getvar hold_music")
    heard = _heard(line, [music], _STARTS_WITHIN)
    if heard.is_playing or heard.answers == [_PLAYED]:
        return Finding("hold music", well=True, words=f"plays {music}")
    words = f"it cannot play {music or 'any'}: let hold_music in vars.xml be a file or a stream that is there"
    return Finding("hold music", well=False, words=words)


def _time_zones(line: EventSocket) -> Finding:
    knows = "<zone " in line.api("xml_locate configuration configuration name timezones.conf")
    words = "a box may say its times in a zone of its own"
    if not knows:
        words = (
            "it knows no time zone, and a box may name one: copy FreeSWITCH's own autoload_configs/timezones.conf.xml"
        )
    return Finding("time zones", well=knows, words=words)


def _files(macros: Mapping[str, str]) -> list[str]:
    """The files of our phrases, each once. What a phrase names by a variable is not among them."""
    actions = [dict(_ATTRIBUTE.findall(action)) for name in MACROS for action in _ACTION.findall(macros[name])]
    named = [action.get("data", "") for action in actions if action.get("function") == "play-file"]
    return list(dict.fromkeys(file for file in (*named, *_SAID, *_ALSO) if _FILE.fullmatch(file)))


def _unheard(line: EventSocket, prefix: str, files: Sequence[str]) -> list[str]:
    """The files that were not played."""
    unheard: list[str] = []
    for start in range(0, len(files), _AT_ONCE):
        some = files[start : start + _AT_ONCE]
        paths = [f"{prefix}/{file}{_FROM_ITS_END}" for file in some]
        answers = _heard(line, paths, _LONGEST).answers
        unheard += [file for file, answer in zip(some, answers, strict=True) if answer != _PLAYED]
    return unheard


def _heard(line: EventSocket, names: Sequence[str], seconds: float) -> Heard:
    """Play sounds on a channel of nobody's, which leaves no record, and see how they end within the time."""
    channel, nothing = str(uuid.uuid4()), Heard([""] * len(names), is_playing=False)
    if not all(_PLAIN.fullmatch(name) for name in names):
        return nothing
    # Each answer is kept before the next sound clears it.
    steps = "".join(
        f"playback:{name}^set:heard_{at}=${{current_application_response}}^" for at, name in enumerate(names)
    )
    order = f"originate {{origination_uuid={channel},process_cdr=false}}null/ringpost 'm:^:{steps}park' inline"
    if not line.api(order).startswith("+OK"):
        return nothing
    try:
        deadline = time.monotonic() + seconds
        while True:
            dumped = _read(line.api(f"uuid_dump {channel} json"))
            answers = [str(dumped.get(f"variable_heard_{at}", "")) for at in range(len(names))]
            doing = dumped.get("variable_current_application")
            if doing == "park" or time.monotonic() > deadline:
                return Heard(answers, is_playing=doing == "playback")
            time.sleep(_LOOKS_EVERY)
    finally:
        line.api(f"uuid_kill {channel}")


def _read(text: str) -> dict[str, Any]:
    try:
        found = json.loads(text, strict=False)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def _some(names: Sequence[str]) -> str:
    """A few of them, and how many more there are."""
    more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
    return f"{', '.join(names[:_NAMED])}{more}"
