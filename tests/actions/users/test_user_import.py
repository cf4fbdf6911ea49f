import re
from collections.abc import Sequence
from pathlib import Path

import pytest

from ringpost.entry import demo
from ringpost.services.provisioning import user_files
from ringpost.store import Write
from tests.fakes import CountingStore, Meanwhile
from tests.harness import Caller, House

HEADING = (
    "entity_id,firstname,lastname,email,username,password,language,ring_seconds,enabled,outgoing_caller_id,line_protocol,"
    "context,exten,sip_secret,voicemail_name,voicemail_number,voicemail_context,voicemail_password,incall_exten"
)
CAROL = (
    "1,Carol,Example,carol@example.net,carol,secret,fr_FR,20,1,default,sip,"
    "default,103,s3cretpw,Carol,103,default,4711,12025550103"
)


def sheet(*rows: str, heading: str = "firstname,username,exten") -> str:
    return "\n".join((heading, *rows)) + "\n"


def people(count: int, start: int = 1000) -> str:
    return sheet(*(f"User {n},user{n},{n}" for n in range(start, start + count)))


def mistakes(caller: Caller, csv: str) -> list[tuple[int, str]]:
    reply = caller.call("user-import", csv=csv)
    assert (reply.status, reply.code) == (400, "invalid-request"), reply
    return [(one["row"], one["column"]) for one in reply.json["errors"]]


def test_takes_xivos_columns(tenant: Caller) -> None:
    came = tenant.done("user-import", csv=sheet(CAROL, heading=HEADING))
    assert (came["rows"], came["created_now"], came["done"]) == (1, 1, True)
    assert came["ignored_columns"] == ["context", "entity_id", "password", "voicemail_context"]
    carol = tenant.done("user-details", user="carol")
    assert (carol["language"], carol["ring_seconds"], carol["enabled"]) == ("fr_FR", 20, True)
    assert carol["voicemail"]["number"] == "103"
    assert tenant.done("sip-account-details", user="carol")["password"] == "s3cretpw"
    assert tenant.done("destination-details", number="12025550103")
    [made] = came["created"]
    assert (made["row"], made["user_uuid"], made["extension"]) == (2, carol["user_uuid"], "103")
    assert "s3cretpw" not in str(came)


def test_takes_a_posted_file_with_a_bom(tenant: Caller) -> None:
    body = "\ufeff" + people(2)
    posted = {"path": "/user-import", "headers": {"content-type": "text/csv; charset=utf-8"}}
    reply = tenant.post(body, query={"dry_run": "true"}, **posted)
    assert (reply.status, reply.json["rows"], reply.json["created"]) == (200, 2, [])
    reply = tenant.post(body, query={"domain_name": demo.DOMAIN_NAME}, **posted)
    assert (reply.status, reply.json["created_now"]) == (200, 2)
    assert tenant.post("firstname\nZo\xeb\n".encode("latin-1"), **posted).status == 415
    assert tenant.post(body, query={"surprise": "1"}, **posted).status == 400


@pytest.mark.parametrize(
    "body",
    [
        "firstname\tusername\texten\r\nZoë\tzoe\t103\r\n".encode("utf-16"),
        "firstname\tusername\texten\r\nZoë\tzoe\t103\r\n".encode("utf-16-be"),
        "sep=;\r\nfirstname;username;exten\r\nZoë;zoe;103\r\n".encode("utf-8-sig"),
        '"Firstname";"Username";"Exten";;\r;;;;\r"Zoë";"zoe";"103";;\r;;;;'.encode(),
    ],
    ids=["unicode text", "the other way round", "sep", "semicolons of an old Mac"],
)
def test_reads_what_a_spreadsheet_saves(tenant: Caller, body: bytes) -> None:
    for content_type, created in (("text/csv", 1), ("Text/Tab-Separated-Values; charset=utf-16", 0)):
        reply = tenant.post(body, path="/user-import", headers={"content-type": content_type})
        assert (reply.status, reply.json["created_now"]) == (200, created), reply
    assert tenant.done("user-details", user="zoe")["firstname"] == "Zoë"


@pytest.mark.parametrize("column", ["call_permissions", "call_permission_password", "context"])
def test_what_limits_somebody_is_lost_knowingly_or_not_at_all(tenant: Caller, column: str) -> None:
    limited = sheet("Carol,internal", "Dan,", heading=f"firstname,{column}")
    assert mistakes(tenant, limited) == [(2, column)]
    assert tenant.done("user-list", count=True)["total"] == 2
    assert tenant.done("user-import", csv=limited, drop=[column])["created_now"] == 2
    assert tenant.call("user-import", csv=limited, drop=["firstname"]).status == 400


def test_a_posted_file_says_in_its_query_what_to_drop(tenant: Caller) -> None:
    posted = {"path": "/user-import", "headers": {"content-type": "text/csv"}}
    limited = sheet("Carol,internal,mobile", heading="firstname,context,call_permissions")
    assert tenant.post(limited, query={"drop": "context"}, **posted).status == 400
    assert tenant.post(limited, query={"drop": "context,call_permissions"}, **posted).json["created_now"] == 1


def test_five_hundred_and_no_more(tenant: Caller) -> None:
    assert tenant.done("user-import", csv=people(500))["created_now"] == 500
    reply = tenant.call("user-import", csv=people(501, 2000))
    assert (reply.status, reply.json["errors"][0]["parameter"]) == (400, "csv")
    assert "at most 500 rows" in reply.json["error"]


@pytest.mark.parametrize(
    ("csv", "where"),
    [
        (sheet("Carol,carol,103", heading="firstname,usrname,exten"), [(1, "usrname")]),
        (sheet("carol", heading="username"), [(1, "firstname")]),
        (sheet("a,b", heading="firstname,firstname"), [(1, "firstname")]),
        (sheet("Carol,carol"), [(2, "exten")]),
        (sheet("Carol,carol,103,4711"), [(2, "exten")]),
        (sheet("Carol,carol,103,"), [(2, "exten")]),
        (sheet("Carol,carol,103,x", heading="firstname,username,exten,"), [(2, "column 4")]),
        (
            sheet("", ",,", "Carol,carol,1a", " , ,", '"Dan\nDan",dan,1b'),
            [(4, "exten"), (6, "firstname"), (6, "exten")],
        ),
        (sheet("=cmd(),carol,103"), [(2, "firstname")]),
        (sheet("Carol,@carol,103"), [(2, "username")]),
        (sheet("Carol,carol,1a"), [(2, "exten")]),
        (sheet(",carol,103"), [(2, "firstname")]),
        (sheet("Carol,carol,103", "Dan,Carol,103"), [(3, "username"), (3, "exten")]),
        (sheet("Carol,alice,100"), [(2, "username"), (2, "exten")]),
        (sheet("Carol,carol,911"), [(2, "exten")]),
        (sheet("Carol,nobody", heading="firstname,email"), [(2, "email")]),
        (sheet("Carol,maybe", heading="firstname,enabled"), [(2, "enabled")]),
        (sheet("Carol,sccp", heading="firstname,line_protocol"), [(2, "line_protocol")]),
        (sheet("Carol,12025550100", heading="firstname,incall_exten"), [(2, "exten")]),
        (sheet("C,110,12025550100", heading="firstname,exten,incall_exten"), [(2, "incall_exten")]),
        (sheet("C,110,1555", "D,111,+1555", heading="firstname,exten,incall_exten"), [(3, "incall_exten")]),
        (sheet("Carol,x", heading="firstname,voicemail_name"), [(2, "voicemail_number")]),
        (sheet("Carol,100", heading="firstname,voicemail_number"), [(2, "voicemail_number")]),
        (sheet("Carol,103,short", heading="firstname,exten,sip_secret"), [(2, "sip_secret")]),
    ],
)
def test_says_in_which_row_and_column_it_is(tenant: Caller, csv: str, where: list[tuple[int, str]]) -> None:
    assert mistakes(tenant, csv) == where
    assert tenant.done("user-list", count=True)["total"] == 2


def test_a_heading_without_end_is_refused_at_once(tenant: Caller) -> None:
    for heading in (",".join(f"c{n}" for n in range(100_000)), "," * 1_000_000):
        assert tenant.call("user-import", csv=heading).status == 400
    reply = tenant.call("user-import", csv="firstname\n" + "a\n" * 300_000)
    assert "at most 500 rows" in reply.json["error"]


@pytest.mark.parametrize("csv", ["", " ", '"open', 'a,"b"c\n', "\x00"])
def test_refuses_what_is_no_csv(tenant: Caller, csv: str) -> None:
    assert tenant.call("user-import", csv=csv).status == 400


def test_a_bad_row_at_the_very_end_and_nothing_is_written(tenant: Caller) -> None:
    assert mistakes(tenant, people(499) + "Last,alice,9999\n") == [(501, "username")]
    assert tenant.done("user-list", count=True)["total"] == 2
    assert tenant.call("extension-details", extension="1000").status == 404


def test_a_dry_run_checks_and_makes_nothing(tenant: Caller) -> None:
    told = tenant.done("user-import", csv=people(3), dry_run=True)
    assert (told["rows"], told["created"], told["done"], told["dry_run"]) == (3, [], False, True)
    assert tenant.done("user-list", count=True)["total"] == 2
    assert tenant.call("user-import", csv=sheet("x,alice,103"), dry_run=True).status == 400


def test_the_same_file_again_makes_nothing_twice(tenant: Caller) -> None:
    first = tenant.done("user-import", csv=people(3))
    again = tenant.done("user-import", csv=people(3))
    assert (again["created"], again["created_now"], again["done"]) == (first["created"], 0, True)
    assert tenant.done("user-list", count=True)["total"] == 5


class Dying(CountingStore):
    """A store whose process dies at a write."""

    deaths = 0
    left = 3

    def transact(self, writes: Sequence[Write]) -> None:
        self.left -= 1
        if self.left == 0:
            raise KeyboardInterrupt
        super().transact(writes)


def test_the_same_rows_in_another_file_are_not_made_twice(tenant: Caller) -> None:
    tenant.done("user-import", csv=people(3))
    longer = people(4).replace("\n", "\r\n")
    came = tenant.done("user-import", csv=longer)
    assert (came["created_now"], [one["row"] for one in came["created"]]) == (1, [2, 3, 4, 5])


def test_rows_that_say_the_same_are_made_as_often_as_they_say_it(tenant: Caller) -> None:
    twins = sheet("Carol", "Carol", heading="firstname")
    assert tenant.done("user-import", csv=twins)["created_now"] == 2
    assert tenant.done("user-import", csv=twins)["created_now"] == 0


def test_takes_all_columns_of_a_real_export(tenant: Caller) -> None:
    heading = (
        "uuid,subscription_type,firstname,lastname,email,mobile_phone_number,outgoing_caller_id,enabled,"
        "call_record_outgoing_external_enabled,line_protocol,provisioning_code,sip_secret,exten,incall_exten"
    )
    cells = "some-uuid,0,Carol,Example,,,default,1,0,sip,123456,=starts-oddly,103,12025550103;12025550104"
    came = tenant.done("user-import", csv=sheet(cells, heading=heading))
    assert len(came["created"][0]["destination_uuids"]) == 2
    assert tenant.done("sip-account-details", user=came["created"][0]["user_uuid"])["password"] == "=starts-oddly"
    for number in ("12025550103", "12025550104"):
        assert tenant.done("destination-details", number=number)
    [exported] = [line for line in tenant.call("user-export").text.splitlines() if line.startswith("Carol")]
    assert "12025550103;12025550104" in exported


def test_the_guide_names_every_column() -> None:
    guide = (Path(__file__).parents[3] / "docs/moving-from-xivo.md").read_text()
    named = guide.partition("The columns it reads:\n\n")[2].partition("\n\n")[0]
    assert re.findall(r"([a-z_]+)(?: \([^)]*\))?(?:,|$)", " ".join(named.split())) == list(user_files.COLUMNS)


def test_goes_on_where_it_stopped(house: House, tenant: Caller) -> None:
    tenant.done("user-list")
    house.store = Dying(house.store)
    house.restart()
    tenant.done("user-list")
    with pytest.raises(KeyboardInterrupt):
        tenant.call("user-import", csv=people(5))
    assert tenant.done("user-list", count=True)["total"] == 4
    came = tenant.done("user-import", csv=people(5))
    assert (came["created_now"], len(came["created"]), came["done"]) == (3, 5, True)
    assert tenant.done("user-list", count=True)["total"] == 7


def test_says_to_send_it_again_when_the_time_is_up(
    house: House, tenant: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Slow(CountingStore):
        def transact(self, writes: Sequence[Write]) -> None:
            house.clock.time += user_files.WORKS_FOR / 2
            super().transact(writes)

    tenant.done("user-list")
    house.store = Slow(house.store)
    house.restart()
    reply = tenant.call("user-import", csv=people(6), idempotency_key="k")
    assert (reply.status, reply.json["done"], reply.json["created_now"]) == (202, False, 3)
    reply = tenant.call("user-import", csv=people(6), idempotency_key="k")
    assert (reply.status, reply.json["done"], reply.json["created_now"]) == (200, True, 3)


def test_who_was_deleted_since_is_made_again(tenant: Caller) -> None:
    tenant.done("user-import", csv=people(2))
    tenant.done("user-delete", user="user1000", cascade=True)
    assert tenant.done("user-import", csv=people(2))["created_now"] == 1


def test_one_that_is_taken_underway_says_which_and_keeps_the_rest(house: House, tenant: Caller) -> None:
    other = tenant.house.tenant_key(demo.DOMAIN_NAME)

    class Taken(CountingStore):
        writes = 0

        def transact(self, writes: Sequence[Write]) -> None:
            self.writes += 1
            if self.writes == 2:
                other.done("user-create", firstname="Quick", username="user1001")
            super().transact(writes)

    tenant.done("user-list")
    other.done("user-list")
    house.store = Taken(house.store)
    house.restart()
    tenant.done("user-list")
    reply = tenant.call("user-import", csv=people(4))
    assert (reply.status, reply.code) == (409, "conflict"), reply
    assert [(one["row"], one["column"]) for one in reply.json["errors"]] == [(3, "")]
    assert tenant.done("extension-details", extension="1000")
    assert mistakes(tenant, people(4)) == [(3, "username")]


def test_two_who_import_a_file_at_once_make_it_once(house: House, tenant: Caller) -> None:
    names = sheet("Carol", "Dan", heading="firstname")
    other = tenant.house.tenant_key(demo.DOMAIN_NAME)
    for caller in (tenant, other):
        caller.done("user-list")
    house.store = Meanwhile(house.store, lambda: other.done("user-import", csv=names))
    house.restart()
    tenant.done("user-list")
    other.done("user-list")
    assert tenant.done("user-import", csv=names)["created_now"] == 0
    assert tenant.done("user-list", count=True)["total"] == 4


def test_what_is_exported_can_be_imported(tenant: Caller, stranger: Caller) -> None:
    tenant.done("user-import", csv=sheet(CAROL, heading=HEADING))
    tenant.done("user-create", firstname="=Formula", lastname="'=quoted", username="formula")
    tenant.done("destination-delete", number="12025550103")
    exported = tenant.call("user-export").text
    assert stranger.done("user-import", csv=exported)["done"]
    there = [one["firstname"] for one in stranger.done("user-list", order="username")["items"]]
    assert there == ["Alice", "Bob", "Carol", "=Formula"]
    assert stranger.done("user-details", user="formula")["lastname"] == "'=quoted"


@pytest.mark.parametrize("name", ["x;=cmd|' /C calc'!A0", " =1", "\u00a0Ann ", "'", "''-", 'a,"@b"; -c', "=1;'=2"])
def test_a_name_is_read_back_as_it_was_whatever_it_looks_like(tenant: Caller, stranger: Caller, name: str) -> None:
    tenant.done("user-create", firstname=name, lastname=name, description=name, username="odd")
    stranger.done("user-import", csv=tenant.call("user-export").text)
    odd = stranger.done("user-details", user="odd")
    assert (odd["firstname"], odd["lastname"], odd["description"]) == (name, name, name)


@pytest.mark.parametrize("cell", ["+12025550171;(202) 555-0171", "+12025550172;+12025550172"])
@pytest.mark.parametrize("dry_run", [True, False])
def test_a_number_twice_in_one_cell_is_said_before_anything_is_made(tenant: Caller, cell: str, dry_run: bool) -> None:
    file = f"firstname,exten,incall_exten\nFirst,520,\nA,521,{cell}\n"
    reply = tenant.call("user-import", csv=file, dry_run=dry_run)
    assert (reply.status, [one["row"] for one in reply.json["errors"]]) == (400, [3])
    assert tenant.call("extension-details", extension="520").status == 404


def test_two_countries_numbers_in_one_file_are_two(tenant: Caller) -> None:
    file = "firstname,exten,incall_exten\nA,520,+6465550101\nB,521,6465550101\nC,522,+44 20 7946 0001\n"
    assert tenant.done("user-import", csv=file)["created_now"] == 3
    reply = tenant.call("user-import", csv="firstname,exten,incall_exten\nD,523,020 7946 0001\nE,524,+16465550101\n")
    assert [one["row"] for one in reply.json["errors"]] == [3]
