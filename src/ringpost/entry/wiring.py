"""Builds the ports and the endpoint, once, with the adapters that the settings ask for. Only ``entry`` names any."""

from __future__ import annotations

import importlib
import os
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from pydantic import BaseModel

from ringpost.clock import Clock, SystemClock
from ringpost.context import CallLimits
from ringpost.dispatch.catalogue import Catalogue
from ringpost.dispatch.limits import RequestLimits
from ringpost.dispatch.pipeline import Endpoint, Outcome, Ports
from ringpost.dispatch.registry import discover
from ringpost.entry.secrets import Secrets
from ringpost.settings import Settings
from ringpost.store import Store
from ringpost.switch.kinds import Means, kinds

if TYPE_CHECKING:
    from ringpost.model.switch import SwitchRecord
    from ringpost.store.archive import Archive
    from ringpost.store.boto3 import Boto3Store
    from ringpost.store.dynamodb import DynamoStore
    from ringpost.switch import Connect, Switch
    from ringpost.switch.linked import Commands
    from ringpost.switch.scripts import Scripts
    from ringpost.webhooks.courier import Courier
    from ringpost.webhooks.outbox import Listeners, Outbox
    from ringpost.webhooks.writing import Link


_A_DAY = 86_400


class PostOffice(NamedTuple):
    """What delivers events, and its clock."""

    outbox: Outbox
    courier: Courier
    clock: Clock


def open_store(settings: Settings, clock: Clock) -> Store:
    """The store that ``RINGPOST_STORE`` names: ``sqlite:<file>``, ``dynamodb:<table>``, or ``demo``."""
    kind, _, place = settings.store.partition(":")
    if kind == "sqlite" and place:
        from ringpost.store.sqlite import SqliteStore

        return SqliteStore(Path(place), clock.now)
    if kind == "dynamodb" and place:
        return _table_store(settings)(
            place, clock.now, clock.sleep, endpoint_url=os.environ.get("AWS_ENDPOINT_URL_DYNAMODB")
        )
    if settings.store == "demo":
        from ringpost.entry import demo

        return demo.sam_local_store(clock)
    raise ValueError(f"RINGPOST_STORE must be sqlite:<file> or dynamodb:<table>, not {settings.store!r}")


def _table_store(settings: Settings) -> type[DynamoStore | Boto3Store]:
    """The store in a table through the client that ``RINGPOST_DYNAMODB_CLIENT`` names. Nothing is connected."""
    if settings.dynamodb_client == "boto3":
        from ringpost.store.boto3 import Boto3Store

        return Boto3Store
    from ringpost.store.dynamodb import DynamoStore

    return DynamoStore


def open_archive(settings: Settings, clock: Clock) -> Archive | None:
    """Where ``RINGPOST_RECORDINGS`` keeps recordings: ``folder:<folder>``, ``s3:<bucket>``, or nowhere."""
    kind, _, place = settings.recordings.partition(":")
    if kind == "folder" and place:
        from ringpost.store.folder import FolderArchive

        return FolderArchive.create(Path(place), clock.now, settings.public_url)
    if kind == "s3" and place:
        from ringpost.store.s3 import S3Archive

        return S3Archive(place)
    if settings.recordings:
        raise ValueError(f"RINGPOST_RECORDINGS must be folder:<folder> or s3:<bucket>, not {settings.recordings!r}")
    return None


def connector(clock: Clock, commands: Commands | None = None) -> Connect:
    """Makes the line to a switch, whatever kind it is. ``commands`` carries what is asked of one behind a link."""
    secrets = Secrets(clock)
    resting: dict[str, float] = {}

    def connect(record: SwitchRecord, scripts: Scripts) -> Switch:
        if record.via == "link":
            from ringpost.switch.linked import linked

            return linked(record, commands)
        return kinds()[record.kind].connect(record, Means(clock, secrets.value, resting, scripts))

    return connect


def live_commands(settings: Settings, store: Store, clock: Clock) -> Commands | None:
    """What carries commands to links whose connections are API Gateway's; None where there are no such."""
    if not settings.live_endpoint:
        return None
    from ringpost.entry.live_aws import ApiGatewayCommands

    return ApiGatewayCommands(store, clock, settings.live_endpoint)


def known_links(store: Store, clock: Clock) -> Commands:
    """What a process knows of links that connect to another one."""
    from ringpost.live.commands import KnownLinks

    return KnownLinks(store, clock)


def build(
    settings: Settings,
    report: Callable[[Outcome], None],
    *,
    clock: Clock | None = None,
    store: Store | None = None,
    archive: Archive | None = None,
    commands: Commands | None = None,
) -> Endpoint:
    """The endpoint of this process. ``commands`` is its live channel, if links connect to it."""
    clock = clock or SystemClock()
    store = store or open_store(settings, clock)
    ports = Ports(
        store=store,
        connect=connector(clock, commands or live_commands(settings, store, clock)),
        clock=clock,
        call_limits=CallLimits(settings.calls_per_minute, settings.calls_at_once),
        webhook_networks=settings.webhook_networks,
        request_limits=RequestLimits(settings.requests_per_key, settings.requests_per_source),
        open_archive=cache(lambda: archive or open_archive(settings, clock)),
    )
    return Endpoint(ports, Catalogue(discover()), report)


def post_office(
    settings: Settings,
    store: Store | None = None,
    clock: Clock | None = None,
    archive: Archive | None = None,
    listeners: Listeners | None = None,
) -> PostOffice:
    """What hands events on, and what delivers them."""
    from ringpost.webhooks.addresses import Reach
    from ringpost.webhooks.courier import Courier
    from ringpost.webhooks.outbox import Outbox
    from ringpost.webhooks.posting import HttpsPosting

    clock = clock or SystemClock()
    store = store or open_store(settings, clock)
    posting = HttpsPosting(Reach(settings.webhook_networks))
    archive = archive or open_archive(settings, clock)
    return PostOffice(Outbox(store, clock, archive, listeners), Courier(store, clock, posting, _links(archive)), clock)


def _links(archive: Archive | None) -> Link:
    """Where an event's recording can be heard, for a day."""
    from ringpost.model.recording import Recording

    def link(recording: Mapping[str, Any]) -> str | None:
        if archive is None:
            return None
        found = Recording.model_validate(recording)
        return archive.link(found.name, _A_DAY, found.file_name)

    return link


def preload(settings: Settings) -> None:
    """Import what requests will need, and connect to nothing: for a snapshot."""
    if settings.store.startswith("dynamodb:"):
        _table_store(settings)
    importlib.import_module("ringpost.model.telephone.help")
    for kind in kinds():
        importlib.import_module(f"ringpost.switch.{kind}.driver")
    importlib.import_module("ringpost.switch.linked")
    if settings.live_endpoint:
        for needed in ("ringpost.live.commands", "ringpost.entry.live_aws", "ringpost.store.aws"):
            importlib.import_module(needed)
    Catalogue(discover()).preload()
    _build(BaseModel)


def _build(model: type[BaseModel]) -> None:
    """Build the validators of our models, which otherwise wait for their first use."""
    for derived in model.__subclasses__():
        if derived.__module__.startswith(("ringpost.", "actions.")):
            derived.model_rebuild()
        _build(derived)
