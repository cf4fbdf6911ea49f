"""A recording, and an address where it can be heard for a while: no key is needed there, ranges are answered."""

from pydantic import Field

from ringpost.context import Context
from ringpost.contract import Output, Read
from ringpost.model.event_requests import OneRecording
from ringpost.model.recording import Recording
from ringpost.model.values import Timestamp
from ringpost.services.history import recordings

EXAMPLE = {
    "domain_name": "fusionpbx.example.net",
    "recording_uuid": "afafafaf-0000-4000-8000-000000000001",
    "valid_seconds": 600,
}


class Request(OneRecording, Read):
    valid_seconds: int = Field(default=3600, ge=1, le=7 * 86_400, description="how long the address works")


class Response(Output, Recording):
    url: str | None = Field(description="null: the recording is not here yet")
    url_expires_at: Timestamp | None = Field(description="on AWS it may end earlier, with the function's credentials")


def handle(request: Request, context: Context) -> Response:
    recording = recordings.found(context, request)
    return Response(**recording.model_dump(), **recordings.link(context, recording, request.valid_seconds))
