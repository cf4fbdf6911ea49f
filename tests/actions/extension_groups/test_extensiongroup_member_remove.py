from tests.harness import Caller


def test_takes_it_out(tenant: Caller) -> None:
    group = tenant.done("extensiongroup-member-remove", extensiongroup="reception", extension="100")
    assert group["extensions"] == []
    gone = tenant.call("extensiongroup-member-remove", extensiongroup="reception", extension="100")
    assert (gone.status, gone.json["error"]) == (404, "no such extension in this extension group")
