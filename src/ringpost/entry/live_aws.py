"""Live connections on AWS: they are API Gateway's, which says to them what it is handed. It keeps nothing of ours."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import cached_property
from typing import TYPE_CHECKING, Any

from aws_lambda_powertools.logging import Logger

from ringpost.live.ports import Gone, Push, Unsure

if TYPE_CHECKING:
    from ringpost.clock import Clock
    from ringpost.dispatch.pipeline import Endpoint
    from ringpost.live.commands import LiveCommands
    from ringpost.live.ports import Sockets
    from ringpost.live.pushing import Pusher
    from ringpost.model.switch import LinkState, SwitchRecord
    from ringpost.store import Store
    from ringpost.switch.calls import Asked, Outcome

MOST_BYTES = 128 << 10
"""That API Gateway says at once; it parts it into frames of 32 KB itself."""
MOST_AT_ONCE = 10
"""Messages that SQS takes at once."""
_WHY = {
    403: "this process may not speak to live connections: it needs execute-api:ManageConnections",
    413: f"it is longer than the {MOST_BYTES} bytes that a live connection is told at once",
    429: "API Gateway is told too much at once",
}
_NO_WAY = (
    "API Gateway cannot be reached from here: a function in a VPC needs a way out,"
    " such as a NAT gateway (docs/deploy.md)"
)
_logger = Logger(service="ringpost", logger_name="ringpost")


class ApiGatewaySockets:
    """``Sockets`` through API Gateway's management API, at the address of a stage.

    ``client`` is what ``connect`` answers; without one, it is called on first use.
    """

    def __init__(self, endpoint: str, client: Any = None) -> None:
        self._endpoint = endpoint
        self._client = client

    def send(self, connection_id: str, text: str) -> None:
        """Say something. ``Gone``, ``Unsure`` or ``OSError`` with a sentence, as the port says."""
        data = text.encode()
        if len(data) > MOST_BYTES:
            raise OSError(_WHY[413])
        with _answering():
            self._api().post_to_connection(ConnectionId=connection_id, Data=data)

    def close(self, connection_id: str) -> None:
        """Hang up, if it is there. What could not be is hung up on when it next says something, or ends by itself."""
        try:
            with _answering():
                self._api().delete_connection(ConnectionId=connection_id)
        except Gone:
            return
        except OSError as error:
            _logger.warning("live: not hung up", connection_id=connection_id, error=str(error))

    def _api(self) -> Any:
        if self._client is None:
            self._client = connect(self._endpoint)
        return self._client


def connect(endpoint: str) -> Any:
    """A client of the management API that gives up soon."""
    from botocore.config import Config  # half a second, and most requests need none

    from ringpost.store import aws

    config = Config(connect_timeout=1, read_timeout=2, retries={"total_max_attempts": 2, "mode": "standard"})
    return aws.client("apigatewaymanagementapi", config, endpoint_url=endpoint)


@contextmanager
def _answering() -> Iterator[None]:
    from botocore.exceptions import (
        BotoCoreError,
        ClientError,
        ConnectTimeoutError,
        EndpointConnectionError,
        HTTPClientError,
    )

    try:
        yield
    except ClientError as error:
        status = error.response["ResponseMetadata"]["HTTPStatusCode"]
        if status == 410:
            raise Gone from None
        if status >= 500:
            raise Unsure(f"API Gateway failed: {error}") from None
        raise OSError(_WHY.get(status, str(error))) from None
    except (ConnectTimeoutError, EndpointConnectionError):
        raise OSError(_NO_WAY) from None
    except HTTPClientError as error:
        raise Unsure(f"API Gateway did not answer: {error}") from None
    except BotoCoreError as error:
        raise OSError(str(error)) from None


class ApiGatewayCommands:
    """``Commands`` to links whose answers come in elsewhere. All of it is made for the first command."""

    def __init__(self, store: Store, clock: Clock, endpoint: str) -> None:
        self._store = store
        self._clock = clock
        self._endpoint = endpoint

    def ask(self, switch: SwitchRecord, asked: Asked, seconds: float) -> Outcome:
        """What a call came to, as the port says."""
        return self._commands.ask(switch, asked, seconds)

    def state(self, switch: SwitchRecord) -> LinkState:
        """How its link is."""
        return self._commands.state(switch)

    @cached_property
    def _commands(self) -> LiveCommands:
        from ringpost.live.commands import AwaitedAnywhere, LiveCommands

        return LiveCommands(self._store, self._clock, ApiGatewaySockets(self._endpoint), AwaitedAnywhere(self._clock))


class SqsPushes:
    """``Pushes`` in a queue of SQS, at its address."""

    def __init__(self, client: Any, queue: str) -> None:
        self._client = client
        self._queue = queue

    def put(self, pushes: list[Push]) -> None:
        """Have these pushed soon. After a failure the rest is left to be read: it would take as long to fail."""
        from botocore.exceptions import BotoCoreError, ClientError

        entries = [{"MessageBody": json.dumps(push._asdict())} for push in pushes]
        for batch in batches(entries):
            try:
                refused = self._client.send_message_batch(QueueUrl=self._queue, Entries=batch).get("Failed")
            except (BotoCoreError, ClientError) as error:
                _logger.warning("live: not pushed", pushes=len(pushes), error=str(error))
                return
            if refused:
                _logger.warning("live: not pushed", pushes=len(refused), error=refused[0].get("Message"))


def batches(entries: Sequence[dict[str, Any]]) -> Iterator[list[dict[str, Any]]]:
    """Messages for SQS, as many as it takes at once, each with an id in its batch."""
    for start in range(0, len(entries), MOST_AT_ONCE):
        yield [{"Id": str(place), **entry} for place, entry in enumerate(entries[start : start + MOST_AT_ONCE])]


class Beside:
    """What the function that delivers does for live connections. All of it is made when it is first asked for."""

    def __init__(self, endpoint: Callable[[], Endpoint], sockets: Sockets) -> None:
        self._make = endpoint
        self._sockets = sockets

    @cached_property
    def pusher(self) -> Pusher:
        """Tells a connection of an event."""
        from ringpost.live.pushing import Pusher

        return Pusher(self._endpoint.ports, self._endpoint.catalogue, self._sockets)

    def sweep(self) -> int:
        """Hang up on whoever is not to be there: how many."""
        from ringpost.live.talk import Talk

        talk = Talk(self._endpoint.ports, self._endpoint.catalogue, self._sockets, lambda _command_uuid: None)
        return talk.sweep()

    @cached_property
    def _endpoint(self) -> Endpoint:
        return self._make()
