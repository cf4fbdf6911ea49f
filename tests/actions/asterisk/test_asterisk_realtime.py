"""What res_config_curl is answered: the requests are those a real Asterisk 22.10.1 posted."""

import hashlib
from typing import Any
from urllib.parse import quote

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ringpost.entry import demo
from ringpost.store import Delete, Put, Row, keys
from tests.actions.asterisk.asking import FORM, HOME, IN_HOME, asked_for, decoded, posted
from tests.fakes import CountingStore
from tests.harness import Caller, House

PASSWORD = "s3cret-Passw0rd"
ME = f"100@{HOME}"
TABLES = ("ps_endpoints", "ps_auths", "ps_aors")


def test_an_endpoint_calls_from_our_plan_as_who_it_is(pbx: Caller) -> None:
    row = asked_for(pbx, "ps_endpoints", id=ME)
    assert (row["id"], row["aors"], row["auth"], row["accountcode"]) == (ME, ME, ME, ME)
    assert (row["context"], row["message_context"], row["subscribe_context"]) == (
        "ringpost", "ringpost-none", "ringpost-none",
    )  # fmt: skip
    assert row["callerid"] == '"Front desk" <5550100>'
    assert (row["from_domain"], row["trust_id_inbound"], row["direct_media"]) == (HOME, "no", "no")
    assert row["set_var"] == f"__RP_DOMAIN={demo.DOMAIN_UUID}", "its legs are the domain's from their birth"
    assert "mailboxes" not in row, "with that, every endpoint is listed at every start"


def test_who_has_no_name_is_called_by_number(pbx: Caller, operator: Caller) -> None:
    operator.done("extension-create", **IN_HOME, extension="150")
    assert asked_for(pbx, "ps_endpoints", id=f"150@{HOME}")["callerid"] == '"150" <150>'


def test_a_login_is_a_digest_and_never_the_password(pbx: Caller, operator: Caller) -> None:
    operator.done("extension-password-reset", **IN_HOME, extension="100", password=PASSWORD)
    assert asked_for(pbx, "ps_auths", id=ME) == {
        "id": ME,
        "auth_type": "md5",
        "username": "100",
        "realm": HOME,
        "md5_cred": hashlib.md5(f"100:{HOME}:{PASSWORD}".encode()).hexdigest(),
    }


def test_an_aor_remembers_as_many_phones_as_the_extension_has(pbx: Caller, operator: Caller) -> None:
    row = asked_for(pbx, "ps_aors", id=ME)
    assert (row["id"], row["max_contacts"], row["remove_existing"]) == (ME, "10", "no")
    assert (row["minimum_expiration"], row["qualify_frequency"]) == ("60", "60")
    operator.done("extension-update", **IN_HOME, extension="100", max_registrations=2)
    assert asked_for(pbx, "ps_aors", id=ME)["max_contacts"] == "2"


def test_a_domain_in_another_case_is_an_alias(pbx: Caller) -> None:
    loud = HOME.upper()
    assert asked_for(pbx, "ps_domain_aliases", id=loud) == {"id": loud, "domain": HOME}
    assert asked_for(pbx, "ps_domain_aliases", id=HOME) == {}, "that would be asked for again and again"
    assert asked_for(pbx, "ps_domain_aliases", id="NOWHERE.example.net") == {}
    for table in TABLES:
        assert asked_for(pbx, table, id=f"100@{loud}") == {}, "its phones are those of its alias"


def test_a_box_comes_with_its_pin(pbx: Caller, operator: Caller) -> None:
    operator.done("voicemail-update", **IN_HOME, voicemail="100", password="4711", email="alice@example.net")
    row = asked_for(pbx, "voicemail", mailbox="100", context=HOME)
    assert (row["mailbox"], row["context"], row["password"]) == ("100", HOME, "4711")
    assert (row["email"], row["attach"], row["delete"]) == ("alice@example.net", "yes", "no")
    assert "pager" not in row
    operator.done("voicemail-update", **IN_HOME, voicemail="100", delete_messages=True, attach_audio=False)
    row = asked_for(pbx, "voicemail", mailbox="100", context=HOME)
    assert (row["attach"], row["delete"]) == ("no", "yes")


def test_a_box_that_is_not_mailed_is_not_emptied(pbx: Caller, operator: Caller) -> None:
    operator.done("voicemail-update", **IN_HOME, voicemail="101", delete_messages=True)
    assert asked_for(pbx, "voicemail", mailbox="101", context=HOME)["delete"] == "no"


def test_a_box_that_takes_no_messages_is_none(pbx: Caller, operator: Caller) -> None:
    operator.done("voicemail-update", **IN_HOME, voicemail="100", enabled=False)
    assert asked_for(pbx, "voicemail", mailbox="100", context=HOME) == {}
    assert asked_for(pbx, "voicemail", mailbox="199", context=HOME) == {}
    assert asked_for(pbx, "voicemail", mailbox="101", context="nowhere.example.net") == {}


def test_an_address_from_before_reaches_no_mailer(house: House, pbx: Caller, operator: Caller) -> None:
    operator.done("voicemail-update", **IN_HOME, voicemail="100", email="alice@example.net")
    row = house.store.get(keys.voicemail(demo.DOMAIN_UUID, "100"))
    assert row is not None
    body = row.body.replace("alice@example.net", "a`id`@example.net")
    house.store.transact([Put(Row(row.key, body, row.version))])
    assert "email" not in asked_for(pbx, "voicemail", mailbox="100", context=HOME)


def test_who_is_not_there_or_disabled_has_no_row(pbx: Caller, operator: Caller) -> None:
    def rows(number: str, domain: str = HOME) -> list[dict[str, str]]:
        return [asked_for(pbx, table, id=f"{number}@{domain}") for table in TABLES]

    nothing: list[dict[str, str]] = [{}, {}, {}]
    assert all(rows("101"))
    assert rows("199") == nothing
    assert rows("600") == nothing, "a ring group is no phone"
    assert rows("100", "nowhere.example.net") == nothing
    operator.done("extension-update", **IN_HOME, extension="101", enabled=False)
    assert rows("101") == nothing
    operator.done("user-delete", **IN_HOME, user="alice", cascade=True)
    assert rows("100") == nothing


def test_an_extension_without_a_password_cannot_register(house: House, pbx: Caller, operator: Caller) -> None:
    one = operator.done("extension-details", **IN_HOME, extension="100")
    house.store.transact([Delete(keys.sip_password(demo.DOMAIN_UUID, one["extension_uuid"]))])
    assert asked_for(pbx, "ps_auths", id=ME) == {}


def test_a_disabled_domain_has_nothing(pbx: Caller, operator: Caller) -> None:
    operator.done("domain-update", **IN_HOME, domain_enabled=False)
    assert [asked_for(pbx, table, id=ME) for table in TABLES] == [{}, {}, {}]
    assert asked_for(pbx, "ps_domain_aliases", id=HOME.upper()) == {}
    assert asked_for(pbx, "voicemail", mailbox="100", context=HOME) == {}


def test_the_domains_of_another_switch_have_no_rows(house: House, pbx: Caller, operator: Caller) -> None:
    operator.done("switch-create", name="other", kind="sandbox")
    other = house.key("asterisk.#", switch="other")
    assert [asked_for(other, table, id=ME) for table in TABLES] == [{}, {}, {}]
    assert asked_for(other, "ps_domain_aliases", id=HOME.upper()) == {}
    assert asked_for(other, "voicemail", mailbox="100", context=HOME) == {}


def test_the_same_number_of_two_domains_is_two_phones(house: House, operator: Caller) -> None:
    for name in ("one.example.net", "two.example.net"):
        operator.done("domain-create", domain_name=name, switch="lab")
        operator.done("extension-create", domain_name=name, extension="100", effective_caller_id_name=name[:3])
    lab = house.key("asterisk.#", switch="lab")
    shown = [asked_for(lab, "ps_endpoints", id=f"100@{name}.example.net")["callerid"] for name in ("one", "two")]
    assert shown == ['"one" <100>', '"two" <100>']


@pytest.mark.parametrize("table", TABLES)
def test_who_has_no_key_of_a_switch_is_told_nothing_that_makes_a_row(house: House, tenant: Caller, table: str) -> None:
    callers = {
        403: [tenant, house.key("cdr.#", domains=(HOME,))],
        401: [Caller(house, demo.PUBLIC_KEY_UUID, "0" * 64)],
    }
    for status, refused in callers.items():
        for caller in refused:
            body = f"id={quote(ME)}"
            reply = caller.post(body, path="/asterisk-realtime", headers=FORM, query={f"{table}/single": ""})
            assert reply.status == status
            members = {name.strip() for name, _, _ in (pair.partition("=") for pair in reply.text.split("&"))}
            assert not members & {"id", "auth", "aors", "context", "md5_cred", "max_contacts"}, "Asterisk reads it"


@pytest.mark.parametrize(
    "table",
    [
        "ps_contacts/single",
        "queues/single",
        "sippeers/single",
        "ps_endpoints",
        "ps_endpoints/static",
        "ps_endpoints/single/single",
        "PS_ENDPOINTS/single",
        "x/../ps_endpoints/single",
        "",
    ],
)
def test_a_table_that_we_do_not_serve_is_empty(pbx: Caller, table: str) -> None:
    assert posted(pbx, "asterisk-realtime", f"id={quote(ME)}", table).text == ""


@pytest.mark.parametrize("body", ["id%20LIKE=%25", "mailboxes%20!%3D=", "id=%25", "id%20LIKE=%25%40" + HOME])
def test_nobody_lists_what_there_is(pbx: Caller, body: str) -> None:
    for table in (*TABLES, "ps_domain_aliases", "voicemail"):
        for what in ("multi", "single"):
            assert posted(pbx, "asterisk-realtime", body, f"{table}/{what}").text == ""


@pytest.mark.parametrize(
    ("what", "body", "answer"),
    [
        (f"ps_endpoints/update?id={quote(ME)}", "callerid=x", "1"),
        ("ps_aors/update", "x=y", "1"),
        ("ps_contacts/store", "id=1&uri=sip%3Ax", "0"),
        ("ps_endpoints/destroy", f"id={quote(ME)}&", "0"),
        ("voicemail/require", "uniqueid=uinteger3%3A11&password=char%3A10", "0"),
    ],
)
def test_a_switch_that_wants_to_write_changes_nothing(
    house: House, pbx: Caller, what: str, body: str, answer: str
) -> None:
    before = [asked_for(pbx, table, id=ME) for table in TABLES]
    house.store = counting = CountingStore(house.store)
    house.restart()
    posted(pbx, "asterisk-realtime", "id=", "ps_auths/single")
    counting.calls.clear()
    assert posted(pbx, "asterisk-realtime", body, what).text == answer
    assert counting.calls == [], "a key is known, and nothing else is asked"
    assert [asked_for(pbx, table, id=ME) for table in TABLES] == before


NO_IDS = [
    "", "100", "@", f"@{HOME}", "100@", f"%@{HOME}", "100@%", f"1_0@{HOME}", f"alice@{HOME}", "sip:100@192.0.2.1:5060",
    f"sip:100@{HOME}", f"100@{HOME}/sip:100@192.0.2.1", f"100@@{HOME}", f"100@{HOME}@{HOME}", f"100 @{HOME}",
    f"{'1' * 33}@{HOME}", "1" * 4096 + f"@{HOME}", f"100@{'x' * 4096}", f"100@{HOME}\n", f"100@{HOME}\x00",
    f"１００@{HOME}", f"100@{HOME};transport=udp", f"${{x}}@{HOME}", f"100@{HOME}&id=101", f"100@{HOME.upper()}",
]  # fmt: skip


@pytest.mark.parametrize("table", [*TABLES, "voicemail"])
def test_what_can_be_no_id_of_ours_costs_the_store_nothing(house: House, pbx: Caller, table: str) -> None:
    house.store = counting = CountingStore(house.store)
    house.restart()
    posted(pbx, "asterisk-realtime", "id=", "ps_auths/single")
    for no_id in NO_IDS:
        counting.calls.clear()
        number, _, home = no_id.partition("@")
        asked: dict[str, str] = {"mailbox": number, "context": home} if table == "voicemail" else {"id": no_id}
        assert asked_for(pbx, table, **asked) == {}
        assert counting.calls == [], no_id


@pytest.mark.parametrize("no_name", ["", "%", "X" * 254, "X Y", "EXAMPLE.NET/", "../X", HOME, "É.example.net"])
def test_what_can_be_no_domain_costs_it_nothing_either(house: House, pbx: Caller, no_name: str) -> None:
    house.store = counting = CountingStore(house.store)
    house.restart()
    posted(pbx, "asterisk-realtime", "id=", "ps_auths/single")
    counting.calls.clear()
    assert asked_for(pbx, "ps_domain_aliases", id=no_name) == {}
    assert counting.calls == []


def test_of_a_member_that_is_there_twice_the_first_counts(pbx: Caller) -> None:
    text = posted(pbx, "asterisk-realtime", f"id={quote(ME)}&id=101%40{HOME}", "ps_endpoints/single").text
    assert decoded(text)["id"] == ME


@pytest.mark.parametrize("body", ["x=" + "y" * 70_000, "&".join("x=y" for _ in range(200))])
def test_what_no_switch_posts_is_refused(pbx: Caller, body: str) -> None:
    for action in ("asterisk-realtime", "asterisk-route"):
        assert pbx.post(body, path=f"/{action}", headers=FORM, query={"ps_endpoints/single": ""}).status in (400, 413)


def test_a_table_may_be_asked_for_with_a_slash_in_front(pbx: Caller) -> None:
    """Asterisk puts one before ``single``, whatever stands in extconfig.conf."""
    for query in ("ps_endpoints/single", "/ps_endpoints/single", "ps_endpoints%2Fsingle"):
        assert decoded(posted(pbx, "asterisk-realtime", f"id={quote(ME)}", query).text)["id"] == ME


HOSTILE = [
    '"; id=x', "${SHELL(id)}", "a&context=public", "a=b", "x\\", "[a](+b)", "Alice;comment", '" <999>', "é ✓ 😀",
    "a+b c", "`id`", "a|b", "<sip:999@x>", ",,,", "^_^", "100%",
]  # fmt: skip


@pytest.mark.parametrize("name", HOSTILE)
def test_a_name_stays_a_name(pbx: Caller, operator: Caller, name: str) -> None:
    operator.done("extension-update", **IN_HOME, extension="100", effective_caller_id_name=name)
    row = asked_for(pbx, "ps_endpoints", id=ME)
    assert (row["id"], row["context"]) == (ME, "ringpost")
    shown, _, number = row["callerid"].removeprefix('"').partition('" <')
    assert number == "5550100>"
    assert not set(shown) & set('"$[]{},;\\<>()|^`&')


@pytest.mark.parametrize("name", HOSTILE)
def test_a_boxs_name_stays_one(pbx: Caller, operator: Caller, name: str) -> None:
    operator.done("voicemail-update", **IN_HOME, voicemail="100", name=name)
    row = asked_for(pbx, "voicemail", mailbox="100", context=HOME)
    assert row["context"] == HOME
    assert not set(row["fullname"]) & set('"$[]{},;\\<>()|^`&')
    assert row["fullname"]


MEMBERS = st.sampled_from(["id", "mailbox", "context", "id LIKE", "mailboxes !=", "name", "x"])
SAID = st.one_of(st.text(max_size=40), st.sampled_from([ME, f"100@{HOME.upper()}", "100", HOME, "%", "_"]))


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=100)
@given(
    table=st.one_of(st.text(max_size=30), st.sampled_from([f"{one}/single" for one in (*TABLES, "voicemail")])),
    members=st.dictionaries(MEMBERS, SAID, max_size=4),
    noise=st.binary(max_size=100),
)
def test_whatever_is_posted_is_answered(pbx: Caller, table: str, members: dict[str, Any], noise: bytes) -> None:
    form = "&".join(f"{quote(name)}={quote(value, safe='', errors='replace')}" for name, value in members.items())
    reply = pbx.post(form.encode() + b"&" + noise, path="/asterisk-realtime", headers=FORM, query={table: ""})
    assert reply.status in {200, 400}
    if reply.status == 200 and reply.text not in ("", "0", "1"):
        row = decoded(reply.text)
        assert row.get("id", row.get("context", "")).casefold().endswith(HOME)
