import re
from typing import Any

import pytest

from ringpost.clock import stamp
from ringpost.context import Context, Moved
from ringpost.entry import demo
from tests.actions.calls.live import parties, placed
from tests.actions.transfers.desk import STAYS, Desk
from tests.harness import Caller, House


def test_whom_it_goes_to_rings_and_answers_while_the_other_one_waits(desk: Desk) -> None:
    asked = desk.asks()
    assert (asked["flow"], asked["destination"], asked["initiator_extension"]) == ("attended", "101", "100")
    assert (asked["transferred_number"], asked["sandbox"]) == (STAYS, True)
    assert desk.status(asked) == "ringback"
    desk.passes(1)
    assert desk.status(asked) == "answered"
    assert sorted(desk.up()) == ["100", "101", STAYS]
    [listed] = [one for one in desk.tenant.done("transfer-list")["items"] if one["call_uuid"] == desk.call_uuid]
    assert (listed["status"], listed["recipient_extension"]) == ("answered", "101")


@pytest.mark.parametrize(("number", "seconds"), [("5550140", 0.2), ("5550141", 30), ("5550142", 1), ("5550143", 0.2)])
def test_nobody_can_be_asked_and_the_two_talk_again(desk: Desk, number: str, seconds: float) -> None:
    asked = desk.asks(number)
    desk.passes(seconds)
    assert (desk.status(asked), desk.up()) == ("cancelled", ["100", STAYS])
    assert desk.story() == ["created", *(["ringback"] if seconds >= 1 else []), "cancelled"]


def test_who_is_asked_hangs_up_and_the_two_talk_again(desk: Desk) -> None:
    asked = desk.asks()
    desk.passes(3)
    [recipient] = [
        one
        for one in parties(desk.tenant, desk.call_uuid)
        if one not in (asked["initiator_leg_uuid"], asked["transferred_leg_uuid"])
    ]
    desk.tenant.done("call-hangup", call_uuid=desk.call_uuid, leg_uuid=recipient)
    assert (desk.status(asked), desk.up()) == ("cancelled", ["100", STAYS])
    assert desk.story() == ["created", "ringback", "answered", "cancelled"]


def test_who_asks_hangs_up_and_the_others_talk(desk: Desk) -> None:
    asked = desk.asks()
    desk.passes(3)
    desk.tenant.done("call-hangup", call_uuid=desk.call_uuid, leg_uuid=asked["initiator_leg_uuid"])
    assert (desk.status(asked), sorted(desk.up())) == ("completed", ["101", STAYS])
    assert desk.story() == ["created", "ringback", "answered", "call.transferred", "completed"]


def test_who_asks_hangs_up_before_the_answer_and_the_number_is_rung_for_who_waits(desk: Desk) -> None:
    asked = desk.asks()
    desk.passes(0.5)
    desk.tenant.done("call-hangup", call_uuid=desk.call_uuid, leg_uuid=asked["initiator_leg_uuid"])
    found = desk.tenant.done("transfer-details", transfer_uuid=asked["transfer_uuid"])
    assert (found["status"], found["flow"], sorted(desk.up())) == ("completed", "blind", ["101", STAYS])
    assert desk.story() == ["created", "ringback", "completed"]


@pytest.mark.parametrize("answered", [False, True])
def test_who_waits_hangs_up_and_the_other_two_go_on(desk: Desk, answered: bool) -> None:
    asked = desk.asks()
    desk.passes(3 if answered else 0.5)
    desk.tenant.done("call-hangup", call_uuid=desk.call_uuid, leg_uuid=asked["transferred_leg_uuid"])
    assert (desk.status(asked), sorted(desk.up())) == ("abandoned", ["100", "101"])
    told = ["created", "ringback", *(["answered"] if answered else []), "abandoned"]
    assert desk.story() == told


def test_goes_to_a_ring_group_and_to_a_queue(desk: Desk) -> None:
    desk.tenant.done("extension-create", extension="110")
    desk.tenant.done("extension-create", extension="5550140")
    members = [{"number": "5550140"}, {"number": "110"}]
    desk.tenant.done("ringgroup-create", name="Shop", extension="650", strategy="sequence", destinations=members)
    asked = desk.asks("650")
    desk.passes(2)
    found = desk.tenant.done("transfer-details", transfer_uuid=asked["transfer_uuid"])
    assert (found["status"], found["recipient_extension"]) == ("answered", "110")
    desk.tenant.done("transfer-cancel", transfer_uuid=asked["transfer_uuid"])
    desk.passes(0.5)
    desk.tenant.done("queue-create", name="Orders", extension="702", members=[{"extension": "110"}])
    asked = desk.asks("702")
    desk.passes(10)
    found = desk.tenant.done("transfer-details", transfer_uuid=asked["transfer_uuid"])
    assert (found["status"], found["recipient_extension"]) == ("answered", "110")
    desk.tenant.done("transfer-complete", transfer_uuid=asked["transfer_uuid"])
    assert sorted(desk.up()) == ["110", STAYS]


def test_blind_it_is_put_through_at_once(desk: Desk) -> None:
    made = desk.asks(flow="blind")
    assert (made["status"], sorted(desk.up())) == ("completed", ["101", STAYS])
    assert desk.story() == ["created", "completed", "call.transferred"]


def test_is_one_record_with_all_who_took_part(desk: Desk) -> None:
    asked = desk.asks()
    desk.passes(3)
    desk.tenant.done("transfer-complete", transfer_uuid=asked["transfer_uuid"])
    record = desk.record()
    assert [leg["destination_number"] for leg in record["legs"]] == [STAYS, STAYS, "101"]
    assert record["extensions"] == ["100", "101"]


@pytest.mark.parametrize(
    ("sent", "status", "says"),
    [
        ({"destination": "100"}, 422, "nobody puts a call through to himself"),
        ({"destination": STAYS}, 422, "in the call already"),
        ({"destination": "199"}, 422, "leads nowhere|nobody here has"),
        ({"destination": "911"}, 422, "emergency"),
        ({"destination": "*5901"}, 422, "call-park"),
        ({"destination": "*24"}, 422, "nobody is there to ask"),
        ({"destination": "871"}, 422, "call-park"),
        ({"destination": ""}, 400, "destination"),
        ({"flow": "warm"}, 400, "attended"),
        ({"call_uuid": demo.TRANSFER_UUID}, 404, "call not found"),
    ],
)
def test_refuses_what_cannot_be(desk: Desk, sent: dict[str, Any], status: int, says: str) -> None:
    reply = desk.tenant.call("transfer-create", **{"call_uuid": desk.call_uuid, "destination": "101", **sent})
    assert (reply.status, bool(re.search(says, reply.text))) == (status, True), reply
    assert desk.story() == []


def test_refuses_a_call_that_is_held_rings_or_is_parked(desk: Desk) -> None:
    desk.tenant.done("call-hold", call_uuid=desk.call_uuid)
    reply = desk.tenant.call("transfer-create", call_uuid=desk.call_uuid, destination="101")
    assert (reply.status, "call-resume" in reply.text) == (422, True)
    desk.tenant.done("call-resume", call_uuid=desk.call_uuid)
    assert desk.status(desk.asks()) == "ringback"
    ringing = placed(desk.tenant, destination_b="5550141")
    reply = desk.tenant.call("transfer-create", call_uuid=ringing, destination="101")
    assert (reply.status, "nobody is on the line" in reply.text) == (422, True)


def test_one_transfer_at_a_time_also_of_two_operators(desk: Desk) -> None:
    asked = desk.asks()
    for leg in ("initiator_leg_uuid", "transferred_leg_uuid"):
        reply = desk.tenant.call(
            "transfer-create", call_uuid=desk.call_uuid, destination="5550123", leg_uuid=asked[leg]
        )
        assert (reply.status, "under way" in reply.text) == (409, True), reply
        assert reply.json["transfer_uuid"] == asked["transfer_uuid"]
    for action, more in (("call-transfer", {"destination": "5550123"}), ("call-park", {})):
        reply = desk.tenant.call(action, call_uuid=desk.call_uuid, **more)
        assert (reply.status, "under way" in reply.text) == (422, True), reply
    desk.passes(0.1)
    desk.tenant.done("transfer-cancel", transfer_uuid=asked["transfer_uuid"])
    desk.passes(0.1)
    assert desk.status(desk.asks("5550123")) == "ringback", "when it is over another one may begin"


def test_another_domain_s_numbers_and_calls_are_not_there(desk: Desk, stranger: Caller) -> None:
    asked = desk.asks()
    for action in ("transfer-details", "transfer-complete", "transfer-cancel"):
        assert stranger.call(action, transfer_uuid=asked["transfer_uuid"]).status == 404
    reply = stranger.call("transfer-create", call_uuid=desk.call_uuid, destination="101")
    assert reply.status == 404
    assert stranger.done("transfer-list", over=True)["items"] == []


def test_a_user_puts_through_its_own_calls_only(house: House, desk: Desk) -> None:
    tenant = desk.tenant
    made = tenant.done("key-create", name="bob", scopes=["#"], domains=[demo.DOMAIN_NAME], as_user="bob")
    bob = Caller(house, made["key_uuid"], made["secret"])
    made = tenant.done("key-create", name="alice", scopes=["#"], domains=[demo.DOMAIN_NAME], as_user="alice")
    alice = Caller(house, made["key_uuid"], made["secret"])
    sent = {"call_uuid": desk.call_uuid, "destination": "101"}
    assert bob.call("transfer-create", **sent).status == 403
    asked = alice.done("transfer-create", **sent)
    assert bob.call("transfer-complete", transfer_uuid=asked["transfer_uuid"]).status == 403
    assert alice.done("transfer-cancel", transfer_uuid=asked["transfer_uuid"])["status"] == "cancelled"


def test_who_may_not_transfer_there_is_refused(desk: Desk) -> None:
    desk.tenant.done("user-extension-add", user="bob", extension="101")
    desk.tenant.done("permission-set", usergroup="everyone", key="transfer_to", allowed=False)
    reply = desk.tenant.call("transfer-create", call_uuid=desk.call_uuid, destination="101", as_user="alice")
    assert reply.status == 403


def test_outside_only_where_the_domain_may_call(house: House, operator: Caller) -> None:
    operator.done("domain-update", domain_name=demo.DOMAIN_NAME, outbound_gateway="trunk", outbound_prefixes=["1202"])
    tenant = house.tenant_key(demo.DOMAIN_UUID)
    desk = Desk(house, tenant)
    reply = tenant.call("transfer-create", call_uuid=desk.call_uuid, destination="13015550123")
    assert (reply.status, "outbound_prefixes" in reply.text) == (422, True)
    assert desk.status(desk.asks("12025550123")) == "ringback"


def test_what_it_tells_names_who_and_whom(desk: Desk) -> None:
    asked = desk.asks()
    desk.passes(4)
    desk.tenant.done("transfer-complete", transfer_uuid=asked["transfer_uuid"])
    desk.passes(8000)
    wanted = {"types": ["transfer.completed"], "from": desk.since}
    [event] = desk.tenant.done("event-list", domain_name=demo.DOMAIN_NAME, **wanted)["items"]
    told = event["data"]["transfer"]
    assert (told["initiator_extension"], told["recipient_extension"], told["transferred_number"]) == (
        "100",
        "101",
        STAYS,
    )
    assert (told["status"], told["by_phone"], event["data"]["extension"]) == ("completed", False, "101")
    assert told["created_at"] < told["answered_at"] <= told["ended_at"] <= stamp(desk.house.clock.time)


def test_a_race_with_another_write_leaves_nothing_that_sticks(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    races = iter([True])
    commit = Context.commit

    def slow(context: Context) -> None:
        if context.action == "transfer-create" and next(races, False):
            context.store.forget()
            raise Moved
        commit(context)

    monkeypatch.setattr(Context, "commit", slow)
    asked = desk.asks()
    desk.passes(3)
    assert desk.status(asked) == "answered"
    assert desk.story()[:3] == ["created", "ringback", "answered"]


def test_who_is_hidden_is_hidden_here_too(house: House, desk: Desk) -> None:
    tenant = desk.tenant
    tenant.done("user-extension-add", user="bob", extension="101")
    tenant.done("extension-create", extension="103")
    tenant.done("user-create", firstname="Boss", lastname="Example", username="boss")
    tenant.done("user-extension-add", user="boss", extension="103")
    tenant.done("permission-set", usergroup="everyone", key="see_calls", allowed=True, exceptions=["boss"])
    made = tenant.done("key-create", name="bob", scopes=["#"], domains=[demo.DOMAIN_NAME], as_user="bob")
    bob = Caller(house, made["key_uuid"], made["secret"])
    call_uuid = placed(tenant, destination_a="103", destination_b="100")
    desk.passes(1.5)
    legs = {leg["number"]: leg["leg_uuid"] for leg in tenant.done("call-details", call_uuid=call_uuid)["legs"]}
    sent = {"call_uuid": call_uuid, "leg_uuid": legs["100"], "destination": STAYS}
    hidden = tenant.done("transfer-create", **sent)["transfer_uuid"]
    desk.passes(100)
    assert bob.call("transfer-details", transfer_uuid=hidden).status == 404
    assert hidden not in bob.call("transfer-list", over=True).text
    assert hidden not in bob.call("event-list", types=["transfer.*"], **{"from": desk.since}).text


def test_nobody_has_another_s_phone_call_somebody(desk: Desk) -> None:
    tenant = desk.tenant
    tenant.done("user-extension-add", user="bob", extension="101")
    call_uuid = placed(tenant, destination_a="100", destination_b="101")
    desk.passes(1.5)
    legs = {leg["number"]: leg["leg_uuid"] for leg in tenant.done("call-details", call_uuid=call_uuid)["legs"]}
    sent = {"call_uuid": call_uuid, "leg_uuid": legs["100"], "destination": STAYS, "as_user": "bob"}
    reply = tenant.call("transfer-create", **sent)
    assert (reply.status, reply.json["error"]) == (403, "this is not this user's phone")


def test_who_is_only_taken_back_has_not_given_up(desk: Desk) -> None:
    asked = desk.asks()
    desk.passes(3)
    desk.tenant.done("transfer-cancel", transfer_uuid=asked["transfer_uuid"])
    assert [leg["hangup_cause"] for leg in desk.record()["legs"]] == ["NORMAL_CLEARING"] * 3


def test_out_of_a_queue_that_rings_in_vain_it_is_completed_too(desk: Desk) -> None:
    desk.tenant.done("extension-create", extension="5550141")
    desk.tenant.done("queue-create", name="Orders", extension="702", members=[{"extension": "5550141"}])
    asked = desk.asks("702")
    desk.passes(4)
    done = desk.tenant.done("transfer-complete", transfer_uuid=asked["transfer_uuid"])
    assert (done["status"], done["flow"]) == ("completed", "blind")


@pytest.mark.parametrize("room", ["*31", "880"])
def test_a_room_may_be_asked_and_who_waits_comes_into_it(desk: Desk, room: str) -> None:
    asked = desk.asks(room)
    desk.passes(3)
    found = desk.tenant.done("transfer-details", transfer_uuid=asked["transfer_uuid"])
    assert (found["status"], found["flow"]) == ("starting", "attended")
    leg = asked["initiator_leg_uuid"]
    desk.says_pin(room, leg)
    desk.tenant.done("conference-participant-kick", conference=room, leg_uuid=leg)
    desk.passes(1)
    desk.says_pin(room, parties(desk.tenant, desk.call_uuid)[-1])
    inside = desk.tenant.done("conference-participant-list", conference=room)["items"]
    assert STAYS in [one["number"] for one in inside]


def test_to_oneself_by_a_forward_is_refused_too(desk: Desk) -> None:
    desk.tenant.done("extension-forward-set", extension="101", unconditional={"enabled": True, "destination": "100"})
    reply = desk.tenant.call("transfer-create", call_uuid=desk.call_uuid, destination="101")
    assert (reply.status, "forwarded" in reply.text) == (422, True)


def test_while_the_other_one_holds_nobody_is_asked(desk: Desk) -> None:
    [_, other] = parties(desk.tenant, desk.call_uuid)
    desk.tenant.done("call-hold", call_uuid=desk.call_uuid, leg_uuid=other)
    reply = desk.tenant.call("transfer-create", call_uuid=desk.call_uuid, destination="101")
    assert (reply.status, "the other party holds" in reply.text) == (422, True)


def test_that_it_was_begun_is_told_first_also_if_that_takes_its_time(desk: Desk) -> None:
    desk.house.clock.step = 0.002
    asked = desk.asks()
    desk.passes(2)
    desk.tenant.done("transfer-complete", transfer_uuid=asked["transfer_uuid"])
    assert desk.story() == ["created", "ringback", "answered", "call.transferred", "completed"]


@pytest.mark.parametrize("action", ["transfer-create", "call-transfer"])
def test_time_may_pass_while_it_is_found_out_where_the_number_leads(desk: Desk, action: str) -> None:
    desk.tenant.done("extension-create", extension="137")
    desk.house.clock.step = 0.002
    desk.tenant.done("queue-create", name="Orders", extension="702", members=[{"extension": "137"}])
    desk.tenant.done(action, call_uuid=desk.call_uuid, destination="702")
    desk.passes(1.5)
    assert "137" in desk.up()
    desk.passes(30)
    told = desk.tenant.done("event-list", types=["queue.connected"], **{"from": desk.since})["items"]
    assert [one["data"]["extension"] for one in told] == ["137"]


@pytest.mark.parametrize("who", [0, 1])
def test_who_comes_back_from_a_queue_waits_there_no_more(desk: Desk, who: int) -> None:
    desk.tenant.done("extension-create", extension="137")
    desk.tenant.done("queue-create", name="Orders", extension="702", members=[{"extension": "137"}])
    desk.asks("702", leg_uuid=parties(desk.tenant, desk.call_uuid)[who])
    desk.passes(2)
    taker = desk.tenant.done("call-details", call_uuid=desk.call_uuid)["legs"][-1]
    desk.tenant.done("call-hangup", call_uuid=desk.call_uuid, leg_uuid=taker["leg_uuid"])
    desk.passes(1)
    [queue] = desk.tenant.done("queue-status", queue="702")["items"]
    assert queue["waiting"] == []
    desk.tenant.done("call-hangup", call_uuid=desk.call_uuid)
    assert desk.up() == []
    assert len(desk.record()["legs"]) == 3
