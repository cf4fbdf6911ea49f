from tests.harness import Caller


def test_gives_the_user_the_extension_and_the_extension_the_user(tenant: Caller) -> None:
    user = tenant.done("user-extension-add", user="bob", extension="101")
    assert [one["extension"] for one in user["extensions"]] == ["101"]
    extension = tenant.done("extension-details", extension="101")
    assert extension["user_uuid"] == user["user_uuid"]
    assert extension["effective_caller_id_name"] == "Bob Example"
    assert (extension["voicemail_enabled"], extension["voicemail_number"]) == (True, None), "its own box stays"


def test_the_first_is_the_main_one(tenant: Caller) -> None:
    for number in ("101", "102"):
        tenant.call("extension-create", extension=number)
        tenant.done("user-extension-add", user="bob", extension=number)
    assert tenant.done("sip-account-details", user="bob")["extension"] == "101"


def test_refuses_it_twice_and_for_two(tenant: Caller) -> None:
    assert tenant.call("user-extension-add", user="alice", extension="100").status == 409
    reply = tenant.call("user-extension-add", user="bob", extension="100")
    assert (reply.status, reply.json["error"]) == (409, "another user has this extension")


def test_refuses_more_than_ten(tenant: Caller) -> None:
    for number in range(200, 211):
        tenant.done("extension-create", extension=str(number))
    replies = [tenant.call("user-extension-add", user="bob", extension=str(n)).status for n in range(200, 211)]
    assert replies == [200] * 10 + [422]


def test_the_users_voicemail_is_the_extensions(tenant: Caller) -> None:
    tenant.done("user-update", user="bob", voicemail="101")
    tenant.done("extension-create", extension="102")
    for number, pointer in (("101", None), ("102", "101")):
        tenant.done("user-extension-add", user="bob", extension=number)
        assert tenant.done("extension-details", extension=number)["voicemail_number"] == pointer


def test_does_not_find_what_is_not_there(tenant: Caller) -> None:
    assert tenant.call("user-extension-add", user="bob", extension="999").status == 404
    assert tenant.call("user-extension-add", user="nobody", extension="101").status == 404
    assert tenant.call("user-extension-add", user="bob").status == 400
