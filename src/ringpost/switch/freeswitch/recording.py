"""How a FreeSWITCH records a call by itself: from the moment two are connected, each recording into a file of its own.

It is the caller's leg that is recorded, so one file holds the whole call, whoever it comes to be connected with; of a
ring group's call that neither the caller nor the number has recorded it is the leg of the member who answers, if that
one's calls are. What goes before (ringing) and aside (voicemail) is not recorded.
"""

import secrets

from ringpost.model.domain import Domain

RECORDING_STARTED = "ivr/ivr-recording_started.wav"
"""What both parties hear first, if their domain wants it: below the switch's ``sound_prefix``."""
RECORDED = "ringpost_recording"
"""The variable of a leg that is recorded, or is to be once it is connected: the file."""
IS_RECORDED = "ringpost_call_is_recorded"
"""Comes back to us when the switch asks for the phones of a ring group's member: the caller's leg is recorded."""

Step = tuple[str, str]
"""An application and its data."""
_LEAST_SECONDS = 1
_CONNECTED = "execute_on_pre_bridge_ringpost"
"""What begins so is done when a leg is connected with another, in the order in which it was set."""


def begun_once_connected(domain: Domain) -> list[Step]:
    """What a caller's dialplan does to have the call recorded from when it is answered."""
    path = f"${{{RECORDED}}}"
    loud = [("set", "ignore_early_media=true")] if domain.record_announcement else []
    variables = [(RECORDED, _new_file(domain)), *_variables(domain, path)]
    return [*loud, *(("set", f"{name}={value}") for name, value in variables), ("export", f"{IS_RECORDED}=true")]


def begun_now(domain: Domain, *, is_prepared: bool) -> list[Step]:
    """The same for somebody who is connected with nobody: in a conference."""
    file = [] if is_prepared else [("set", f"{RECORDED}={_new_file(domain)}")]
    said = [("playback", RECORDING_STARTED)] if domain.record_announcement else []
    path = f"${{{RECORDED}}}"
    return [*file, ("set", "RECORD_BRIDGE_REQ=false"), *said, ("record_session", path), ("set", f"record_path={path}")]


def of_a_member(domain: Domain) -> str:
    """What goes before a member's dial string, to have it recorded if it is the one that answers."""
    variables = _variables(domain, _new_file(domain))
    return f"{{^^;{';'.join(f'{name}={value}' for name, value in variables)}}}"


def _new_file(domain: Domain) -> str:
    return f"${{recordings_dir}}/{domain.domain_name}/{secrets.token_hex(4)}-${{uuid}}.wav"


def _variables(domain: Domain, path: str) -> list[Step]:
    """Variables of the leg to be recorded. It begins once: a recording that was stopped does not begin again."""
    steps = [
        *([f"displace_session {RECORDING_STARTED} rw"] if domain.record_announcement else []),
        f"record_session {path}",
        f"set record_path={path}",
    ]
    names = [f"{_CONNECTED}_{place}" for place in range(1, len(steps) + 2)]
    done = [*steps, f"multiunset {' '.join(names)}"]
    return [
        ("RECORD_ANSWER_REQ", "true"),
        ("RECORD_BRIDGE_REQ", "true"),
        ("RECORD_MIN_SEC", str(_LEAST_SECONDS)),
        *zip(names, done, strict=True),
    ]
