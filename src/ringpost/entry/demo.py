"""The demo tenant: FusionPBX's own example domain, with phones and a little history.

Its uuids are always the same, so that examples and sample events work as they are. Its key is
random, but for ``sam local``: there it is fixed, and public (SECURITY.md).
"""

import os
import tempfile
from pathlib import Path
from typing import Any

from ringpost.auth.tokens import new_secret, sha256
from ringpost.clock import Clock, stamp
from ringpost.context import Context
from ringpost.entry.console import NOBODY, console
from ringpost.model.agent import Agent
from ringpost.model.call import CallOrder, Leg, Rung
from ringpost.model.conference import Conference
from ringpost.model.domain import Domain
from ringpost.model.event_requests import OneWebhook
from ringpost.model.key import ApiKey, Limits, SecretHash
from ringpost.model.queue import Queue, QueueMember, QueueStay
from ringpost.model.recording import Recording
from ringpost.model.requests import ExtensionGroupMember, OneExtension
from ringpost.model.ring_group import Member
from ringpost.model.switch import SwitchRecord
from ringpost.model.token import StoredToken
from ringpost.model.transfer import Transfer
from ringpost.services import kept
from ringpost.services.happenings import webhooks
from ringpost.services.happenings.call_telling import keep_transfer
from ringpost.services.numbers import contacts, destinations, parking_lots, ring_groups
from ringpost.services.people import extension_groups, extensions, user_groups, users
from ringpost.services.queues import agents
from ringpost.services.records import joining
from ringpost.services.switching import queueing
from ringpost.store import Put, Row, Store, keys
from ringpost.store.sqlite import SqliteStore
from ringpost.switch.sandbox.play import Play
from ringpost.switch.scripts import Script, Turn

DOMAIN_NAME = "fusionpbx.example.net"
DOMAIN_UUID = "d0d0d0d0-0000-4000-8000-000000000001"
EMPTY_DOMAIN_UUID = "d0d0d0d0-0000-4000-8000-000000000002"
CALL_UUID = "c0c0c0c0-0000-4000-8000-000000000001"
CALL_B_UUID = "c0c0c0c0-0000-4000-8000-00000000000b"
LAB_UUID = "5a5a5a5a-0000-4000-8000-000000000001"
HELD_CALL_UUID = "b1b1b1b1-0000-4000-8000-000000000001"
PARKED_CALL_UUID = "b1b1b1b1-0000-4000-8000-000000000002"
WAITING_CALL_UUID = "b1b1b1b1-0000-4000-8000-000000000003"
ROOM_CALL_UUID = "b1b1b1b1-0000-4000-8000-000000000004"
STAYING_CALL_UUID = "b1b1b1b1-0000-4000-8000-000000000005"
ASKING_CALL_UUID = "b1b1b1b1-0000-4000-8000-000000000006"
TRANSFER_UUID = "f1f1f1f1-0000-4000-8000-000000000001"
CONFERENCE_UUID = "c1c1c1c1-0000-4000-8000-000000000001"
PARKINGLOT_UUID = "d1d1d1d1-0000-4000-8000-000000000001"
QUEUE_UUID = "babababa-0000-4000-8000-000000000001"
AGENT_UUID = "bebebebe-0000-4000-8000-000000000001"
PUBLIC_KEY_UUID = "b0b0b0b0-0000-4000-8000-000000000001"
PUBLIC_SECRET = "de" * 32
SHORT_LIVED_UUID = "ededeced-0000-4000-8000-000000000001"
SHORT_LIVED_SECRET = "ad" * 32
CONTACT_UUID = "acacacac-0000-4000-8000-000000000001"
WEBHOOK_UUID = "abababab-0000-4000-8000-000000000001"
RECORDING_UUID = "afafafaf-0000-4000-8000-000000000001"
CRM_KEY_UUID = "b0b0b0b0-0000-4000-8000-000000000002"


_CRM_HASH = sha256(new_secret())
"""Nobody knows the secret."""


def may_seed(store: Store) -> bool:
    """Whether nothing at all is in a store yet: no domain and no key."""
    return not store.query(keys.DOMAINS, limit=1) and not store.query(keys.KEYS, limit=1)


def seed(store: Store, clock: Clock) -> None:
    """Make the demo tenant."""
    context = console(store, clock, "demo")
    domain = _domain(context, DOMAIN_UUID, DOMAIN_NAME, "The demo tenant")
    _domain(context, EMPTY_DOMAIN_UUID, "empty.example.net", "Nothing lives here")
    lab = SwitchRecord(switch_uuid=LAB_UUID, switch_name="lab", kind="sandbox", description="A second sandbox")
    kept.create(context, lab, keys.switch_layout)
    context.commit()
    for number, name in (("100", "Front desk"), ("101", "Back office")):
        caller = {"effective_caller_id_name": name, "effective_caller_id_number": f"5550{number}"}
        extensions.create(context, domain, {"extension": number, **caller}, None)
    ring_groups.create(
        context,
        domain,
        {
            "ring_group_name": "Sales",
            "ring_group_extension": "600",
            "ring_group_strategy": "simultaneous",
            "ring_group_destinations": (Member(number="100"), Member(number="101")),
        },
    )
    destinations.create(context, domain, "12025550100", "600", {"destination_description": "Main number"})
    context.commit()
    _people(context, domain)
    _webhook(context)
    _call_of_yesterday(context, domain)
    held, parked = {"leg_uuid": HELD_CALL_UUID}, {"leg_uuid": PARKED_CALL_UUID}
    recorded = Turn(at=clock.now() - 2, what="record", value=f"sandbox/{HELD_CALL_UUID}.wav", **held)
    _call_that_is_up(context, domain, HELD_CALL_UUID, "100", recorded, Turn(at=clock.now() - 1, what="hold", **held))
    parks = Turn(at=clock.now() - 1, what="park", value="5901", **parked)
    _call_that_is_up(context, domain, PARKED_CALL_UUID, "101", parks)
    _call_centre(context, domain)
    _meetings(context, domain)
    crm = Limits(scopes=("originate", "cdr.#"), domains=(DOMAIN_UUID,))
    _key(context, CRM_KEY_UUID, "CRM", _CRM_HASH, crm)
    context.commit()


def sam_local_store(clock: Clock) -> Store:
    """A store inside the container, with the demo tenant and the public key. Under ``sam local`` only."""
    if os.environ.get("AWS_SAM_LOCAL") != "true":
        raise RuntimeError("RINGPOST_STORE=demo has a public key: it starts under sam local only")
    store = SqliteStore(Path(tempfile.mkdtemp()) / "demo.sqlite3", clock.now)
    seed_public(store, clock)
    return store


def seed_public(store: Store, clock: Clock) -> None:
    """The demo tenant, with the public key."""
    seed(store, clock)
    context = console(store, clock, "demo")
    _key(context, PUBLIC_KEY_UUID, "Public demo key", sha256(PUBLIC_SECRET), Limits(scopes=("#",)))
    _token(context)
    webhook = webhooks.found(context, OneWebhook(domain_uuid=DOMAIN_UUID, webhook_uuid=WEBHOOK_UUID))
    webhooks.update(context, webhook, {"enabled": True}, None)
    context.commit()


def _domain(context: Context, uuid: str, name: str, description: str) -> Domain:
    domain = Domain(domain_uuid=uuid, domain_name=name, domain_description=description)
    return kept.create(context, domain, keys.domain_layout)


def _key(context: Context, uuid: str, name: str, digest: str, limits: Limits) -> None:
    key = ApiKey(
        key_uuid=uuid,
        key_name=name,
        limits=limits,
        hashes=(SecretHash(sha256=digest),),
        cursor_seed=os.urandom(16).hex(),
    )
    kept.create(context, key, keys.api_key_layout)


def _people(context: Context, domain: Domain) -> None:
    """Alice at the front desk, Bob who has no telephone yet, their groups, and a customer."""
    alice = users.create(
        context,
        domain,
        {"firstname": "Alice", "lastname": "Example", "username": "alice", "caller_id": '"Front desk" <5550100>'},
    )
    users.create(context, domain, {"firstname": "Bob", "lastname": "Example", "username": "bob"})
    sales = user_groups.create(context, domain, "Sales")
    user_groups.create(context, domain, "Interns")
    reception = extension_groups.create(context, domain, "Reception", public=True)
    contacts.create(
        context,
        domain,
        {
            "contact_uuid": CONTACT_UUID,
            "firstname": "Example",
            "lastname": "Caller",
            "numbers": [{"type": "work", "number": "+1 202 555 0199"}],
        },
    )
    context.commit()
    front_desk = extensions.found(context, OneExtension(domain_uuid=domain.domain_uuid, extension="100"))
    alice = users.add_extension(context, alice, front_desk, None)
    member = ExtensionGroupMember(domain_uuid=domain.domain_uuid, extensiongroup="reception", extension="100")
    extension_groups.add(context, reception, member)
    context.commit()
    user_groups.add(context, sales, alice)
    context.commit()


def _call_centre(context: Context, domain: Domain) -> None:
    """A queue of Alice's and of the back office, and a caller who waits there: both have a call."""
    alice = users.named(context, domain.domain_uuid, "alice")
    agent = Agent(
        agent_uuid=AGENT_UUID,
        domain_uuid=domain.domain_uuid,
        number="7001",
        firstname="Alice",
        lastname="Example",
        user_uuid=alice.user_uuid,
    )
    agent = kept.create(context, agent, keys.agent_layout)
    agents.create(context, domain, {"number": "7003", "firstname": "Carol"}, None)
    context.commit()
    queueing.log_in(context, agent, "100", None)
    members = (QueueMember(agent="7001"), QueueMember(extension="101", penalty=1))
    queue = Queue(
        queue_uuid=QUEUE_UUID, domain_uuid=domain.domain_uuid, name="Support", extension="700", members=members
    )
    kept.create(context, queue, keys.queue_layout)
    context.commit()
    joined = context.clock.now() - 30
    stay = QueueStay(queue_uuid=QUEUE_UUID, joins_at=joined, leaves_at=joined + 3600, because="timeout")
    order = CallOrder(
        call_uuid=WAITING_CALL_UUID,
        domain_uuid=domain.domain_uuid,
        domain_name=domain.domain_name,
        caller_id_number="12025550199",
        caller_id_name="Example Caller",
        destination_a="12025550150",
        destination_b="700",
        placed_at=stamp(joined),
        key_uuid=NOBODY,
        direction="inbound",
        way=(Rung(number="700", stay=stay),),
    )
    _write_script(context, Script(order=order, version=1))


def _meetings(context: Context, domain: Domain) -> None:
    """A conference room with somebody in it, a parking lot, a call that goes on, and one that is being transferred."""
    home = domain.domain_uuid
    room = Conference(
        conference_uuid=CONFERENCE_UUID, domain_uuid=home, name="Weekly", extension="880", pin="4711", record=True
    )
    kept.create(context, room, keys.conference_layout)
    lot = {"name": "Yard", "extension": "870", "slots_start": "871", "slots_end": "878", "timeout": 300}
    parking_lots.create(context, domain, {"parkinglot_uuid": PARKINGLOT_UUID, **lot})
    context.commit()
    in_room = _order(context, domain, ROOM_CALL_UUID, "12025550160", "880")
    in_room = in_room.model_copy(update={"way": (Rung(number="880", is_room=True, is_recorded=True),)})
    _write_script(context, Script(order=in_room, version=1))
    stays = _order(context, domain, STAYING_CALL_UUID, "12025550161", "12025550152")
    _write_script(context, Script(order=stays, version=1))
    asks = _order(context, domain, ASKING_CALL_UUID, "12025550162", "12025550152")
    one = Transfer(
        transfer_uuid=TRANSFER_UUID,
        domain_uuid=home,
        call_uuid=ASKING_CALL_UUID,
        status="answered",
        destination="5550124",
        initiator_leg_uuid=ASKING_CALL_UUID,
        transferred_leg_uuid=Play(Script(order=asks)).parties[1].leg_uuid,
        transferred_number="12025550152",
        created_at=stamp(context.clock.now() - 2),
        rang_at=stamp(context.clock.now() - 2),
        answered_at=stamp(context.clock.now() - 1),
        sandbox=True,
    )
    turn = Turn(
        at=context.clock.now() - 2,
        what="consult",
        leg_uuid=ASKING_CALL_UUID,
        value="5550124",
        other_uuid=one.transferred_leg_uuid,
        transfer_uuid=TRANSFER_UUID,
    )
    _write_script(context, Script(order=asks, turns=(turn,), version=1))
    keep_transfer(context, one)
    context.commit()


def _webhook(context: Context) -> None:
    """A CRM's, which is nowhere: disabled, but with the public key."""
    members = {"webhook_uuid": WEBHOOK_UUID, "name": "Example CRM", "events": ("call.*",), "enabled": False}
    webhooks.create(context, DOMAIN_UUID, "https://crm.example.net/hooks/ringpost", members)
    context.commit()


def _token(context: Context) -> None:
    """A token of the CRM's key. It is public, and lasts."""
    limits = Limits(scopes=("cdr.#",), domains=(DOMAIN_UUID,), expires_at="2099-01-01T00:00:00.000Z")
    token = StoredToken(
        token_uuid=SHORT_LIVED_UUID,
        key_uuid=CRM_KEY_UUID,
        sha256=sha256(SHORT_LIVED_SECRET),
        bought_with=_CRM_HASH,
        limits=limits,
        issued_at=context.now,
    )
    context.store.stage(Put(Row(keys.token(SHORT_LIVED_UUID), token.model_dump_json())))


def _call_that_is_up(context: Context, domain: Domain, call_uuid: str, number: str, *turns: Turn) -> None:
    """A call somebody has put on hold, or parked: it waits for an hour."""
    order = _order(context, domain, call_uuid, number, "5550123")
    _write_script(context, Script(order=order, turns=turns, extensions=(number,), version=1))


def _order(context: Context, domain: Domain, call_uuid: str, number: str, destination: str) -> CallOrder:
    return CallOrder(
        call_uuid=call_uuid,
        domain_uuid=domain.domain_uuid,
        domain_name=domain.domain_name,
        caller_id_number=f"5550{number}" if len(number) == 3 else number,
        destination_a=number,
        destination_b=destination,
        placed_at=stamp(context.clock.now() - 4),
        key_uuid=NOBODY,
    )


def _write_script(context: Context, script: Script) -> None:
    key = keys.script(script.order.domain_uuid, script.order.call_uuid)
    expires = int(context.clock.now()) + 2 * 3600
    context.store.stage(Put(Row(key, script.model_dump_json(), expires=expires)))


def _call_of_yesterday(context: Context, domain: Domain) -> None:
    start = context.clock.now() - 86_400
    times: dict[str, Any] = {"answer_stamp": stamp(start + 4), "end_stamp": stamp(start + 64), "direction": "inbound"}
    parties = {"caller_id_name": "Example caller", "caller_id_number": "5550199", "hangup_cause": "NORMAL_CLEARING"}
    a_leg = Leg(
        xml_cdr_uuid=CALL_UUID,
        start_stamp=stamp(start),
        duration=64,
        billsec=60,
        destination_number="12025550100",
        bridge_uuid=CALL_B_UUID,
        **times,
        **parties,
    )
    b_leg = Leg(
        xml_cdr_uuid=CALL_B_UUID,
        leg="b",
        start_stamp=stamp(start + 1),
        duration=63,
        billsec=60,
        destination_number="100",
        bridge_uuid=CALL_UUID,
        originating_leg_uuid=CALL_UUID,
        **times,
        **parties,
    )
    legs = [a_leg, joining.with_extension(context, domain.domain_uuid, b_leg)]
    joining.record(context, domain, legs, joining.Marks())
    recording = Recording(
        recording_uuid=RECORDING_UUID,
        domain_uuid=domain.domain_uuid,
        call_uuid=CALL_UUID,
        leg_uuid=CALL_B_UUID,
        extension="100",
        extensions=("100",),
        file_name=f"{CALL_B_UUID}.wav",
        ended_at=stamp(start + 64),
        seconds=60,
    )
    kept.create(context, recording, keys.recording_layout)
