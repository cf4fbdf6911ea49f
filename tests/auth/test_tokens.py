from base64 import b64encode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ringpost.auth.tokens import Credentials, new_secret, presented, token

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
