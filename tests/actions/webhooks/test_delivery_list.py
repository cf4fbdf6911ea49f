import pytest

from ringpost.entry import demo
from tests.actions.webhooks.asking import URL
from tests.fakes import NOON
from tests.harness import Caller
from tests.webhooks.receivers import BROKEN, DAY, FINE, Office, Receivers


@pytest.fixture
def made(tenant: Caller, office: Office) -> str:
    office.work()
    uuid: str = tenant.done("webhook-create", url=URL, events=["contact.*"])["webhook_uuid"]
    office.work()
    return uuid


def five(tenant: Caller, office: Office, receivers: Receivers) -> None:
    """Five events, an hour apart: the second and the last wait for another try."""
    receivers.answers(URL, FINE, BROKEN, FINE, FINE, BROKEN)
    for hour in range(5):
        office.clock.time = NOON + 3600 * hour
        tenant.done("contact-create", display_name=str(hour))
        for task in office.tasks(office.clock.time):
            if not task.is_delivery:
                office.outbox.hand_on([task])
        for task in office.tasks(office.clock.time):
            if task.at == office.clock.time:
                office.courier.attempt(task)


def hours(page: dict[str, list[dict[str, str]]]) -> list[int]:
    return [int(one["delivery_id"][11:13]) - 12 for one in page["items"]]


def test_lists_every_delivery_with_its_tries_newest_event_first(
    tenant: Caller, made: str, office: Office, receivers: Receivers
) -> None:
    five(tenant, office, receivers)
    page = tenant.done("delivery-list", webhook_uuid=made)
    assert hours(page) == [4, 3, 2, 1, 0]
    assert [one["state"] for one in page["items"]] == ["waiting", "delivered", "delivered", "waiting", "delivered"]
    waiting = page["items"][0]
    assert (waiting["tries"], waiting["type"]) == (1, "contact.created")
    assert waiting["attempts"] == [
        {"at": "2026-11-22T16:00:00.000Z", "status": 500, "error": "it answered 500", "seconds": 0.02,
         "excerpt": "oh dear"}
    ]  # fmt: skip
    heard = [post.id for post in receivers.heard(URL)]
    assert [one["event_uuid"] for one in reversed(page["items"])] == heard


@pytest.mark.parametrize(
    ("state", "found"), [("waiting", [4, 1]), ("delivered", [3, 2, 0]), ("failed", []), (None, [4, 3, 2, 1, 0])]
)
def test_lists_those_in_one_state(
    tenant: Caller, made: str, office: Office, receivers: Receivers, state: str | None, found: list[int]
) -> None:
    five(tenant, office, receivers)
    assert hours(tenant.done("delivery-list", webhook_uuid=made, state=state)) == found
    seen: list[int] = []
    cursor: dict[str, str] = {}
    while True:
        page = tenant.done("delivery-list", webhook_uuid=made, state=state, limit=1, **cursor)
        seen += hours(page)
        if page["next_cursor"] is None:
            break
        cursor = {"cursor": page["next_cursor"]}
    assert seen == found


def test_lists_those_of_a_span_of_time(tenant: Caller, made: str, office: Office, receivers: Receivers) -> None:
    five(tenant, office, receivers)
    span = {"from": "2026-11-22T13:00:00Z", "until": "2026-11-22T15:00:00Z"}
    assert hours(tenant.done("delivery-list", webhook_uuid=made, **span)) == [2, 1]
    assert hours(tenant.done("delivery-list", webhook_uuid=made, until="2026-11-22T12:00:00Z")) == []


def test_a_cursor_belongs_to_its_query_and_key(
    house: object, tenant: Caller, operator: Caller, made: str, office: Office, receivers: Receivers
) -> None:
    five(tenant, office, receivers)
    cursor = tenant.done("delivery-list", webhook_uuid=made, limit=2)["next_cursor"]
    assert tenant.call("delivery-list", webhook_uuid=made, state="waiting", cursor=cursor).status == 400
    other = tenant.done("webhook-create", url=URL)["webhook_uuid"]
    assert tenant.call("delivery-list", webhook_uuid=other, cursor=cursor).status == 400
    assert operator.call("delivery-list", webhook_uuid=made, cursor=cursor, domain_name=demo.DOMAIN_NAME).status == 400


def test_what_is_a_month_old_is_forgotten(tenant: Caller, made: str, office: Office, receivers: Receivers) -> None:
    five(tenant, office, receivers)
    office.clock.time = NOON + 31 * DAY
    assert tenant.done("delivery-list", webhook_uuid=made)["items"] == []


def test_anothers_are_not_there(tenant: Caller, stranger: Caller, operator: Caller, made: str) -> None:
    assert stranger.call("delivery-list", webhook_uuid=made).status == 404
    own = operator.done("webhook-create", url=URL)["webhook_uuid"]
    assert operator.done("delivery-list", webhook_uuid=own)["items"] == []
    assert tenant.call("delivery-list", webhook_uuid=own).status == 404
