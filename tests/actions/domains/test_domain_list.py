from ringpost.entry import demo
from tests.harness import Caller


def test_lists_what_the_key_reaches(operator: Caller, tenant: Caller) -> None:
    everything = operator.done("domain-list")
    assert [one["domain_name"] for one in everything["items"]] == ["empty.example.net", demo.DOMAIN_NAME]
    assert everything["next_cursor"] is None
    assert "total" not in everything
    assert [one["domain_name"] for one in tenant.done("domain-list")["items"]] == [demo.DOMAIN_NAME]


def test_pages_filters_searches_and_counts(operator: Caller) -> None:
    first = operator.done("domain-list", limit=1)
    second = operator.done("domain-list", limit=1, cursor=first["next_cursor"])
    assert [first["items"][0]["domain_name"], second["items"][0]["domain_name"]] == [
        "empty.example.net",
        demo.DOMAIN_NAME,
    ]
    assert second["next_cursor"] is None
    found = operator.done("domain-list", search="FUSION", count=True)
    assert (len(found["items"]), found["total"]) == (1, 1)
    assert operator.done("domain-list", domain_enabled=False)["items"] == []
    newest = operator.done("domain-list", order="domain_name", direction="desc")
    assert newest["items"][0]["domain_name"] == demo.DOMAIN_NAME
