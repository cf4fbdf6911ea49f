from tests.harness import Caller


def test_describes_an_action_so_that_one_can_call_it(operator: Caller) -> None:
    about = operator.done("action-details", name="ExtEnsion-Create")
    assert about["scope"] == "extension.create"
    assert about["writes"] is True
    assert about["effects"] == []
    assert operator.done("action-details", name="originate")["effects"] == ["costs"]
    assert "extension" in about["request"]["required"]
    assert "password" in about["response"]["properties"]
    assert operator.done(**about["example"])["extension"] == "102"


def test_says_when_there_is_none(operator: Caller) -> None:
    reply = operator.call("action-details", name="extension-crate")
    assert (reply.status, reply.code) == (404, "unknown-action")
    assert reply.json["error"] == 'unknown action "extension-crate" in name, did you mean extension-create?'
    assert reply.json["errors"][0]["parameter"] == "name"
