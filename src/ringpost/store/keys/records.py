"""What is kept of a call that is over: its record and its recordings."""

from __future__ import annotations

from typing import TYPE_CHECKING
from zlib import crc32

from ringpost.store import Key
from ringpost.store.keys.layout import LayoutOf, PartitionWithin, by_uuid, in_domain, over_all, within_domain

if TYPE_CHECKING:
    from ringpost.model.call import Call
    from ringpost.model.recording import Recording

# recordings

recording = by_uuid("recording")
recordings = in_domain("recordings")
"""The list of a domain's recordings, by when they ended."""
recordings_of_call = within_domain("call#{call}#recordings")
"""The recordings of a call, by when they ended."""


def _by_end(it: Recording) -> tuple[Key, ...]:
    sort = f"{it.ended_at}#{it.recording_uuid}"
    return recordings.at(it.domain_uuid, sort), recordings_of_call.at(it.domain_uuid, it.call_uuid, sort)


recording_layout: LayoutOf[Recording] = LayoutOf(
    truth=lambda it: recording(it.domain_uuid, it.recording_uuid),
    copies=_by_end,
)

# the records of calls

cdr = by_uuid("cdr")
"""The record of a call, by the uuid of any of its legs."""
cdrs = in_domain("cdrs")
"""The records of a domain, by start and uuid."""
cdrs_of_extension = within_domain("cdrs#extension#{extension}")
"""The records of the calls an extension took part in, by start and uuid."""
cdrs_of_number = within_domain("cdrs#number#{number}")
"""The records of the calls a number took part in, by start and uuid."""

# the same over all domains

CALL_LISTS = over_all("calls")
"""Which lists of calls over all domains there are, by day and shard."""
CALL_SHARDS = 8
"""Parts of a day's calls over all domains: ``docs/store.md`` says why so many. Another number needs all copies anew."""
_calls = PartitionWithin("calls#{day}#{shard}")


def calls_of_day(day: str, shard: int) -> str:
    """A part of the calls of a day in all domains, by start, uuid and domain."""
    return _calls(day, str(shard))


def call_list(partition: str) -> Key:
    """That there is such a list: nothing else tells on which days there were calls."""
    return Key(CALL_LISTS, partition.removeprefix("calls#"))


def call_in_all(record: Call) -> Key:
    """The place of a call among those of all domains."""
    home, uuid = record.domain_uuid, record.xml_cdr_uuid
    shard = crc32(f"{home}#{uuid}".encode()) % CALL_SHARDS
    return Key(calls_of_day(record.listed_at[:10], shard), f"{record.listed_at}#{uuid}#{home}")


def _by_start(it: Call) -> tuple[Key, ...]:
    home, sort = it.domain_uuid, f"{it.listed_at}#{it.xml_cdr_uuid}"
    return (
        cdrs.at(home, sort),
        *(cdrs_of_extension.at(home, extension, sort) for extension in it.extensions),
        *(cdrs_of_number.at(home, number, sort) for number in it.numbers),
        call_in_all(it),
    )


cdr_layout: LayoutOf[Call] = LayoutOf(
    truth=lambda it: cdr(it.domain_uuid, it.xml_cdr_uuid),
    claims=lambda it: tuple(
        cdr(it.domain_uuid, leg.xml_cdr_uuid) for leg in it.legs if leg.xml_cdr_uuid != it.xml_cdr_uuid
    ),
    copies=_by_start,
)
