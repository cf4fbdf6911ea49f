import csv
import io

import pytest

from tests.harness import Caller


def table(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


def test_answers_xivos_columns_without_secrets(tenant: Caller) -> None:
    tenant.done("user-update", user="alice", voicemail="100", email="alice@example.net")
    tenant.done("destination-update", number="12025550100", extension="100")
    reply = tenant.call("user-export")
    assert reply.status == 200
    assert reply.content_type == "text/csv; charset=utf-8"
    assert reply.headers["Content-Disposition"] == 'attachment; filename="users.csv"'
    alice, bob = table(reply.text)
    assert (alice["username"], alice["exten"], alice["voicemail_number"]) == ("alice", "100", "100")
    assert (alice["incall_exten"], alice["sip_secret"], alice["voicemail_password"]) == ("12025550100", "", "")
    assert (alice["enabled"], alice["line_protocol"], bob["line_protocol"]) == ("1", "sip", "")


@pytest.mark.parametrize("name", ["=cmd|' /C calc'!A0", "+1+1", "-2", "@SUM(A1)", "＝1", "\u00a0=1", "x;=1", 'x"=1'])
def test_no_cell_is_a_formula(tenant: Caller, name: str) -> None:
    tenant.done("user-create", firstname=name, username="carol")
    [cell] = [row["firstname"] for row in table(tenant.call("user-export").text) if row["username"] == "carol"]
    as_it_is = ("-2", 'x"=1')
    assert cell == (name if name in as_it_is else name.replace("x;=", "x;'=") if ";" in name else f"'{name}")


def test_a_shared_box_is_in_one_row(tenant: Caller) -> None:
    for user in ("alice", "bob"):
        tenant.done("user-update", user=user, voicemail="101")
    rows = table(tenant.call("user-export").text)
    assert [row["voicemail_number"] for row in rows] == ["101", ""]


def test_pages(tenant: Caller) -> None:
    first = tenant.call("user-export", limit=1)
    rest = tenant.call("user-export", limit=1, cursor=first.headers["X-Next-Cursor"])
    assert "X-Next-Cursor" not in rest.headers
    assert [row["username"] for row in table(first.text + rest.text)] == ["alice", "bob"]
