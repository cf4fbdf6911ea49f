from tests.harness import Caller


def test_changes_what_is_sent_and_keeps_the_rest(tenant: Caller) -> None:
    after = tenant.done("ringgroup-update", extension="600", strategy="rollover", name="Sales team")
    assert (after["ring_group_strategy"], after["ring_group_name"]) == ("rollover", "Sales team")
    assert len(after["ring_group_destinations"]) == 2


def test_replaces_the_members(tenant: Caller) -> None:
    after = tenant.done("ringgroup-update", extension="600", destinations=[{"number": "5550199", "timeout": 10}])
    assert after["ring_group_destinations"] == [{"number": "5550199", "delay": 0, "timeout": 10, "enabled": True}]


def test_moves_to_a_new_number(tenant: Caller) -> None:
    tenant.done("ringgroup-update", extension="600", new_extension="699")
    assert tenant.call("ringgroup-details", extension="600").status == 404
    assert tenant.call("ringgroup-update", extension="699", new_extension="100").status == 409


def test_what_must_be_there_cannot_be_cleared(tenant: Caller) -> None:
    reply = tenant.call("ringgroup-update", extension="600", strategy=None)
    assert (reply.status, reply.json["error"]) == (400, "ring_group_strategy cannot be cleared")
