"""XiVO's ACL grammar. The vectors are Wazo's, without ``me`` and ``edit``, which name users we do not have."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ringpost.auth.scopes import allows

VECTORS = [
    (["confd.users.*.read"], "confd.users.42.read", True),
    (["confd.users.*.read"], "confd.users.read", False),
    (["confd.users.*.read"], "confd.users.42.lines.read", False),
    (["confd.users.#.read"], "confd.users.42.lines.read", True),
    (["confd.users.#.read"], "confd.users.read", False),
    (["confd.#"], "confd.users.read", True),
    (["confd.#"], "confd", False),
    (["confd#"], "confd", True),
    (["#"], "anything", True),
    (["#"], "any.thing.at.all", True),
    (["*"], "a.b", False),
    (["*.*"], "a.b", True),
    (["confd.us*.read"], "confd.users.read", True),
    (["confd.users.123.read"], "confd.users.me.read", False),
    (["confd.#", "!confd.users.*.delete"], "confd.users.42.delete", False),
    (["confd.#", "!confd.users.*.delete"], "confd.users.42.update", True),
    (["!confd.#", "confd.users.read"], "confd.users.read", False),
    (["!confd.x"], "confd.y", False),
    (["x.*"], "x.#", False),
    (["CONFD.users.read"], "confd.users.read", False),
    (["foo.bar"], "foo.bar.baz", False),
    ([], "anything", False),
    (["foo.bar"], "foo.bar\n", False),
    (["foo.bar"], "fooxbar", False),
]

words = st.text("abc", min_size=1, max_size=4)
names = st.lists(words, min_size=1, max_size=4).map(".".join)


@pytest.mark.parametrize(("scopes", "wanted", "allowed"), VECTORS)
def test_vector(scopes: list[str], wanted: str, allowed: bool) -> None:
    assert allows(scopes, wanted) is allowed


@given(names)
def test_a_name_covers_itself_and_nothing_longer(name: str) -> None:
    assert allows([name], name)
    assert not allows([name], f"{name}.x")
    assert not allows([name], f"x{name}")


@given(st.lists(st.text("ab.*#!", min_size=1, max_size=6), max_size=5), names)
def test_a_negative_always_wins_and_order_never_matters(scopes: list[str], name: str) -> None:
    assert not allows([*scopes, f"!{name}"], name)
    assert not allows([f"!{name}", *scopes], name)
    assert allows(scopes, name) == allows(list(reversed(scopes)), name)


@given(names, names)
def test_one_star_is_one_segment(first: str, second: str) -> None:
    assert allows(["*"], first) == ("." not in first)
    assert allows([f"{first}.*"], f"{first}.{second}") == ("." not in second)
    assert allows([f"{first}.#"], f"{first}.{second}")


@given(st.lists(st.text("*#", max_size=4), min_size=3, max_size=3), words, names)
def test_wildcards_in_a_row_say_no_more_than_one(rows: list[str], word: str, name: str) -> None:
    first, second, third = ("#" if "#" in row else row[:1] for row in rows)
    assert allows([rows[0] + word + rows[1] + "." + rows[2]], name) == allows(
        [first + word + second + "." + third], name
    )


def test_a_scope_of_nothing_but_wildcards_costs_no_more_than_one() -> None:
    assert not allows(["*" * 60 + "!"], "a" * 60)
    assert not allows(["*#" * 30 + "!"], "a." * 30)
