"""What a switch may ask, asked by its link many at once: the questions, and what each is answered."""

from pydantic import Field

from ringpost.model.record import Entity, is_none

MOST = 500
"""Questions in a request."""


class QuestionAhead(Entity):
    """A question as a switch posts it."""

    action: str = Field(description="the action that answers it, such as asterisk-route")
    body: str = Field(description="what is posted to that action")
    query: str = Field(default="", description="what stands behind its path and a question mark")


class AnswerAhead(Entity):
    """What a question is answered, or why it is not."""

    status: int = Field(description="200, or what it would be refused with if it were asked by itself")
    body: str | None = Field(default=None, exclude_if=is_none, description="what the switch would be answered")
    decided_by: str | None = Field(default=None, exclude_if=is_none, description="its header X-Decided-By")
    read_from: str | None = Field(default=None, exclude_if=is_none, description="its header X-Read-From")
    detail: str | None = Field(default=None, exclude_if=is_none, description="of a refusal: what is wrong")
