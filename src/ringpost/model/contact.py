"""A contact: somebody outside, in the domain's address book (iSymphony's contact, XiVO's phonebooks)."""

from typing import Annotated, Literal

from pydantic import ConfigDict, Field

from ringpost.model.record import Entity, Record, is_none
from ringpost.model.shapes import OutsideEmail, WrittenNumber
from ringpost.model.values import ExternalId, Name, ShortText, Text, Timestamp, Uuid

ContactKind = Literal["work", "home", "cell", "fax", "other"]
MOST_NUMBERS = 10


class ContactNumber(Entity):
    """A number, as it was written and, if it is one of the world's numbers, in its one spelling."""

    type: ContactKind = "work"
    number: str
    e164: str | None = None
    extension_suffix: str | None = Field(
        default=None, exclude_if=is_none, description="what is dialled once somebody has answered: 5 of x5"
    )


class ContactAddress(Entity):
    """An e-mail address."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    type: ContactKind = "work"
    address: OutsideEmail


class NewNumber(Entity):
    """A number as a caller sends it."""

    model_config = ConfigDict(frozen=True, extra="forbid", coerce_numbers_to_str=True)

    type: ContactKind = "work"
    number: WrittenNumber


class Contact(Record):
    """A contact."""

    contact_uuid: Uuid
    domain_uuid: Uuid
    display_name: str
    firstname: str = ""
    lastname: str = ""
    company: str = ""
    numbers: tuple[ContactNumber, ...] = ()
    emails: tuple[ContactAddress, ...] = ()
    external_id: str | None = None
    description: str = ""
    country: str = Field(default="US", description="whose numbers it has that are written without a country")
    insert_date: Timestamp | None = None
    insert_user: Uuid | None = None
    update_date: Timestamp | None = None
    update_user: Uuid | None = None
    version: int = 1


class ContactSettings(Entity):
    """What a caller may set of a contact. Left out: as it is. Null: as it is for a new one."""

    display_name: Name | None = Field(default=None, description="left out: first and last name, or the company")
    firstname: ShortText | None = None
    lastname: ShortText | None = None
    company: ShortText | None = None
    numbers: Annotated[tuple[NewNumber, ...], Field(max_length=MOST_NUMBERS)] | None = Field(
        default=None, description="[{type, number}], type work, home, cell, fax or other, number in any spelling"
    )
    emails: Annotated[tuple[ContactAddress, ...], Field(max_length=MOST_NUMBERS)] | None = Field(
        default=None, description="[{type, address}], type as of numbers"
    )
    external_id: ExternalId | None = Field(default=None, description="its id in your CRM")
    description: Text | None = None
