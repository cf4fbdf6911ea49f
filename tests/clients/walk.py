"""The README's walk, with a Python client that openapi-python-client made: mypy reads it, then it is run."""

import sys
import time
from typing import TypeVar

from ringpost_client import AuthenticatedClient
from ringpost_client.api.calls import originate
from ringpost_client.api.cdr import cdr_export, cdr_search
from ringpost_client.api.domains import domain_details
from ringpost_client.api.events import event_list
from ringpost_client.api.keys import key_create
from ringpost_client.models import (
    CdrExportRequest,
    CdrSearchRequest,
    DomainDetailsRequest,
    EventListRequest,
    KeyCreateRequest,
    OriginateRequest,
    OriginateResponse,
    Problem,
    ProblemCode,
)

DOMAIN = "fusionpbx.example.net"
T = TypeVar("T")


def good(answer: T | Problem | None) -> T:
    """What was answered, if it is no refusal."""
    assert answer is not None
    assert not isinstance(answer, Problem), answer
    return answer


def placed(client: AuthenticatedClient, caller: str, a: str, b: str) -> OriginateResponse:
    """A call that rings still: 202."""
    body = OriginateRequest(domain_name=DOMAIN, caller_id_number=caller, destination_a=a, destination_b=b, wait=0.0)
    answer = originate.sync_detailed(client=client, body=body, idempotency_key=f"walk {b}")
    assert answer.status_code == 202, answer
    return good(answer.parsed)


def main(url: str, token: str) -> None:
    client = AuthenticatedClient(base_url=url, token=token, raise_on_unexpected_status=True)
    domain = good(domain_details.sync(client=client, body=DomainDetailsRequest(domain_name=DOMAIN)))
    assert (domain.domain_name, domain.domain_description) == (DOMAIN, "The demo tenant")
    refused = domain_details.sync(client=client, body=DomainDetailsRequest(domain_name="nobody.example.net"))
    assert isinstance(refused, Problem)
    assert refused.code is ProblemCode.NOT_FOUND

    call = placed(client, "5550100", "100", "101")
    assert call.success is None
    assert placed(client, "5550100", "100", "101").call_uuid == call.call_uuid, "one idempotency key, one call"
    assert placed(client, "12025550199", "5550150", "12025550100").state == "ringing"

    until = time.monotonic() + 60
    while time.monotonic() < until:
        page = good(cdr_search.sync(client=client, body=CdrSearchRequest(domain_name=DOMAIN, limit=10)))
        if call.call_uuid in {one.xml_cdr_uuid for one in page.items}:
            break
        time.sleep(0.5)
    else:
        raise AssertionError("no record of the call")
    [record] = [one for one in page.items if one.xml_cdr_uuid == call.call_uuid]
    assert record.sandbox
    assert [leg.leg.value for leg in record.legs] == ["a", "b"]

    told = good(event_list.sync(client=client, body=EventListRequest(domain_name=DOMAIN, types=["call.*"], fresh=True)))
    assert {one.type_ for one in told.items} >= {"call.placed", "call.ringing", "call.answered", "call.ended"}
    table = good(cdr_export.sync(client=client, body=CdrExportRequest(domain_name=DOMAIN)))
    assert len(table.splitlines()) > 2
    fresh = good(
        key_create.sync(
            client=client, body=KeyCreateRequest(name="CRM", scopes=["originate", "cdr.#"], domains=[DOMAIN])
        )
    )
    assert fresh.token is not None, "it is null in a replay only"
    assert fresh.token.startswith("rp_")
    sys.stdout.write("walked\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
