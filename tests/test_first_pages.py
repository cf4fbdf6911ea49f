"""Every list answers its first page, unsorted and uncounted, in one query, however many there are."""

from collections.abc import Callable

import pytest

from ringpost.entry import demo
from ringpost.store import Row, keys
from tests import seeds
from tests.fakes import CountingStore
from tests.harness import CATALOGUE, Caller, House

HOME = demo.DOMAIN_UUID
MANY = 10_000
LISTS: dict[str, Callable[[str], str]] = {
    "audit-list": keys.audits,
    "delivery-list": lambda home: keys.deliveries(home, demo.WEBHOOK_UUID),
    "recording-list": keys.recordings,
    "webhook-list": keys.webhooks,
    "cdr-search": keys.cdrs,
    "contact-list": keys.contacts,
    "destination-list": keys.destinations,
    "extension-search": keys.extensions,
    "extensiongroup-list": keys.extensiongroups,
    "permission-list": keys.permissions,
    "ringgroup-list": keys.ring_groups,
    "status-list": keys.statuses,
    "user-list": keys.users,
    "usergroup-list": keys.usergroups,
    "voicemail-list": keys.voicemails,
    "queue-list": keys.queues,
    "agent-list": keys.agents,
    "conference-list": keys.conferences,
    "parkinglot-list": keys.parking_lots,
    "domain-list": lambda _: keys.DOMAINS,
    "key-list": lambda _: keys.KEYS,
    "switch-list": lambda _: keys.SWITCHES,
}
NOT_OF_THE_STORE = {
    "action-list",
    "call-list",
    "conference-participant-list",
    "transfer-list",
    "cdr-list",
    "event-list",
    "extension-list",
    "extension-status-list",
    "parked-call-list",
    "registration-list",
    "switch-link-question-list",
    "switch-link-queue-list",
}
"""FusionPBX's two bare arrays, the feed, what is in files, what a switch says, and what is of several lists."""


def test_no_list_is_left_out() -> None:
    lists = {name for name in CATALOGUE.names() if name.endswith(("-list", "-search"))}
    assert lists == LISTS.keys() | NOT_OF_THE_STORE


@pytest.mark.often
@pytest.mark.parametrize("name", LISTS)
def test_the_first_page_of_ten_thousand_is_one_query(house: House, operator: Caller, name: str) -> None:
    here = {} if name.startswith(("domain-", "key-", "switch-")) else {"domain_uuid": HOME}
    if name == "permission-list":
        operator.done("permission-set", **here, usergroup="interns", key="monitor", allowed=False)
    if name == "status-list":
        operator.done("user-status-set", **here, user="alice", type="away")
    if name == "delivery-list":
        here = {**here, "webhook_uuid": demo.WEBHOOK_UUID}
        assert operator.call("webhook-test", **here, wait=0).status == 202
    partition = LISTS[name](HOME)
    [row, *_] = house.store.query(partition, limit=1)
    seeds.put(house.store, [Row(row.key._replace(sort=f"~{n:05d}"), row.body) for n in range(MANY)])
    house.store = counting = CountingStore(house.store)
    house.restart()
    operator.done("action-list")
    counting.calls.clear()
    page = operator.done(name, **here)
    assert (len(page["items"]), bool(page["next_cursor"])) == (100, True)
    whose = ["get"] if name == "delivery-list" else []
    assert counting.calls == [*whose, "query"]
    assert counting.rows_read == 101
    counting.calls.clear()
    assert len(operator.done(name, **here, cursor=page["next_cursor"])["items"]) == 100
    assert counting.calls == [*whose, "query"]
