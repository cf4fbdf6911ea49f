from typing import Any

import pytest

from ringpost.entry import demo
from tests.actions.registrations.phones import Phones
from tests.harness import Caller, House


def contacts(caller: Caller, **query: Any) -> list[str]:
    return [phone["contact"][4:] for phone in caller.done("registration-list", **query)["items"]]


def test_there_are_no_phones_in_the_sandbox(tenant: Caller) -> None:
    assert tenant.done("registration-list") == {"items": [], "next_cursor": None}


def test_lists_what_the_switch_says_by_extension(house: House, tenant: Caller) -> None:
    house.switch = Phones()
    assert contacts(tenant) == ["100@192.0.2.1", "100@192.0.2.2", "101@192.0.2.3"]
    assert tenant.done("registration-list", extension="101")["items"] == [
        {
            "extension": "101",
            "contact": "sip:101@192.0.2.3",
            "agent": None,
            "network_ip": "192.0.2.3",
            "network_port": 5060,
            "network_proto": None,
            "expires_at": None,
        }
    ]


@pytest.mark.parametrize(
    ("query", "count"), [({"extension": "100"}, 2), ({"network_proto": "tls"}, 1), ({"search": "192.0.2.3"}, 1)]
)
def test_filters(house: House, tenant: Caller, query: dict[str, Any], count: int) -> None:
    house.switch = Phones()
    assert len(contacts(tenant, **query)) == count


def test_answers_page_by_page(house: House, tenant: Caller) -> None:
    house.switch = Phones()
    page = tenant.done("registration-list", limit=2, count=True)
    assert (page["total"], contacts(tenant, limit=2, cursor=page["next_cursor"])) == (3, ["101@192.0.2.3"])


def test_the_domain_of_another_tenant_is_not_there(stranger: Caller) -> None:
    reply = stranger.call("registration-list", domain_name=demo.DOMAIN_NAME)
    assert (reply.status, reply.json["error"]) == (404, "domain not found")
