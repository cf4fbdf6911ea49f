from ringpost.entry import demo
from tests.harness import Caller

FUSIONPBX = [
    "domain_uuid", "domain_parent_uuid", "domain_name", "domain_enabled", "domain_description",
    "insert_date", "insert_user", "update_date", "update_user",
]  # fmt: skip


def test_answers_fusionpbx_members_first(tenant: Caller) -> None:
    found = tenant.done("domain-details", domain_name=demo.DOMAIN_NAME)
    assert list(found)[:9] == FUSIONPBX
    assert found["domain_parent_uuid"] is None
    assert found["domain_enabled"] is True


def test_takes_a_uuid_or_a_name_in_either_member(tenant: Caller) -> None:
    found = tenant.done("domain-details", domain_uuid=demo.DOMAIN_UUID)
    assert tenant.done("domain-details", domain_uuid=demo.DOMAIN_NAME) == found
    assert tenant.done("domain-details", domain_uuid=demo.DOMAIN_UUID.upper()) == found
    assert tenant.done("domain-details") == found, "a key of one domain may leave it out"


def test_needs_a_domain_from_a_key_of_many(operator: Caller) -> None:
    reply = operator.call("domain-details")
    assert (reply.status, reply.json["errors"][0]["parameter"]) == (400, "domain_uuid")


def test_says_not_found_of_what_is_not_there(operator: Caller) -> None:
    reply = operator.call("domain-details", domain_name="nobody.example.net")
    assert (reply.status, reply.json["error"]) == (404, "domain not found")


def test_cannot_tell_a_strangers_domain_from_none(stranger: Caller) -> None:
    theirs = [
        stranger.call("domain-details", domain_uuid=demo.DOMAIN_UUID).json,
        stranger.call("domain-details", domain_name=demo.DOMAIN_NAME).json,
        stranger.call("domain-details", domain_uuid=demo.DOMAIN_UUID.replace("d0", "aa")).json,
    ]
    for answer in theirs:
        del answer["request_id"]
    assert theirs[0] == theirs[1] == theirs[2]


def test_refuses_a_name_that_is_another_domains(operator: Caller) -> None:
    reply = operator.call("domain-details", domain_uuid=demo.DOMAIN_UUID, domain_name="empty.example.net")
    assert reply.status == 404
