from base64 import b64encode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ringpost.auth.tokens import Credentials, new_secret, presented, proves_key, proves_token, sha256, token
from ringpost.model.key import ApiKey, Limits, SecretHash
from ringpost.model.token import StoredToken

KEY = "b0b0b0b0-0000-4000-8000-000000000001"


def basic(text: str) -> str:
    return "Basic " + b64encode(text.encode()).decode()


@pytest.mark.parametrize(
    "headers",
    [
        {"authorization": basic(f"{KEY}:s_e:cret")},
        {"authorization": "bAsIc " + basic(f"{KEY.upper()}:s_e:cret")[6:]},
        {"authorization": f"Bearer rp_{KEY}_s_e:cret"},
        {"authorization": f"bearer  rp_{KEY}_s_e:cret "},
        {"x-auth-token": f"rp_{KEY}_s_e:cret"},
        {"x-api-key": f"rp_{KEY}_s_e:cret"},
        {"x-api-key": f"rp_{KEY}_s_e:cret", "authorization": basic(f"{KEY}:s_e:cret")},
    ],
)
def test_reads_a_key_in_any_of_its_forms(headers: dict[str, str]) -> None:
    assert presented(headers) == Credentials(KEY, "s_e:cret")


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"authorization": ""},
        {"authorization": "Basic"},
        {"authorization": "Basic ???"},
        {"authorization": basic("nobody:secret")},
        {"authorization": basic(f"{KEY}:")},
        {"authorization": basic(KEY)},
        {"authorization": "Digest x"},
        {"authorization": "Bearer"},
        {"authorization": f"Bearer xx_{KEY}_s"},
        {"x-api-key": f"rp_{KEY}_{'s' * 600}"},
        {"x-api-key": "rp__"},
        {"x-api-key": f"rp_{KEY}_one", "x-auth-token": f"rp_{KEY}_two"},
        {"x-api-key": f"rp_{KEY}_one", "authorization": "Basic ???"},
    ],
)
def test_reads_nobody_from_anything_else(headers: dict[str, str]) -> None:
    found = presented(headers)
    assert found is None or found == Credentials("", "")


@given(st.text(max_size=200), st.text(max_size=200), st.text(max_size=200))
def test_never_breaks(one: str, two: str, three: str) -> None:
    presented({"authorization": one, "x-auth-token": two, "x-api-key": three})
    presented({"authorization": f"Basic {one}"})


def test_a_token_reads_back() -> None:
    secret = new_secret()
    assert len(secret) == 64
    assert presented({"x-api-key": token(KEY, secret)}) == Credentials(KEY, secret)


def stored_key(name: str, *hashes: str) -> str:
    limits = Limits.model_construct(scopes=(name,), domains=(name,))
    live = tuple(SecretHash(sha256=one) for one in hashes)
    return ApiKey.model_construct(
        key_uuid=KEY, key_name=name, limits=limits, within=(limits,), hashes=live, cursor_seed="5eed"
    ).model_dump_json(warnings=False)


def stored_token(name: str, digest: str) -> str:
    return StoredToken.model_construct(
        token_uuid=KEY,
        key_uuid=KEY,
        sha256=digest,
        bought_with=sha256("key"),
        limits=Limits.model_construct(scopes=(name,)),
        issued_at="",
    ).model_dump_json(warnings=False)


@given(st.text(max_size=80) | st.just(f'"hashes":[{{"sha256":"{sha256("forged")}"}}],"limits":'))
def test_a_key_is_proved_by_its_hashes_and_by_no_text_in_it(name: str) -> None:
    body = stored_key(name, sha256("new"), sha256("old"))
    assert [proves_key(sha256(one), body) for one in ("new", "old", "forged", "")] == [True, True, False, False]
    assert proves_key(sha256("only"), stored_key(name, sha256("only")))


@given(st.text(max_size=80) | st.just(f'"sha256":"{sha256("forged")}"'))
def test_a_token_is_proved_by_its_hash_and_by_no_text_in_it(name: str) -> None:
    body = stored_token(name, sha256("right"))
    assert [proves_token(sha256(one), body) for one in ("right", "key", "forged")] == [True, False, False]


def test_nothing_proves_nobody() -> None:
    for proves in (proves_key, proves_token):
        assert not proves(sha256("secret"), None)
        assert not proves(sha256("secret"), "")
