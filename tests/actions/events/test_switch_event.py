import json
from typing import Any

import pytest

from ringpost.entry import demo
from ringpost.entry.console import console
from ringpost.model.call import CallOrder, Leg, Meter
from ringpost.model.key import Limits
from ringpost.services.records import joining
from ringpost.services.switching import meters
from ringpost.services.tenants import domains
from ringpost.store import Put, Row, keys
from ringpost.webhooks.outbox import Outbox
from tests.harness import Caller, House
from tests.services.happenings.test_call_events import heard

IN_HOME = {"domain_name": demo.DOMAIN_NAME}
LINK = "11111111-0000-4000-8000-000000000009"
OTHER_LINK = "22222222-0000-4000-8000-000000000009"


@pytest.fixture
def switch_uuid(operator: Caller) -> str:
    """A FreeSWITCH that the demo domain lives on."""
    switch = operator.done(
        "switch-create", name="pbx1", kind="freeswitch", address="192.0.2.10", secret="env:RINGPOST_SECRET_PBX1"
    )
    operator.done("domain-update", domain_name=demo.DOMAIN_NAME, switch="pbx1")
    uuid: str = switch["switch_uuid"]
    return uuid


@pytest.fixture
def link(house: House, switch_uuid: str) -> Caller:
    """The key of a link."""
    return house.key("switch.event", switch="pbx1")


def scenario(name: str, house: House, *, domain_uuid: str = demo.DOMAIN_UUID) -> list[dict[str, Any]]:
    """What was captured, as if it happened just now in a domain."""
    told = heard(name)
    late = house.clock.now() - 1
    return [
        {
            **notice.model_dump(exclude_none=True),
            "domain_uuid": domain_uuid,
            "at": f"2026-11-22T11:59:{int(late) % 60:02d}.{place:03d}Z",
            "start_stamp": "2026-11-22T11:59:58Z",
            **({"answer_stamp": "2026-11-22T11:59:59Z"} if notice.answer_stamp else {}),
            "position": place,
        }
        for place, notice in enumerate(told, 1)
    ]


def hand_in(link: Caller, notices: list[dict[str, Any]], link_uuid: str = LINK) -> Any:
    """Hand in all, as a link does: what was not taken again."""
    rest, refused = notices, 0
    while rest:
        answer = link.done("switch-event", switch="pbx1", link_uuid=link_uuid, notices=rest)
        refused += answer["refused"]
        rest = [one for one in rest if one["position"] > answer["taken"]]
    return refused


def events(house: House, operator: Caller, **about: Any) -> list[dict[str, Any]]:
    house.clock.time += 60
    found: list[dict[str, Any]] = []
    asked = {"domain_name": demo.DOMAIN_NAME, "types": ["call.*"], **about}
    page: dict[str, Any] = {"more": True, "next_cursor": None}
    while page["more"]:
        page = operator.done("event-list", **asked, cursor=page["next_cursor"])
        found += page["items"]
    return [event for event in found if event["data"].get("call", {}).get("domain_name") == demo.DOMAIN_NAME]


def test_a_group_rings_one_answers_and_the_other_is_told(house: House, operator: Caller, link: Caller) -> None:
    operator.done("contact-create", domain_name=demo.DOMAIN_NAME, display_name="Dora", external_id="crm-1",
                  numbers=[{"number": "+1 202 555 0188"}])  # fmt: skip
    told = [
        {**one, **({"extension": "100", "number": "100"} if one.get("extension") == "107" else {})}
        for one in scenario("inbound_group_answered_elsewhere", house)
    ]
    assert hand_in(link, told) == 0
    found = events(house, operator)
    assert [event["type"] for event in found] == [
        "call.ringing", "call.ringing", "call.answered", "call.cancelled", "call.ended"
    ]  # fmt: skip
    assert [event["sequence"] for event in found] == [1, 2, 3, 4, 5]
    cancelled = found[3]["data"]
    assert (cancelled["extension"], cancelled["reason"]) == ("100", "answered_elsewhere")
    assert cancelled["user"]["username"] == "alice"
    assert {event["data"]["contact"]["external_id"] for event in found} == {"crm-1"}
    assert found[-1]["data"]["call"]["answered_by"] == "101"


def test_what_was_taken_is_not_taken_again(house: House, operator: Caller, link: Caller) -> None:
    told = scenario("transfer_by_api", house)
    hand_in(link, told[:5])
    hand_in(link, told)
    hand_in(link, told)
    once = events(house, operator)
    assert len(once) == len({event["id"] for event in once}) == 8


def test_two_links_of_a_switch_do_not_double_events(house: House, operator: Caller, link: Caller) -> None:
    told = scenario("transfer_by_api", house)
    for start in range(0, len(told), 3):
        for link_uuid in (LINK, OTHER_LINK):
            hand_in(link, told[start : start + 3], link_uuid)
    assert len(events(house, operator)) == 8


def test_a_long_batch_is_taken_in_pieces(house: House, operator: Caller, link: Caller) -> None:
    told: list[dict[str, Any]] = []
    for call in range(12):
        for one in scenario("inbound_caller_gives_up", house):
            ours = {
                name: one[name].replace(one[name][:8], f"{call:08d}")
                for name in ("leg_uuid", "source_uuid")
                if name in one
            }
            told.append({**one, **ours, "core": f"run {call}", "position": len(told) + 1})
    assert hand_in(link, told) == 0
    assert len([event for event in events(house, operator, limit=500) if event["type"] == "call.ended"]) == 12


@pytest.mark.often
@pytest.mark.parametrize("whats", [("made",), ("made", "ringing"), ("made", "ended"), ("made", "ringing", "ended")])
def test_a_group_of_very_many_phones_is_taken_too(
    house: House, operator: Caller, link: Caller, whats: tuple[str, ...]
) -> None:
    [caller, made, *_] = scenario("dial_cancelled", house)
    told: list[dict[str, Any]] = [caller]
    for phone in range(150):
        number = str(300 + phone)
        leg = {**made, "leg_uuid": f"{phone:08d}{made['leg_uuid'][8:]}", "extension": number, "number": number}
        told += [{**leg, "what": what, "sequence": len(told) + place} for place, what in enumerate(whats)]
    told = [{**one, "position": place} for place, one in enumerate(told, 1)]
    for start in range(0, len(told), 100):
        assert hand_in(link, told[start : start + 100]) == 0
    rang = [event for event in events(house, operator, limit=500) if event["type"] == "call.ringing"]
    assert len(rang) == (150 if "ringing" in whats else 0)


def test_only_the_switchs_own_key_or_an_operators_may(
    house: House, tenant: Caller, operator: Caller, link: Caller
) -> None:
    told = scenario("inbound_caller_gives_up", house)
    assert tenant.call("switch-event", switch="pbx1", link_uuid=LINK, notices=told).status == 403
    operator.done("switch-create", name="pbx2", kind="freeswitch", address="192.0.2.11", secret="env:RINGPOST_SECRET_2")
    other = house.key("switch.event", switch="pbx2")
    assert other.call("switch-event", switch="pbx1", link_uuid=LINK, notices=told).status == 404
    assert other.call("switch-event", switch="pbx2", link_uuid=LINK, notices=told).json["refused"] == len(told)
    assert operator.done("switch-event", switch="pbx1", link_uuid=LINK, notices=told)["refused"] == 0
    assert house.key("cdr.#", switch="pbx1").call("switch-event", switch="pbx1", link_uuid=LINK).status == 403


def test_a_domain_of_another_switch_hears_nothing_forged(house: House, operator: Caller, link: Caller) -> None:
    forged = scenario("inbound_caller_gives_up", house, domain_uuid=demo.EMPTY_DOMAIN_UUID)
    assert hand_in(link, forged) == len(forged)
    nobody = scenario("inbound_caller_gives_up", house, domain_uuid="99999999-9999-4999-8999-999999999999")
    assert hand_in(link, nobody, OTHER_LINK) == len(nobody)
    house.clock.time += 60
    assert operator.done("event-list", domain_uuid=demo.EMPTY_DOMAIN_UUID, types=["call.*"])["items"] == []


def test_what_is_of_another_week_is_refused(house: House, link: Caller) -> None:
    told = scenario("inbound_caller_gives_up", house)
    for at in ("2026-11-18T12:00:00Z", "2026-11-22T13:00:00Z"):
        assert hand_in(link, [{**told[0], "at": at}], f"{at[8:10]}{LINK[2:]}") == 1


def test_positions_must_rise(house: House, link: Caller) -> None:
    told = scenario("inbound_caller_gives_up", house)
    reply = link.call("switch-event", switch="pbx1", link_uuid=LINK, notices=[told[1], told[0]])
    assert (reply.status, reply.json["errors"][0]["parameter"]) == (400, "notices")


def test_hostile_names_are_told_verbatim(house: House, operator: Caller, link: Caller) -> None:
    name = "\"><script>alert(1)</script> =cmd|' /C calc'!A0"
    told = [{**one, "caller_id_name": name} for one in scenario("inbound_caller_gives_up", house)]
    hand_in(link, told)
    assert {event["data"]["call"]["caller_id_name"] for event in events(house, operator)} == {name}


def test_what_was_ordered_with_a_call_travels_in_its_events(house: House, operator: Caller, link: Caller) -> None:
    operator.done("domain-update", domain_name=demo.DOMAIN_NAME, switch="sandbox")
    placed = operator.done("originate", domain_name=demo.DOMAIN_NAME, caller_id_number="5550100", destination_a="100",
                           destination_b="101", external_id="deal-7", tags=["red"])  # fmt: skip
    operator.done("domain-update", domain_name=demo.DOMAIN_NAME, switch="pbx1")
    told = scenario("originate_answered_b_hangs_up", house)
    a = told[0]["leg_uuid"]
    hand_in(link, [json.loads(json.dumps(one).replace(a, placed["call_uuid"])) for one in told])
    found = [event for event in events(house, operator) if not event["data"]["call"]["sandbox"]]
    assert {(event["data"]["call"]["external_id"], *event["data"]["call"]["tags"]) for event in found} == {
        ("deal-7", "red")
    }


def test_a_recording_is_put_where_it_is_answered_and_is_ready_then(
    house: House, operator: Caller, link: Caller
) -> None:
    hand_in(link, scenario("record_start_stop", house))
    leg = heard("record_start_stop")[0].leg_uuid
    file = {
        "domain_uuid": demo.DOMAIN_UUID,
        "leg_uuid": leg,
        "file_name": f"{leg}.wav",
        "ended_at": "2026-11-22T11:59:59Z",
        "seconds": 2,
    }
    [place] = link.done("switch-event", switch="pbx1", link_uuid=LINK, recordings=[file])["recordings"]
    assert place["url"].startswith(f"https://archive.example.net/{demo.DOMAIN_UUID}/{place['recording_uuid']}.wav")
    known = {"domain_name": demo.DOMAIN_NAME, "recording_uuid": place["recording_uuid"]}
    assert operator.done("recording-details", **known)["url"] is None
    early = link.call("switch-event", switch="pbx1", link_uuid=LINK, recordings=[{**file, "uploaded": True}])
    assert early.status == 422
    house.archive.files[f"{demo.DOMAIN_UUID}/{place['recording_uuid']}.wav"] = b"RIFF"
    for _ in range(2):
        answer = link.done("switch-event", switch="pbx1", link_uuid=LINK, recordings=[{**file, "uploaded": True}])
        assert answer["recordings"][0]["url"] is None
    details = operator.done("recording-details", **known)
    assert (details["state"], details["bytes"], details["extension"], details["extensions"]) == (
        "ready", 4, "100", ["100", "101"]
    )  # fmt: skip
    house.clock.time += 60
    ready = operator.done("event-list", domain_name=demo.DOMAIN_NAME, types=["recording.*"])["items"]
    assert [event["data"]["recording"]["recording_uuid"] for event in ready] == [place["recording_uuid"]]


def test_a_recording_of_another_switchs_domain_is_not_wanted(link: Caller) -> None:
    file = {
        "domain_uuid": demo.EMPTY_DOMAIN_UUID,
        "leg_uuid": LINK,
        "file_name": "x.wav",
        "ended_at": "2026-11-22T11:59:59Z",
    }
    [place] = link.done("switch-event", switch="pbx1", link_uuid=LINK, recordings=[file])["recordings"]
    assert place["url"] is None


def test_a_link_without_a_switch_of_its_own_is_none(house: House, link: Caller) -> None:
    assert Limits(scopes=("#",)).switch is None
    assert link.call("switch-event", switch="nowhere", link_uuid=LINK).status == 404


def test_a_recording_nobody_has_announced_is_not_ready_because_somebody_says_so(link: Caller) -> None:
    file = {"domain_uuid": demo.DOMAIN_UUID, "leg_uuid": LINK, "file_name": "x.wav", "ended_at": "2026-11-22T11:59:59Z"}
    [place] = link.done("switch-event", switch="pbx1", link_uuid=LINK, recordings=[{**file, "uploaded": True}])[
        "recordings"
    ]
    assert place["url"] is not None, "it is to be put there first"


def test_a_recording_that_is_too_old_for_its_domain_is_not_wanted(operator: Caller, link: Caller) -> None:
    operator.done("domain-update", domain_name=demo.DOMAIN_NAME, retention_days=1)
    file = {"domain_uuid": demo.DOMAIN_UUID, "leg_uuid": LINK, "file_name": "x.wav", "ended_at": "2026-11-20T11:59:59Z"}
    [place] = link.done("switch-event", switch="pbx1", link_uuid=LINK, recordings=[file])["recordings"]
    assert place["url"] is None


def test_a_recording_goes_when_the_domain_keeps_it_no_longer(house: House, operator: Caller, link: Caller) -> None:
    operator.done("domain-update", domain_name=demo.DOMAIN_NAME, retention_days=1)
    file = {"domain_uuid": demo.DOMAIN_UUID, "leg_uuid": LINK, "file_name": "x.wav", "ended_at": "2026-11-22T11:59:59Z"}
    [place] = link.done("switch-event", switch="pbx1", link_uuid=LINK, recordings=[file])["recordings"]
    name = f"{demo.DOMAIN_UUID}/{place['recording_uuid']}.wav"
    house.archive.files[name] = b"RIFF"
    outbox = Outbox(house.store, house.clock, house.archive)
    for hours, is_there in ((23, True), (1, False)):
        house.clock.time += hours * 3600
        due = [task for one in keys.DUE_LISTS for task in outbox.due(one, house.clock.now(), limit=1000)]
        outbox.hand_on([task for task in due if not task.is_delivery])
        assert (name in house.archive.files) == is_there
    known = {"domain_name": demo.DOMAIN_NAME, "recording_uuid": place["recording_uuid"]}
    assert operator.call("recording-details", **known).status == 404


def test_two_domains_of_a_switch_have_nothing_to_do_with_each_other(
    house: House, operator: Caller, link: Caller
) -> None:
    operator.done("domain-update", domain_uuid=demo.EMPTY_DOMAIN_UUID, switch="pbx1")
    one = scenario("inbound_caller_gives_up", house)
    other = scenario("inbound_caller_gives_up", house, domain_uuid=demo.EMPTY_DOMAIN_UUID)
    call_uuid = next(notice["source_uuid"] for notice in one if notice.get("source_uuid"))
    both = [notice for pair in zip(one, other, strict=True) for notice in pair]
    assert hand_in(link, [{**notice, "position": place} for place, notice in enumerate(both, 1)]) == 0
    house.clock.time += 60
    told = [
        operator.done("event-list", domain_uuid=home, types=["call.*"], call_uuid=call_uuid)["items"]
        for home in (demo.DOMAIN_UUID, demo.EMPTY_DOMAIN_UUID)
    ]
    here, there = ([event["type"] for event in events] for events in told)
    assert here == there
    assert here[-1] == "call.ended"
    assert len({event["id"] for events in told for event in events}) == len(here) + len(there)


@pytest.mark.parametrize("odd", [{"at": "x"}, {"leg_uuid": "4711@192.0.2.1"}, {"what": "sang"}, {"number": "a b"}])
def test_one_odd_notice_costs_no_other(house: House, tenant: Caller, link: Caller, odd: dict[str, Any]) -> None:
    notices = scenario("dial_answered_caller_hangs_up", house)
    answer = link.done("switch-event", switch="pbx1", link_uuid=LINK, notices=[{**notices[0], **odd}, *notices[1:]])
    assert answer["refused"] == 1
    assert answer["taken"] >= 2


def test_a_batch_of_odd_notices_only_is_passed_over(link: Caller) -> None:
    odd = [{"position": position, "x": "y"} for position in (1, 2, 3)]
    answer = link.done("switch-event", switch="pbx1", link_uuid=LINK, notices=odd)
    assert (answer["taken"], answer["refused"]) == (3, 3)
    assert link.call("switch-event", switch="pbx1", link_uuid=LINK, notices=[{"x": "y"}]).status == 400


# what a link did not hear


def unheard(notices: list[dict[str, Any]], what: str) -> list[dict[str, Any]]:
    """What a link tells of the legs of these when it is back, and they are gone."""
    legs = dict.fromkeys(one["leg_uuid"] for one in notices)
    about = {"what": what, "at": "2026-11-22T11:59:59.500Z", "start_stamp": "2026-11-22T11:59:59.500Z"}
    after = notices[-1]["position"]
    return [
        {**about, "domain_uuid": demo.DOMAIN_UUID, "leg_uuid": leg, "position": after + place}
        for place, leg in enumerate(legs, 1)
    ]


def talking(house: House) -> list[dict[str, Any]]:
    return [one for one in scenario("dial_answered_caller_hangs_up", house) if one["what"] != "ended"]


def recorded(operator: Caller, notices: list[dict[str, Any]]) -> None:
    """The switch's own record of a call that has ended while the link was away."""
    a, b = dict.fromkeys(one["leg_uuid"] for one in notices)
    stamps = {
        "start_stamp": "2026-11-22T11:59:58.000Z",
        "answer_stamp": "2026-11-22T11:59:59.000Z",
        "end_stamp": "2026-11-22T12:00:00.250Z",
    }
    for leg in (
        {"xml_cdr_uuid": a},
        {"xml_cdr_uuid": b, "leg": "b", "originating_leg_uuid": a, "destination_number": "101"},
    ):
        about = {"direction": "local", "hangup_cause": "NORMAL_CLEARING", "domain_name": demo.DOMAIN_NAME}
        operator.done("cdr-create", **leg, **stamps, **about)


def test_what_ended_unheard_ends_as_its_record_has_it(house: House, operator: Caller, link: Caller) -> None:
    told = talking(house)
    hand_in(link, told)
    gone = unheard(told, "gone")
    hand_in(link, gone)
    assert not events(house, operator, types=["call.ended"]), "its record is yet to come"
    recorded(operator, told)
    hand_in(link, unheard(gone, "gone"))
    [ended] = events(house, operator, types=["call.ended"])
    call, record = ended["data"]["call"], operator.done("cdr-details", **IN_HOME, xml_cdr_uuid=ended["call_uuid"])
    for name in ("end_stamp", "duration", "billsec", "hangup_cause", "answered_by"):
        assert call[name] == record[name], name
    assert "heard" not in record
    hand_in(link, unheard(unheard(gone, "gone"), "lost"))
    assert len(events(house, operator, types=["call.ended"])) == 1


def test_what_is_lost_has_a_record_of_what_was_heard_until_the_switchs_own_comes(
    house: House, operator: Caller, link: Caller
) -> None:
    told = talking(house)
    hand_in(link, told)
    hand_in(link, unheard(told, "lost"))
    [ended] = events(house, operator, types=["call.ended"])
    call, heard_of = ended["data"]["call"], operator.done("cdr-details", **IN_HOME, xml_cdr_uuid=ended["call_uuid"])
    assert heard_of["heard"] is True
    assert {leg["heard"] for leg in heard_of["legs"]} == {True}
    assert (call["hangup_cause"], call["hung_up_by"], call["end_stamp"]) == (None, None, "2026-11-22T11:59:59.500Z")
    for name in ("start_stamp", "end_stamp", "duration", "billsec", "answered_by", "extensions"):
        assert call[name] == heard_of[name], name
    recorded(operator, told)
    record = operator.done("cdr-details", **IN_HOME, xml_cdr_uuid=ended["call_uuid"])
    assert ("heard" in record, record["hangup_cause"]) == (False, "NORMAL_CLEARING")


def test_who_takes_a_call_from_its_slot_is_in_that_call(house: House, operator: Caller, link: Caller) -> None:
    hand_in(link, scenario("park_by_code_taken_by_code", house))
    told = events(house, operator)
    assert [event["type"] for event in told] == ["call.parked", "call.unparked", "call.ended"]
    assert len({event["call_uuid"] for event in told}) == 1
    assert told[1]["data"]["call"]["extensions"] == ["100", "101"], "from when it is taken"
    assert told[-1]["data"]["call"]["answered_by"] == "101"


def posted(house: House, notices: list[dict[str, Any]]) -> None:
    """The same, as its switch has handed it in."""
    context = console(house.store, house.clock, "freeswitch-cdr")
    a, *others = dict.fromkeys(one["leg_uuid"] for one in notices)
    about: dict[str, Any] = {
        "start_stamp": "2026-11-22T11:59:58.000Z",
        "answer_stamp": "2026-11-22T11:59:59.000Z",
        "end_stamp": "2026-11-22T12:00:00.250Z",
        "direction": "local",
        "hangup_cause": "NORMAL_CLEARING",
    }
    first = Leg(xml_cdr_uuid=a, extension="100", ended_by="party", **about)
    rung = [
        Leg(xml_cdr_uuid=b, leg="b", originating_leg_uuid=a, extension="101", ended_by="switch", **about)
        for b in others
    ]
    joining.record(context, domains.named(context, demo.DOMAIN_UUID), [first, *rung], joining.Marks())
    context.commit()


def test_a_call_that_began_and_ended_unheard_is_told_to_its_end_once(
    house: House, operator: Caller, link: Caller
) -> None:
    told = talking(house)
    posted(house, told)
    away = {"position": 1, "away_from": "2026-11-22T11:59:50.000Z", "away_until": "2026-11-22T12:00:10.000Z"}
    assert hand_in(link, [away]) == 0
    [ended] = events(house, operator)
    call, record = ended["data"]["call"], operator.done("cdr-details", **IN_HOME, xml_cdr_uuid=ended["call_uuid"])
    for name in ("start_stamp", "end_stamp", "duration", "billsec", "hangup_cause", "answered_by", "extensions"):
        assert call[name] == record[name], name
    hand_in(link, [{**away, "position": 2}, *({**one, "position": one["position"] + 2} for one in told)])
    assert events(house, operator) == [ended], "and nothing more"


def test_calls_that_ended_unheard_are_as_many_as_there_are(house: House, operator: Caller, link: Caller) -> None:
    told = talking(house)
    for call in range(25):
        posted(house, [{**one, "leg_uuid": f"{call:08d}{one['leg_uuid'][8:]}"} for one in told])
    heard_of = told[0]
    hand_in(link, [heard_of])
    away = {"position": 2, "away_from": "2026-11-22T11:59:50.000Z", "away_until": "2026-11-22T12:00:10.000Z"}
    hand_in(link, [away, {**told[1], "position": 3}])
    assert len(events(house, operator, types=["call.ended"])) == 25


def test_what_a_crm_has_recorded_is_no_call_of_the_switchs(house: House, operator: Caller, link: Caller) -> None:
    recorded(operator, talking(house))
    away = {"position": 1, "away_from": "2026-11-22T11:59:50.000Z", "away_until": "2026-11-22T12:00:10.000Z"}
    assert hand_in(link, [away]) == 0
    assert events(house, operator) == []


@pytest.mark.parametrize("phones", [1, 19, 20, 25, 49])
def test_a_crash_while_a_group_rings_holds_nobody_up(house: House, operator: Caller, link: Caller, phones: int) -> None:
    [caller, made, *_] = scenario("dial_cancelled", house)
    told: list[dict[str, Any]] = [caller]
    for phone in range(phones):
        number = str(300 + phone)
        leg = {**made, "leg_uuid": f"{phone:08d}{made['leg_uuid'][8:]}", "extension": number, "number": number}
        told.append({**leg, "what": "ringing", "position": len(told) + 1, "sequence": len(told) + 1})
    hand_in(link, told)
    lost = unheard(told, "lost")
    hand_in(link, lost)
    assert [event["type"] for event in events(house, operator, limit=500)].count("call.ended") == 1
    hand_in(link, [{**talking(house)[0], "position": lost[-1]["position"] + 1}])


def test_several_calls_that_were_placed_are_lost_together(house: House, operator: Caller, link: Caller) -> None:
    context = console(house.store, house.clock, "originate")
    calls = [f"{call:08d}-0000-4000-8000-000000000000" for call in range(1, 4)]
    told = []
    for place, uuid in enumerate(calls, 1):
        order = CallOrder(
            call_uuid=uuid,
            domain_uuid=demo.DOMAIN_UUID,
            domain_name=demo.DOMAIN_NAME,
            caller_id_number="5550100",
            destination_a="100",
            destination_b="101",
            placed_at="2026-11-22T11:59:58.000Z",
            key_uuid=demo.PUBLIC_KEY_UUID,
        )
        meters.count(context, order, None)
        context.store.stage(Put(Row(keys.order(demo.DOMAIN_UUID, uuid), order.model_dump_json()), if_absent=True))
        context.commit()
        about = {"domain_uuid": demo.DOMAIN_UUID, "leg_uuid": uuid, "at": "2026-11-22T11:59:58.500Z", "position": place}
        told.append({**about, "what": "ringing", "start_stamp": "2026-11-22T11:59:58.000Z", "extension": "100"})
    hand_in(link, told)
    hand_in(link, unheard(told, "lost"))
    assert len(events(house, operator, types=["call.ended"])) == 3


CLICK = "55555555-0000-4000-8000-000000000000"


def ordered(house: House, call_uuid: str = CLICK, **more: str) -> None:
    """A call from 100 to 101 that was placed here two seconds ago, and counts as running."""
    context = console(house.store, house.clock, "originate")
    order = CallOrder(
        call_uuid=call_uuid,
        domain_uuid=demo.DOMAIN_UUID,
        domain_name=demo.DOMAIN_NAME,
        caller_id_number="5550100",
        caller_id_name="Front desk",
        destination_a="100",
        destination_b="101",
        placed_at="2026-11-22T11:59:58.000Z",
        key_uuid=demo.PUBLIC_KEY_UUID,
        direction="local",
        **more,
    )
    meters.count(context, order, None)
    context.store.stage(Put(Row(keys.order(demo.DOMAIN_UUID, call_uuid), order.model_dump_json()), if_absent=True))
    context.commit()


def failed(position: int = 1, **more: Any) -> dict[str, Any]:
    """That its job says it came to nothing."""
    return {
        "what": "failed", "position": position, "domain_uuid": demo.DOMAIN_UUID, "leg_uuid": CLICK, "placed": True,
        "at": "2026-11-22T11:59:59.500Z", "start_stamp": "2026-11-22T11:59:59.500Z", "cause": "USER_NOT_REGISTERED",
        "direction": "local", "extension": "100", "number": "100", "caller_id_number": "5550100", "dialled": "101",
        **more,
    }  # fmt: skip


_SAME = ("start_stamp", "end_stamp", "duration", "billsec", "hangup_cause", "hung_up_by", "missed_call", "extensions")


@pytest.mark.parametrize("by", ["api", None])
def test_a_call_that_was_placed_in_vain_is_told_and_recorded(
    house: House, operator: Caller, link: Caller, by: str | None
) -> None:
    ordered(house, external_id="deal-1")
    about = {"ended_by": by} if by else {}
    hand_in(link, [failed(**about)])
    hand_in(link, [failed(**about)], OTHER_LINK)
    [ended] = events(house, operator)
    call = ended["data"]["call"]
    assert (ended["type"], call["external_id"], call["caller_id_name"]) == ("call.ended", "deal-1", "Front desk")
    record = operator.done("cdr-details", **IN_HOME, xml_cdr_uuid=CLICK)
    assert {name: record[name] for name in _SAME} == {name: call[name] for name in _SAME}
    assert (record["heard"], record["version"], record["hung_up_by"]) == (True, 1, by)
    assert (record["start_stamp"], record["hangup_cause"]) == ("2026-11-22T11:59:58.000Z", "USER_NOT_REGISTERED")
    meter = console(house.store, house.clock, "originate").store.get(keys.meter_of_domain(demo.DOMAIN_UUID), Meter)
    assert meter is not None
    assert CLICK not in meter.running


def test_what_was_recorded_of_it_before_it_was_told_is_replaced(house: House, operator: Caller, link: Caller) -> None:
    ordered(house)
    context = console(house.store, house.clock, "originate")
    note = {"start_stamp": "2026-11-22T11:59:58.000Z", "end_stamp": "2026-11-22T11:59:59.900Z", "heard": True}
    leg = Leg(xml_cdr_uuid=CLICK, extension="100", hangup_cause="NO_ANSWER", **note)
    joining.record(context, domains.named(context, demo.DOMAIN_UUID), [leg], joining.Marks())
    context.commit()
    rings = {"what": "ringing", "at": "2026-11-22T11:59:58.300Z", "start_stamp": "2026-11-22T11:59:58.200Z"}
    hand_in(link, [failed(**rings), failed(2, cause="CALL_REJECTED")])
    call = events(house, operator)[-1]["data"]["call"]
    record = operator.done("cdr-details", **IN_HOME, xml_cdr_uuid=CLICK)
    assert {name: record[name] for name in _SAME} == {name: call[name] for name in _SAME}
    assert (record["start_stamp"], record["hangup_cause"]) == ("2026-11-22T11:59:58.200Z", "CALL_REJECTED")


def test_a_job_of_somebody_elses_tells_nothing(house: House, operator: Caller, link: Caller) -> None:
    hand_in(link, [failed()])
    assert events(house, operator) == []
    assert operator.call("cdr-details", **IN_HOME, xml_cdr_uuid=CLICK).status == 404


def test_a_call_that_has_ended_is_not_ended_by_its_job(house: House, operator: Caller, link: Caller) -> None:
    ordered(house)
    hand_in(link, [failed(what="ringing", cause=None), failed(2, what="ended", cause="USER_BUSY"), failed(3)])
    assert [event["type"] for event in events(house, operator)] == ["call.ringing", "call.cancelled", "call.ended"]
    assert operator.call("cdr-details", **IN_HOME, xml_cdr_uuid=CLICK).status == 404, "its leg's own record comes"


def test_a_placed_call_that_takes_a_parked_one_ends_under_its_own_uuid(
    house: House, operator: Caller, link: Caller
) -> None:
    told = scenario("park_by_code_taken_by_code", house)
    taker = next(one["taken_by"] for one in told if one["what"] == "unparked")
    parked = next(one["leg_uuid"] for one in told if one["what"] == "unparked")
    hand_in(link, [
        {name: value for name, value in {**one, "placed": True}.items() if name != "source_uuid"}
        if one["leg_uuid"] == taker else one
        for one in told
    ])  # fmt: skip
    ended = [event["call_uuid"] for event in events(house, operator) if event["type"] == "call.ended"]
    assert sorted(ended) == sorted([taker, parked])


def test_who_took_a_parked_call_unheard_is_in_that_call(house: House, operator: Caller, link: Caller) -> None:
    told = scenario("park_by_code_taken_by_code", house)
    hand_in(link, [one for one in told if one["what"] != "unparked"])
    [ended] = events(house, operator, types=["call.ended"])
    [parked] = {one["leg_uuid"] for one in told if one["what"] == "parked"}
    assert (ended["call_uuid"], ended["data"]["call"]["answered_by"]) == (parked, "101")


def test_what_was_lost_too_long_ago_to_be_recorded_is_told_all_the_same(
    house: House, operator: Caller, link: Caller
) -> None:
    operator.done("domain-update", **IN_HOME, retention_days=1)
    about = {"at": "2026-11-20T12:00:01.000Z", "start_stamp": "2026-11-20T12:00:00.000Z"}
    told = [{**one, **about} for one in talking(house)]
    for one in told:
        one.pop("answer_stamp", None)
    hand_in(link, told)
    hand_in(link, [{**one, **about} for one in unheard(told, "lost")])
    [ended] = events(house, operator, types=["call.ended"])
    assert operator.call("cdr-details", **IN_HOME, xml_cdr_uuid=ended["call_uuid"]).status == 404


def test_a_leg_nothing_was_told_of_is_not_told_again_from_its_record(
    house: House, operator: Caller, link: Caller
) -> None:
    told = talking(house)
    posted(house, told)
    hand_in(link, unheard(told, "gone"))
    assert events(house, operator) == []


def test_groups_that_rang_unheard_are_taken_too(house: House, operator: Caller, link: Caller) -> None:
    [first, *_] = talking(house)
    for call in range(10):
        legs = [f"{call:04d}{phone:04d}{first['leg_uuid'][8:]}" for phone in range(9)]
        posted(house, [{**first, "leg_uuid": leg} for leg in legs])
    away = {"position": 1, "away_from": "2026-11-22T11:59:50.000Z", "away_until": "2026-11-22T12:00:10.000Z"}
    hand_in(link, [away])
    assert len(events(house, operator, types=["call.ended"])) == 10
