import pytest

from ringpost.context import CallLimits
from ringpost.entry import demo
from tests.harness import Caller, House

CALL = {"caller_id_number": "5550100", "destination_a": "100", "destination_b": "101"}


def test_rings_a_and_answers_once_a_has(house: House, tenant: Caller) -> None:
    before = house.clock.time
    call = tenant.done("originate", **CALL)
    assert (call["success"], call["state"], call["cause"], call["sandbox"]) == (True, "answered", None, True)
    assert house.clock.time == before + 1


@pytest.mark.parametrize(
    ("ending", "cause"),
    [
        ("40", "USER_BUSY"), ("42", "CALL_REJECTED"), ("43", "USER_NOT_REGISTERED"), ("44", "UNALLOCATED_NUMBER"),
        ("45", "NETWORK_OUT_OF_ORDER"), ("46", "NORMAL_CIRCUIT_CONGESTION"),
    ],
)  # fmt: skip
def test_says_why_a_did_not_answer(tenant: Caller, ending: str, cause: str) -> None:
    reply = tenant.call("originate", **{**CALL, "destination_a": f"120255501{ending}"})
    assert reply.status == 200
    assert (reply.json["success"], reply.json["cause"], reply.json["state"]) == (False, cause, "ended")
    assert reply.json["call_uuid"]


def test_says_so_while_a_still_rings(house: House, tenant: Caller) -> None:
    before = house.clock.time
    reply = tenant.call("originate", **{**CALL, "destination_a": "5550141"}, wait=5)
    assert (reply.status, reply.json["success"], reply.json["state"]) == (202, None, "ringing")
    assert house.clock.time == before + 5
    house.clock.time += 30
    call = tenant.done("cdr-details", xml_cdr_uuid=reply.json["call_uuid"])
    assert (call["hangup_cause"], call["duration"], len(call["legs"])) == ("NO_ANSWER", 30, 1)


def test_does_not_wait_if_it_shall_not(house: House, tenant: Caller) -> None:
    before = house.clock.time
    assert tenant.call("originate", **CALL, wait=0).status == 202
    assert house.clock.time == before


@pytest.mark.parametrize(
    ("number", "status", "code"), [("5550148", 502, "switch-refused"), ("5550149", 503, "switch-unreachable")]
)
def test_a_switch_that_says_no_is_an_error_with_the_calls_uuid(
    tenant: Caller, number: str, status: int, code: str
) -> None:
    reply = tenant.call("originate", **{**CALL, "destination_a": number})
    assert (reply.status, reply.code) == (status, code)
    assert len(reply.json["call_uuid"]) == 36


def test_a_busy_b_is_in_the_record(house: House, tenant: Caller) -> None:
    call = tenant.done("originate", **{**CALL, "destination_b": "5550140"})
    assert call["success"] is True
    house.clock.time += 10
    record = tenant.done("cdr-details", xml_cdr_uuid=call["call_uuid"])
    assert (record["hangup_cause"], [leg["answer_stamp"] is None for leg in record["legs"]]) == (
        "USER_BUSY",
        [False, True],
    )


def test_a_call_between_extensions_is_local_and_names_both(house: House, tenant: Caller) -> None:
    call = tenant.done("originate", **CALL, caller_id_name="Front <desk>\u2019${x}")
    house.clock.time += 10
    record = tenant.done("cdr-details", xml_cdr_uuid=call["call_uuid"])
    assert (record["direction"], record["extensions"]) == ("local", ["100", "101"])
    assert record["caller_id_name"] == "Front <desk>\u2019${x}"
    assert [leg["extension"] for leg in record["legs"]] == ["100", "101"]


@pytest.mark.parametrize("number", ["911", "112"])
@pytest.mark.parametrize("side", ["destination_a", "destination_b"])
def test_refuses_emergency_numbers(tenant: Caller, number: str, side: str) -> None:
    reply = tenant.call("originate", **{**CALL, side: number})
    assert (reply.status, reply.code) == (422, "cannot-comply")


def test_emergency_numbers_are_the_countrys_and_the_domains_own(operator: Caller, tenant: Caller) -> None:
    home = {"domain_name": demo.DOMAIN_NAME}
    operator.done("domain-update", **home, country="GB", emergency_numbers=["555"])
    assert tenant.call("originate", **{**CALL, "destination_b": "999"}).status == 422
    assert tenant.call("originate", **{**CALL, "destination_b": "555"}).status == 422
    assert tenant.call("originate", **{**CALL, "destination_b": "556"}).json["error"].startswith("nobody here has")


@pytest.mark.parametrize(
    "number",
    ["+911", "*67911", "*829#911", "*31#911", "9911", "0911", "1911", "+1911", "0011911", "911#", "911*1", "*911"],
)
def test_an_emergency_number_in_disguise_is_one(tenant: Caller, number: str) -> None:
    assert tenant.call("originate", **{**CALL, "destination_b": number}).status == 422
    members = [{"number": "100"}, {"number": number}]
    made = tenant.call("ringgroup-create", name="x", extension="601", destinations=members, strategy="random")
    assert made.status in (400, 422)


@pytest.mark.parametrize("number", ["5550911", "12025550112", "2125550911", "*9664"])
def test_a_number_that_only_looks_like_one_is_none(tenant: Caller, number: str) -> None:
    assert tenant.call("originate", **{**CALL, "destination_b": number}).status == 200


def test_a_disabled_domain_places_no_calls(operator: Caller, tenant: Caller) -> None:
    operator.done("domain-update", domain_name=demo.DOMAIN_NAME, domain_enabled=False)
    assert tenant.call("originate", **CALL).status == 422


def test_a_loop_is_refused(tenant: Caller) -> None:
    assert tenant.call("originate", **{**CALL, "destination_b": "100"}).status == 400


@pytest.mark.parametrize(
    "bad",
    [
        "1,a=b", "{x=y}100", "100\n\napi system", "100)", "&bridge(x)", "${system(x)}", "100 XML default", "1|2",
        "user/100", "", "x" * 5, "1" * 33, "+", None, ["100"],
    ],
)  # fmt: skip
@pytest.mark.parametrize("member", ["caller_id_number", "destination_a", "destination_b"])
def test_no_number_reaches_a_switch_as_anything_else(tenant: Caller, member: str, bad: object) -> None:
    reply = tenant.call("originate", **{**CALL, member: bad})
    assert (reply.status, reply.json["errors"][0]["parameter"]) == (400, member)


@pytest.mark.parametrize("wait", [-1, 26, "long", float("1e9")])
def test_refuses_to_wait_out_of_bounds(tenant: Caller, wait: object) -> None:
    assert tenant.call("originate", **CALL, wait=wait).status == 400


def test_limits_the_calls_of_a_minute(house: House, tenant: Caller) -> None:
    house.call_limits = CallLimits(per_minute=3, at_once=100)
    house.restart()
    for _ in range(3):
        tenant.done("originate", **CALL)
    reply = tenant.call("originate", **CALL)
    assert (reply.status, reply.code) == (429, "rate-limited")
    assert 1 <= int(reply.headers["Retry-After"]) <= 60
    house.clock.time += int(reply.headers["Retry-After"])
    tenant.done("originate", **CALL)


def test_limits_the_calls_at_once_of_a_key_and_of_a_domain(house: House, tenant: Caller, operator: Caller) -> None:
    house.call_limits = CallLimits(per_minute=100, at_once=2)
    house.restart()
    ringing = {"caller_id_number": "5550100", "destination_a": "5550141", "destination_b": "5550123", "wait": 0}
    assert [tenant.call("originate", **ringing).status for _ in range(3)] == [202, 202, 429]
    assert operator.call("originate", domain_name=demo.DOMAIN_NAME, **ringing).status == 429, "the domain is full"
    assert operator.call("originate", domain_name="empty.example.net", **ringing).status == 202
    house.clock.time += 31
    assert tenant.call("originate", **ringing).status == 202


def test_a_strangers_domain_is_not_there(stranger: Caller) -> None:
    assert stranger.call("originate", domain_name=demo.DOMAIN_NAME, **CALL).json["error"] == "domain not found"


@pytest.mark.parametrize(
    ("written", "dialled"),
    [
        ("+1 (202) 555-0142", "+12025550142"),
        ("(202) 555-0142", "2025550142"),
        ("202.555.0142", "2025550142"),
        ("+44 (0)20 5550 0142", "+442055500142"),
        ("555\u00a00142", "5550142"),
        ("+39 (0)6 5550 0142", "+390655500142"),
        ("202 555 0142 x7", "2025550142"),
        ("tel:+1-202-555-0142;ext=7", "+12025550142"),
        ("\u202a+1 202 555 0142\u202c\r\n", "+12025550142"),
    ],
)
def test_a_number_is_dialled_however_a_crm_writes_it(tenant: Caller, written: str, dialled: str) -> None:
    placed = tenant.done("originate", caller_id_number="5550100", destination_a="100", destination_b=written)
    assert tenant.done("call-details", call_uuid=placed["call_uuid"])["destination_number"] == dialled


@pytest.mark.parametrize(
    "written", ["1,2", "100;200", "+", "()", "- -", "1 2\n3", "(911", "9-1-1", "202 555 0142 / 202 555 0143", "+ "]
)
def test_what_is_no_number_however_written_is_refused(tenant: Caller, written: str) -> None:
    reply = tenant.call("originate", caller_id_number="5550100", destination_a="100", destination_b=written)
    assert (reply.status, reply.json["errors"][0]["parameter"]) in {(400, "destination_b"), (422, "destination_b")}
