from tests.harness import Caller, House


def test_lists_what_this_key_may_call(house: House, operator: Caller) -> None:
    everything = operator.done("action-list")["items"]
    assert len(everything) == len(house.catalogue.names())
    some = house.key("action.list", "domain.#", "!domain.create").done("action-list")["items"]
    assert [one["action"] for one in some] == [
        "action-list", "domain-delete", "domain-details", "domain-list", "domain-provision", "domain-update",
    ]  # fmt: skip
    assert {"action", "family", "summary", "scope", "writes", "effects"} == set(some[0])
