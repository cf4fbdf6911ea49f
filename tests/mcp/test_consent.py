from ringpost.mcp.consent import GOOD_SECONDS, Codes


def test_a_code_is_good_once_for_just_that() -> None:
    codes = Codes()
    for wrong in (("call-hangup", {"a": 1}), ("originate", {"a": 2}), ("originate", {})):
        assert not codes.take(codes.give("originate", {"a": 1}), *wrong)
    code = codes.give("originate", {"a": 1, "b": 2})
    assert codes.take(code, "originate", {"b": 2, "a": 1})
    assert not codes.take(code, "originate", {"a": 1, "b": 2})


def test_a_code_ends() -> None:
    seconds = [0.0]
    codes = Codes(now=lambda: seconds[0])
    code = codes.give("originate", {})
    seconds[0] += GOOD_SECONDS + 1
    assert not codes.take(code, "originate", {})


def test_what_is_no_code_is_none() -> None:
    for odd in ("", None, 1, [], "x" * 1000):
        assert not Codes().take(odd, "originate", {})


def test_no_more_are_kept_than_anybody_needs() -> None:
    codes = Codes()
    first = codes.give("originate", {})
    for _ in range(1000):
        codes.give("originate", {})
    assert not codes.take(first, "originate", {})
