"""What a switch did, handed in by its link (ringpost link), in batches and in order.

Every notice has a position among all its link has told. Those up to the last that was taken are passed over, so a
batch may be sent again. A notice about a domain that does not live on this switch is refused, one by one, and so is
what is no notice but has a position. A link that was away says from when until when: calls that are in no notice but in
the records are told to have ended. For a recording it is answered where to put it; once it is there, it is named
again with uploaded.
"""

from typing import Annotated

from pydantic import Field

from ringpost.context import Context
from ringpost.contract import Output, Write
from ringpost.model.notices import NumberedAway, NumberedNotice, OddNotice, RecordedFile
from ringpost.model.requests import OneSwitch
from ringpost.model.values import Uuid
from ringpost.services.history import recordings
from ringpost.services.switching import links

EXAMPLE = {
    "switch": "lab",
    "link_uuid": "11111111-0000-4000-8000-000000000001",
    "notices": [
        {
            "position": 1,
            "what": "ringing",
            "at": "2026-11-22T09:30:00.000Z",
            "domain_uuid": "d0d0d0d0-0000-4000-8000-000000000001",
            "leg_uuid": "c1c1c1c1-0000-4000-8000-00000000000b",
            "source_uuid": "c1c1c1c1-0000-4000-8000-000000000001",
            "start_stamp": "2026-11-22T09:29:59.980Z",
            "extension": "100",
            "caller_id_number": "5550199",
            "dialled": "12025550100",
        }
    ],
}


Numbered = Annotated[NumberedNotice | NumberedAway | OddNotice, Field(union_mode="left_to_right")]


class Request(OneSwitch, Write):
    link_uuid: Uuid = Field(description="the link: each counts its notices from 1")
    notices: Annotated[tuple[Numbered, ...], Field(max_length=200)] = ()
    recordings: Annotated[tuple[RecordedFile, ...], Field(max_length=10)] = ()


class PutHere(Output):
    recording_uuid: Uuid
    url: str | None = Field(description="where to PUT it; null: it is not wanted any more")
    part_bytes: int | None = Field(
        description="in parts of at most so many bytes, with Content-Range; null: as a whole"
    )


class Response(Output):
    taken: int = Field(description="the position of the last notice that was taken")
    refused: int = Field(description="how many of these were none of this switch's, not of these days, or no notices")
    recordings: list[PutHere]


def handle(request: Request, context: Context) -> Response:
    switch = links.switch_of(context, request.switch)
    taken, refused = links.take(context, switch, request.link_uuid, request.notices)
    put_here = [PutHere(**recordings.taken_in(context, switch, file)._asdict()) for file in request.recordings]
    return Response(taken=taken, refused=refused, recordings=put_here)
