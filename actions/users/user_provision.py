"""Make a user with a telephone in one go, or nothing: user, extension, voicemail, destination, groups.

With dry_run it answers what it would make, and refuses what it would refuse. The SIP password and the voicemail's PIN
are answered this once.
"""

from typing import Annotated, Self

from pydantic import Field, model_validator

from ringpost.context import Context
from ringpost.contract import AnsweredOnce, Output, Write
from ringpost.model.destination import Destination
from ringpost.model.extension import Extension, Password
from ringpost.model.requests import InDomain
from ringpost.model.shapes import BoxNumber, Pin
from ringpost.model.user import User, UserSettings
from ringpost.model.values import ExtensionNumber, Name, Number, Reference, Secret
from ringpost.model.voicemail import Voicemail
from ringpost.services.people import users
from ringpost.services.provisioning import making
from ringpost.services.tenants import domains

EXAMPLE = {
    "domain_name": "fusionpbx.example.net",
    "firstname": "Carol",
    "lastname": "Example",
    "username": "carol",
    "extension": "103",
    "destination": "12025550103",
    "ringgroups": ["600"],
    "usergroups": ["sales"],
    "dry_run": True,
}


class Request(UserSettings, InDomain, Write):
    firstname: Name
    extension: ExtensionNumber
    password: Password | None = Field(default=None, description="the SIP password; left out: a random one")
    voicemail: bool = Field(default=True, description="whether it takes messages")
    voicemail_number: BoxNumber | None = Field(default=None, description="the box; left out: the extension's number")
    voicemail_password: Pin | None = Field(default=None, description="the PIN; left out: eight random digits")
    destination: Number | None = Field(default=None, description="the outside number that calls it")
    ringgroups: tuple[Reference, ...] = Field(
        default=(), max_length=10, description="it rings in them, by number or UUID"
    )
    usergroups: tuple[Reference, ...] = Field(default=(), max_length=10, description="it is in them, by name or UUID")
    dry_run: bool = Field(default=False, description="make nothing, answer what would be made")

    @model_validator(mode="after")
    def _has_a_box_or_none(self) -> Self:
        if not self.voicemail and (self.voicemail_number or self.voicemail_password):
            raise ValueError("voicemail must be true for a voicemail_number or a voicemail_password")
        if self.voicemail and self.voicemail_number is None and not self.extension.isdecimal():
            raise ValueError("voicemail_number is required: a box has digits only, or voicemail false")
        return self


class Response(Output):
    user: User
    extension: Extension
    voicemail: Voicemail | None
    destination: Destination | None
    ring_groups: list[str] = Field(description="the UUIDs of the ring groups it rings in")
    password: Annotated[Secret | None, AnsweredOnce]
    voicemail_password: Annotated[Secret | None, AnsweredOnce]
    dry_run: bool

    @property
    def is_kept(self) -> bool:
        """What was not done is not kept as done."""
        return not self.dry_run


def handle(request: Request, context: Context) -> Response:
    domain = domains.found(context, request)
    wanted = making.Wanted(
        user=users.settings(request.given(UserSettings)) | {"firstname": request.firstname},
        extension=request.extension,
        password=request.password,
        voicemail={"number": request.voicemail_number or request.extension} if request.voicemail else None,
        pin=request.voicemail_password,
        destinations=(request.destination,) if request.destination else (),
        ringgroups=request.ringgroups,
        usergroups=request.usergroups,
    )
    made = making.provision(context, domain, wanted, dry_run=request.dry_run)
    return Response.model_validate(
        {
            **made._asdict(),
            "destination": next(iter(made.destinations), None),
            "voicemail_password": made.pin,
            "dry_run": request.dry_run,
        }
    )
