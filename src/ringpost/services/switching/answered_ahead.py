"""What a link asks ahead, answered many at once: as if each were asked by itself, but what all need is read once."""

import logging
from collections.abc import Sequence

from ringpost.context import Context
from ringpost.model.answered_ahead import AnswerAhead, QuestionAhead
from ringpost.model.errors import InternalError, Problem
from ringpost.switch.deciding import DECIDED_BY, READ_FROM

SECONDS = 4.0
"""A link asks again after ten, a Lambda ends after thirty, and one question may wait for the store for some."""
MOST_BYTES = 900_000
"""A link reads a MiB of an answer, as a switch does."""
_log = logging.getLogger("ringpost")


def answered(context: Context, questions: Sequence[QuestionAhead]) -> list[AnswerAhead]:
    """What the first of these are answered, in their order: one at least, and as many as there is time and room for."""
    until, room = context.clock.now() + SECONDS, MOST_BYTES
    found: list[AnswerAhead] = []
    for question, aside in zip(questions, context.asides(), strict=False):
        answer = _answered(aside, question)
        room -= len(answer.model_dump_json().encode())
        if found and room < 0:
            break
        found.append(answer)
        if context.clock.now() >= until:
            break
    return found


def _answered(context: Context, question: QuestionAhead) -> AnswerAhead:
    """The answer; what is wrong with one question, or here, is not the others' business."""
    action, query = _whole(question.action).decode(), _whole(question.query).decode()
    try:
        body, headers = context.catalogue.answer(action, _whole(question.body), query, context)
        said = {"decided_by": headers.get(DECIDED_BY), "read_from": headers.get(READ_FROM)}
        return AnswerAhead(status=200, body=body.decode(), **said)
    except Problem as problem:
        return AnswerAhead(status=problem.status, detail=problem.detail)
    except Exception:  # noqa: BLE001 - a bug spoils one answer, and the log has it
        _log.exception("unhandled", extra={"request_id": context.request_id, "action": action})
        return AnswerAhead(status=InternalError.status, detail="something broke here; the log has it")


def _whole(text: str) -> bytes:
    """Half a character, which JSON can spell and UTF-8 cannot, is a question mark."""
    return text.encode(errors="replace")
