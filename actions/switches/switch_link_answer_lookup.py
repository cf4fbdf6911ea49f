"""What the phones of a switch would be answered, many at once: its link asks ahead, for when Ringpost is away.

Each question is answered as the action that it names would answer it, and refused as it would: one that is refused
keeps none from being answered. The key needs that action's scope too. If there are fewer answers than questions, time
or room came to an end: ask the rest again. It takes the switch's own key, or an operator's.
"""

from typing import Annotated

from pydantic import Field

from ringpost.context import Context
from ringpost.contract import Output, Read
from ringpost.model.answered_ahead import MOST, AnswerAhead, QuestionAhead
from ringpost.model.requests import OneSwitch
from ringpost.services.switching import answered_ahead, links

EXAMPLE = {
    "switch": "lab",
    "questions": [
        {
            "action": "asterisk-realtime",
            "query": "ps_endpoints/single",
            "body": "id=100%40fusionpbx.example.net",
        },
        {
            "action": "asterisk-route",
            "body": "where=ringpost&endpoint=100%40fusionpbx.example.net&number=101"
            "&domain=d0d0d0d0-0000-4000-8000-000000000001",
        },
    ],
}


class Request(OneSwitch, Read):
    effects = ("secrets",)

    questions: Annotated[list[QuestionAhead], Field(min_length=1, max_length=MOST)] = Field(
        description="what its phones may ask, each as the switch would post it"
    )


class Response(Output):
    answers: list[AnswerAhead] = Field(description="to the first of the questions, in their order; one at least")


def handle(request: Request, context: Context) -> Response:
    links.switch_of(context, request.switch)
    return Response(answers=answered_ahead.answered(context, request.questions))
