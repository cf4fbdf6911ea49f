"""Delete a recording, and the sound with it. An address that was given out stops working."""

from typing import ClassVar

from ringpost.context import Context
from ringpost.contract import Output, VersionedRemoval
from ringpost.model.event_requests import OneRecording
from ringpost.model.values import Uuid
from ringpost.services.history import recordings

EXAMPLE = {"domain_name": "fusionpbx.example.net", "recording_uuid": "afafafaf-0000-4000-8000-000000000001"}


class Request(OneRecording, VersionedRemoval):
    for_users: ClassVar[bool] = False


class Response(Output):
    deleted: bool = True
    recording_uuid: Uuid


def handle(request: Request, context: Context) -> Response:
    recording = recordings.found(context, request)
    recordings.delete(context, recording, request.if_version)
    return Response(recording_uuid=recording.recording_uuid)
