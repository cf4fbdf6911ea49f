"""What is sealed is read by nobody, and opened only where it belongs."""

import base64

from hypothesis import given
from hypothesis import strategies as st

from ringpost.auth.sealing import seal, unseal


@given(st.text(max_size=40), st.binary(max_size=80), st.binary(max_size=120))
def test_opens_where_it_belongs(secret: str, belongs_to: bytes, text: bytes) -> None:
    opened = unseal(secret, belongs_to, seal(secret, belongs_to, text))
    assert opened is not None
    assert opened.rstrip(b" ") == text.rstrip(b" ")


@given(st.binary(max_size=80), st.binary(max_size=120), st.integers(min_value=0))
def test_does_not_open_once_a_bit_is_changed(belongs_to: bytes, text: bytes, bit: int) -> None:
    raw = bytearray(_bytes(seal("secret", belongs_to, text)))
    raw[bit // 8 % len(raw)] ^= 1 << bit % 8
    assert unseal("secret", belongs_to, _text(bytes(raw))) is None


@given(st.binary(max_size=120), st.integers(min_value=0, max_value=400))
def test_does_not_open_in_part(text: bytes, length: int) -> None:
    sealed = seal("secret", b"here", text)
    assert unseal("secret", b"here", sealed[: length % len(sealed)]) is None


@given(st.text(max_size=40), st.text(max_size=40), st.binary(max_size=40), st.binary(max_size=40))
def test_does_not_open_elsewhere(secret: str, other: str, here: bytes, there: bytes) -> None:
    sealed = seal(secret, here, b"text")
    assert (unseal(other, there, sealed) is not None) == ((secret, here) == (other, there))


def test_what_it_belongs_to_and_the_text_do_not_run_into_each_other() -> None:
    assert _bytes(seal("secret", b"a", b"b" + b" " * 31))[:16] != _bytes(seal("secret", b"ab", b" " * 32))[:16]


@given(st.text(max_size=300))
def test_opens_nothing_invented(text: str) -> None:
    assert unseal("secret", b"here", text) is None


@given(st.binary(min_size=4, max_size=120))
def test_shows_nothing_but_about_how_long_it_is(text: bytes) -> None:
    raw = _bytes(seal("secret", b"here", text))
    assert text not in raw
    assert len(raw) == 16 + -(-len(text) // 32) * 32


def test_two_texts_have_two_masks() -> None:
    one, other = (_bytes(seal("secret", b"here", text * 32))[16:] for text in (b"a", b"b"))
    assert bytes(a ^ b for a, b in zip(one, other, strict=True)) != bytes([ord("a") ^ ord("b")]) * 32


def _bytes(sealed: str) -> bytes:
    return base64.urlsafe_b64decode(sealed + "=" * (-len(sealed) % 4))


def _text(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")
