"""What requests about events, webhooks and recordings have in common. Apart, because most requests are about none."""

from pydantic import Field

from ringpost.model.requests import Asking, ForUser, InDomain, Page
from ringpost.model.values import EventPatterns, ExtensionNumber, Moment, ShortText, Uuid


class OneWebhook(InDomain):
    """A request about one webhook: a domain's, or without a domain an operator's."""

    webhook_uuid: Uuid


class OneRecording(ForUser):
    """A request about one recording."""

    recording_uuid: Uuid


class Span(Asking):
    """A request about a span of time."""

    from_: Moment | None = Field(default=None, alias="from", description="then or later")
    until: Moment | None = Field(default=None, description="before then")


class OfNoDomain(InDomain):
    """A request about what happened in a domain, or to what belongs to none."""

    of_no_domain: bool = Field(
        default=False, description="what belongs to no domain: keys of several, switches; for an operator"
    )


class EventsWanted(Span, OfNoDomain, ForUser, Page):
    """A request for events, oldest first."""

    types: EventPatterns | None = Field(
        default=None, description="only these; * stands for one part of a type, # for anything"
    )
    call_uuid: Uuid | None = Field(default=None, description="only what is about this call")
    extension: ExtensionNumber | None = Field(default=None, description="only what is about this extension")
    fresh: bool = Field(default=False, description="also the last seconds; that comes again: know it by its id")


class AuditWanted(Span, OfNoDomain, Page):
    """A request for lines of the audit, newest first."""

    key_uuid: Uuid | None = Field(default=None, description="only what was done with this key")
    action_name: ShortText | None = Field(default=None, description="only this action, such as extension-create")


class DeliveriesWanted(Span, OneWebhook, Page):
    """A request for deliveries to a webhook, newest event first."""


class RecordingsWanted(Span, ForUser, Page):
    """A request for recordings, newest first."""

    call_uuid: Uuid | None = Field(default=None, description="only those of this call")
    extension: ExtensionNumber | None = Field(default=None, description="only of calls this extension was in")
