"""A XiVO administrator's day, by ``ringpost`` alone, over real HTTP."""

import csv
import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from ringpost.entry.cli.main import main
from tests.harness import Caller, House

HEADING = "firstname,lastname,email,username,language,ring_seconds,exten,voicemail_name,voicemail_number,incall_exten"


def row(number: int) -> str:
    name = f"P{number},Sample,p{number}@example.net,p{number},en_US,20"
    return f"{name},{number},P{number},{number},1202555{number}"


@pytest.fixture
def ringpost(address: str, tenant: Caller) -> Callable[..., Any]:
    """``ringpost`` as it is typed; the answer read, if it is JSON."""
    key = f"rp_{tenant.key_uuid}_{tenant.secret}"

    def run(*arguments: str, token: str = key, refused: bool = False) -> Any:
        environment = {"RINGPOST_URL": address, "RINGPOST_TOKEN": token}
        result = CliRunner().invoke(main, arguments, env=environment)
        assert (result.exit_code == 0) is not refused, result.output
        try:
            return json.loads(result.stdout)
        except ValueError:
            return result.stdout

    return run


def test_a_day(ringpost: Callable[..., Any], house: House, tmp_path: Path) -> None:
    file = tmp_path / "users.csv"
    file.write_text("\n".join([HEADING, *(row(number) for number in range(1000, 1500)), ""]))
    assert "500 users made" in ringpost("import", str(file))

    def listed(*query: str) -> Any:
        return ringpost("call", "user-list", *query)

    assert listed("search=sample", "count=true", "limit=1")["total"] == 500
    assert [user["firstname"] for user in listed("lastname=Sample", "offset=100", "limit=2")["items"]] == [
        "P1100", "P1101",
    ]  # fmt: skip
    page = listed("order=username", "direction=desc", "limit=300")
    rest = listed("order=username", "direction=desc", "limit=300", f"cursor={page['next_cursor']}")
    assert (len(page["items"]), len(rest["items"])) == (300, 202)

    dora = ("firstname=Dora", "username=dora", "extension=2000", "destination=12025552000")
    assert ringpost("call", "user-provision", *dora, "dry_run=true")["password"] is None
    assert len(ringpost("call", "user-provision", *dora)["password"]) == 24
    forward = '{"enabled": true, "destination": "1000"}'
    ringpost("call", "extension-forward-set", "extension=2000", f"unconditional={forward}")
    call = ringpost("call", "originate", "caller_id_number=1", "destination_a=1001", "destination_b=2000")
    house.clock.time += 10
    record = ringpost("call", "cdr-details", f"xml_cdr_uuid={call['call_uuid']}")
    assert record["extensions"] == ["1000", "1001"]

    away = ("name=Dentist", "type=away", "return_time=2026-11-22T15:00:00+01:00")
    assert ringpost("call", "user-status-set", "user=dora", *away)["return_time"] == "2026-11-22T14:00:00.000Z"

    for name, user in (("Board", "p1000"), ("Trainees", "dora")):
        ringpost("call", "usergroup-create", f"display_name={name}")
        ringpost("call", "usergroup-member-add", f"usergroup={name}", f"user={user}")
    rule = ("usergroup=trainees", "key=originate_to", "allowed=true", 'exceptions=["board"]')
    ringpost("call", "permission-set", *rule)
    to_the_board = ("caller_id_number=1", "destination_a=2000", "destination_b=1000", "as_user=dora")
    assert ringpost("call", "originate", *to_the_board, refused=True)["code"] == "forbidden"

    narrow = ringpost("call", "token-create", 'scopes=["user.list"]', "expiration=600")["token"]
    assert ringpost("call", "user-list", "limit=1", token=narrow)["items"]
    assert ringpost("call", "user-update", "user=dora", "lastname=x", token=narrow, refused=True)["status"] == 403

    calls = ringpost("call", "cdr-export", "from=2026-11-01T00:00:00Z", "until=2026-12-01T00:00:00Z")
    exported = list(csv.DictReader(io.StringIO(calls)))
    assert call["call_uuid"] in {one["xml_cdr_uuid"] for one in exported}
    assert {one["call_direction"] for one in exported} == {"internal", "inbound"}
