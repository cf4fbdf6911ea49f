"""The work everybody is given: one request for a domain, and the two rows that answer it."""

import json
import time
from base64 import b64encode
from collections.abc import Callable, Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from ringpost.auth.tokens import sha256
from ringpost.clock import stamp
from ringpost.model.domain import Domain
from ringpost.model.key import ApiKey, Limits, SecretHash
from ringpost.store import Key, Row, Write, keys

Event = dict[str, Any]
Handler = Callable[[Event, Any], dict[str, Any]]

ROOT = Path(__file__).parent.parent
TABLE = "ringpost"
DOMAIN_UUID = "d0d0d0d0-0000-4000-8000-000000000001"
KEY_UUID = "b0b0b0b0-0000-4000-8000-000000000001"
SECRET = "5e" * 32
ABSENT_UUID = "d0d0d0d0-0000-4000-8000-00000000dead"

CONTEXT = SimpleNamespace(
    function_name="ringpost",
    memory_limit_in_mb=512,
    invoked_function_arn="arn:aws:lambda:us-east-1:123456789012:function:ringpost",
    aws_request_id="00000000-0000-4000-8000-000000000000",
)


def event(domain_uuid: str = DOMAIN_UUID, secret: str = SECRET) -> Event:
    """What API Gateway hands the function: the committed sample event, with our key, the action in the path,
    where a peer's routes look for it, and a domain by uuid."""
    made: Event = json.loads((ROOT / "events/domain-details.json").read_text())
    credentials = b64encode(f"{KEY_UUID}:{secret}".encode()).decode()
    made["headers"]["authorization"] = f"Basic {credentials}"
    made["rawPath"] = made["requestContext"]["http"]["path"] = "/domain-details"
    made["routeKey"] = made["requestContext"]["routeKey"] = "POST /{action}"
    made["pathParameters"] = {"action": "domain-details"}
    made["body"] = json.dumps({"domain_uuid": domain_uuid})
    return made


def rows() -> list[Row]:
    """The key and the domain. The key was used within this hour, so that no answer writes that down."""
    now = stamp(time.time())
    key = ApiKey(
        key_uuid=KEY_UUID,
        key_name="CRM",
        limits=Limits(scopes=("domain.*", "extension.#", "cdr.#"), domains=(DOMAIN_UUID,)),
        hashes=(SecretHash(sha256=sha256(SECRET)),),
        cursor_seed="00" * 16,
        last_used=now,
    )
    domain = Domain(
        domain_uuid=DOMAIN_UUID,
        domain_name="fusionpbx.example.net",
        domain_description="The demo tenant",
        insert_date=now,
        insert_user=KEY_UUID,
    )
    return [
        Row(keys.api_key(KEY_UUID), key.model_dump_json()),
        Row(keys.domain(DOMAIN_UUID), domain.model_dump_json()),
    ]


class MemoryStore:
    """The faked store: it answers at once."""

    def __init__(self) -> None:
        self._rows = {row.key: row for row in rows()}

    def get(self, key: Key) -> Row | None:
        return self._rows.get(key)

    def query(self, partition: str, **_: Any) -> list[Row]:
        raise NotImplementedError(partition)

    def transact(self, writes: Sequence[Write]) -> None:
        """Nothing is kept."""
