"""Recordings: taking them in from a link, listing them, saying where they can be heard, taking them away."""

import uuid
from collections.abc import Callable
from typing import Any, NamedTuple

from ringpost.clock import seconds, stamp
from ringpost.context import Context
from ringpost.model.domain import Domain
from ringpost.model.due import Due
from ringpost.model.errors import CannotComply, NotFound
from ringpost.model.event_requests import OneRecording, RecordingsWanted
from ringpost.model.notices import RecordedFile
from ringpost.model.recording import Recording
from ringpost.model.requests import ForUser
from ringpost.model.switch import SwitchRecord
from ringpost.services import kept, pages
from ringpost.services.people import permissions
from ringpost.services.records import joining
from ringpost.services.switching import links
from ringpost.services.tenants import domains
from ringpost.store import Put, Row, keys
from ringpost.store.archive import Archive
from ringpost.store.keys import recording_layout

_RECORDINGS = uuid.UUID("0c2b8f6e-3f0a-4f0e-9a53-72696e67706f")
_UPLOAD_SECONDS = 3600


class Destination(NamedTuple):
    """Where a link is to put a recording; no address if it is there already, or is not wanted."""

    recording_uuid: str
    url: str | None
    part_bytes: int | None


def taken_in(context: Context, switch: SwitchRecord, file: RecordedFile) -> Destination:
    """Where a file is to be put, or, once it is there, that it is ready."""
    domain = links.living_on(context, switch, file.domain_uuid)
    recording_uuid = str(uuid.uuid5(_RECORDINGS, f"{file.leg_uuid} {file.file_name}"))
    if domain is None or joining.is_past(context, domain, file.ended_at):
        return Destination(recording_uuid, None, None)
    known = context.store.get(keys.recording(domain.domain_uuid, recording_uuid), Recording)
    if known is not None and known.state == "ready":
        return Destination(recording_uuid, None, None)
    if known is not None and file.uploaded:
        _check_in(context, domain, known)
        return Destination(recording_uuid, None, None)
    recording = known or _awaited(context, domain, file, recording_uuid)
    upload = _archive(context).upload(recording.name, _UPLOAD_SECONDS)
    return Destination(recording_uuid, upload.url, upload.part_bytes)


def found(context: Context, request: OneRecording) -> Recording:
    """The recording a request means, if the user it is for may see its call."""
    home = domains.uuid_of(context, request)
    recording = context.store.get(keys.recording(home, request.recording_uuid), Recording, of_anybody=True)
    if recording is None or not _seen_by(context, home, request)(recording):
        raise NotFound("recording not found")
    return recording


def _seen_by(context: Context, home: str, request: ForUser) -> Callable[[Recording], bool]:
    """What the user a request is made for may hear: not what is nobody's."""
    acting = permissions.acting(context, home, request)
    sees = permissions.sees_calls(context, acting)
    return lambda recording: (acting is None or bool(recording.extensions)) and sees(recording.extensions)


def listed(context: Context, request: RecordingsWanted) -> pages.PageOf[Recording]:
    """A page of recordings, newest first; as many rows are read as may be answered."""
    home = domains.uuid_of(context, request)
    sees = _seen_by(context, home, request)
    partition = keys.recordings_of_call(home, request.call_uuid) if request.call_uuid else keys.recordings(home)

    def fits(recording: Recording) -> bool:
        return request.extension in (None, *recording.extensions)

    page = pages.newest(context, partition, Recording, request, (request.from_, request.until), fits, sees)
    if not page.items:
        domains.named(context, home)
    return page


def link(context: Context, recording: Recording, valid_seconds: int) -> dict[str, Any]:
    """Where a recording can be heard, and until when."""
    if recording.state != "ready":
        return {"url": None, "url_expires_at": None}
    url = _archive(context).link(recording.name, valid_seconds, f"{recording.call_uuid}.{recording.name[-3:]}")
    return {"url": url, "url_expires_at": stamp(context.clock.now() + valid_seconds)}


def delete(context: Context, recording: Recording, if_version: int | None) -> None:
    """Take a recording away: first that it is known, then the sound itself."""
    kept.delete(context, recording, recording_layout, if_version=if_version)
    told = {"recording_uuid": recording.recording_uuid, "call_uuid": recording.call_uuid}
    context.happened("recording.deleted", recording.domain_uuid, told, call_uuid=recording.call_uuid)
    archive = context.archive
    if archive is not None:
        context.afterwards += (lambda: archive.delete(recording.name),)


def _awaited(context: Context, domain: Domain, file: RecordedFile, recording_uuid: str) -> Recording:
    call = links.call_of(context, domain.domain_uuid, file.leg_uuid)
    leg = call.leg(file.leg_uuid) if call else None
    whose = (leg.extension if leg else None) or (call.extension if call else None)
    recording = Recording(
        recording_uuid=recording_uuid,
        domain_uuid=domain.domain_uuid,
        call_uuid=call.call_uuid if call else file.leg_uuid,
        leg_uuid=file.leg_uuid,
        extension=whose,
        extensions=tuple(sorted({one.extension for one in call.legs if one.extension})) if call else (),
        file_name=file.file_name,
        ended_at=file.ended_at,
        seconds=file.seconds,
    )
    expires = _expires(domain, recording)
    if expires is not None:
        at = stamp(expires)
        due = Due(made_at=context.now, domain_uuid=domain.domain_uuid, place=recording.name, is_removal=True)
        context.store.stage(Put(Row(keys.due_removal(domain.domain_uuid, at, recording_uuid), due.model_dump_json())))
    return kept.create(context, recording, recording_layout, expires=expires)


def _check_in(context: Context, domain: Domain, recording: Recording) -> None:
    """It is ready once the archive has it, whoever says so."""
    size = _archive(context).size(recording.name)
    if size is None:
        raise CannotComply("the recording is not there: upload it first", parameter="recordings")
    changes = {"state": "ready", "bytes": size}
    ready = kept.update(context, recording, changes, recording_layout, expires=_expires(domain, recording))
    context.happened(
        "recording.ready",
        ready.domain_uuid,
        {"extension": ready.extension, "recording": ready.model_dump()},
        call_uuid=ready.call_uuid,
        sequence=joining.RECORD_EVENTS,
    )


def _expires(domain: Domain, recording: Recording) -> int | None:
    return None if domain.retention_days is None else int(seconds(recording.ended_at)) + domain.retention_days * 86_400


def _archive(context: Context) -> Archive:
    if context.archive is None:
        raise CannotComply("recordings are kept nowhere here: RINGPOST_RECORDINGS says where")
    return context.archive
