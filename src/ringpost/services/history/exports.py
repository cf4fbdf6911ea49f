"""Calls to take away, as XiVO's call logs have them."""

from typing import Any

from ringpost.clock import seconds
from ringpost.context import Context
from ringpost.model.call import Call
from ringpost.model.requests import CallFilters
from ringpost.services import tables
from ringpost.services.history import all_calls

_CALL_COLUMNS = (
    "xml_cdr_uuid",
    "start",
    "answer",
    "end",
    "source_name",
    "source_extension",
    "destination_name",
    "destination_extension",
    "duration",
    "answered",
    "call_direction",
    "tags",
    "hangup_cause",
    "missed",
    "extensions",
    "external_id",
    "billsec",
    "caller_id_number",
    "domain_uuid",
    "domain_name",
)
"""XiVO's call logs (call-logd 17.17), then ours, the later ones at the end."""


def of_calls(context: Context, request: CallFilters) -> tables.Table:
    """Calls as XiVO's call logs have them, newest first."""

    def stretch(cursor: str | None, limit: int) -> tuple[list[dict[str, Any]], str | None]:
        page = all_calls.search(context, request.model_copy(update={"cursor": cursor, "limit": limit}))
        return list(map(_row, page.items)), page.next_cursor

    return tables.written(context, "calls.csv", _CALL_COLUMNS, stretch, request)


def _row(call: Call) -> dict[str, Any]:
    talked = _talked(call)
    kept = {"xml_cdr_uuid", "tags", "hangup_cause", "extensions", "external_id", "domain_uuid", "domain_name"}
    return {
        **call.model_dump(include=kept),
        "start": call.start_stamp,
        "answer": call.answer_stamp,
        "end": call.end_stamp,
        "source_name": call.caller_id_name,
        "source_extension": _caller(call),
        "destination_extension": call.destination_number,
        "duration": talked,
        "answered": call.answer_stamp is not None,
        "call_direction": "internal" if call.direction == "local" else call.direction,
        "missed": call.missed_call,
        "billsec": 0 if talked is None and call.end_stamp is not None else talked,
        "caller_id_number": call.caller_id_number,
    }


def _talked(call: Call) -> int | None:
    """Seconds of talk, if it was answered and they are known."""
    if call.answer_stamp is None:
        return None
    if call.billsec is not None:
        return call.billsec
    return max(0, round(seconds(call.end_stamp) - seconds(call.answer_stamp))) if call.end_stamp else None


def _caller(call: Call) -> str | None:
    """Who called: an extension by its number, whatever it showed; from outside the number that was shown."""
    shown = call.caller_id_number or call.source_number
    first = call.legs[0]
    if call.direction == "inbound" or first.leg != "a":
        return shown
    return first.extension or call.source_number or shown
