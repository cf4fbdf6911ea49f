from tests.harness import Caller, House


def test_answers_what_a_phone_needs(tenant: Caller) -> None:
    tenant.done("extension-password-reset", extension="100", password="s3cret-Passw0rd")
    account = tenant.done("sip-account-details", extension="100")
    assert (account["username"], account["password"]) == ("100", "s3cret-Passw0rd")
    assert account["uri"] == "sip:100@fusionpbx.example.net"
    assert tenant.done("sip-account-details", user="alice") == account


def test_a_user_without_extension_has_none(tenant: Caller) -> None:
    assert tenant.call("sip-account-details", user="bob").status == 422


def test_no_scope_of_extensions_covers_it(house: House) -> None:
    key = house.key("extension.#", domains=("fusionpbx.example.net",))
    assert key.call("sip-account-details", extension="100").status == 403


def test_who_acts_for_a_user_gets_that_users_only(tenant: Caller) -> None:
    token = tenant.done("token-create", as_user="alice", domain_name="fusionpbx.example.net")["token"]
    as_alice = {"headers": {"authorization": f"Bearer {token}"}}
    assert tenant.call("sip-account-details", **as_alice).json["extension"] == "100"
    assert tenant.call("sip-account-details", extension="100", **as_alice).status == 200
    assert tenant.call("sip-account-details", extension="101", **as_alice).status == 404
    assert tenant.call("sip-account-details", extension="101", as_user="alice").status == 403


def test_two_references_must_agree(tenant: Caller) -> None:
    assert tenant.call("sip-account-details", user="alice", extension="101").status == 404
    assert tenant.call("sip-account-details").status == 400
