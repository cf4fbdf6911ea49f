"""A domain: one tenant of the telephone system, under its SIP domain name."""

from typing import Annotated

from pydantic import Field, StringConstraints, computed_field

from ringpost.model.record import Entity, Record, is_false
from ringpost.model.status import Preconfigured
from ringpost.model.values import Country, DomainName, Gateway, Number, Reference, Text, Timestamp, Uuid


class Domain(Record):
    """FusionPBX's nine members, then ours."""

    domain_uuid: Uuid
    domain_parent_uuid: Uuid | None = None
    domain_name: DomainName
    domain_enabled: bool = True
    domain_description: Text = ""
    insert_date: Timestamp | None = None
    insert_user: Uuid | None = None
    update_date: Timestamp | None = None
    update_user: Uuid | None = None
    switch: str = Field(default="sandbox", description="the name of the switch its calls are on")
    switch_uuid: Uuid | None = Field(default=None, description="null: the built-in sandbox")
    country: Country = Field(default="US", description="ISO 3166-1; decides the emergency numbers")
    emergency_numbers: tuple[Number, ...] | None = Field(default=None, description="besides the country's own")
    outbound_gateway: Gateway | None = Field(default=None, description="the SIP trunk of outside calls; null: none")
    outbound_prefixes: tuple[str, ...] = Field(
        default=(), description="what outside numbers must begin with; empty: none may be dialled"
    )
    retention_days: int | None = Field(default=None, description="call records older than this go; null: kept")
    record_announcement: bool = Field(default=False, description="whether who is recorded is told so")
    statuses: tuple[Preconfigured, ...] = Field(
        default=(), description="what users choose their status from; empty: one of each of the eleven types"
    )
    version: int = 1
    deleting: bool = Field(
        default=False, exclude_if=is_false, description="there only while the domain is being removed"
    )

    @computed_field(description="whether an emergency call has a way out")  # type: ignore[prop-decorator]
    @property
    def emergency_calls_possible(self) -> bool:
        """Whether an emergency call has a way out."""
        return self.outbound_gateway is not None


Prefix = Annotated[str, StringConstraints(pattern=r"^\+?[0-9]{1,15}$")]


class DomainSettings(Entity):
    """What a caller may set of a domain. Left out: as it is. Null: as it is for a new one."""

    domain_description: Text | None = None
    domain_enabled: bool | None = None
    switch: Reference | None = Field(default=None, description="the switch its calls are on, by name or UUID")
    country: Country | None = Field(default=None, description="ISO 3166-1, such as US; decides the emergency numbers")
    emergency_numbers: Annotated[tuple[Number, ...], Field(max_length=20)] | None = Field(
        default=None, description="besides the country's own"
    )
    outbound_gateway: Gateway | None = Field(default=None, description="the SIP trunk of outside calls")
    outbound_prefixes: Annotated[tuple[Prefix, ...], Field(max_length=200)] | None = Field(
        default=None, description="what outside numbers must begin with; none may be dialled otherwise"
    )
    retention_days: int | None = Field(default=None, ge=1, le=3650, description="call records older than this go")
    record_announcement: bool | None = Field(
        default=None, description="whether both parties hear that they are recorded when it begins"
    )
    statuses: Annotated[tuple[Preconfigured, ...], Field(max_length=50)] | None = Field(
        default=None, description="what users choose their status from: [{name, type}]"
    )
