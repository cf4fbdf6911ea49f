import sqlite3
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ringpost.link.buffer import Buffer
from ringpost.model.notices import Notice, RecordedFile
from ringpost.switch.hearing import Recorded
from tests.services.happenings.test_call_events import STORIES, heard

HOME = "d0d0d0d0-0000-4000-8000-000000000001"
A, B, C = (f"{number:08d}-0000-4000-8000-000000000009" for number in range(3))
AT = "2026-11-22T12:00:00.000Z"


def notice(what: str, leg: str, source: str | None = None) -> Notice:
    about = {"at": AT, "start_stamp": AT, "domain_uuid": HOME, "leg_uuid": leg, "source_uuid": source}
    return Notice.model_validate({"what": what, **about})


def recorded(path: str, leg: str = A) -> Recorded:
    return Recorded(path, RecordedFile(domain_uuid=HOME, leg_uuid=leg, file_name=Path(path).name, ended_at=AT))


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "of a link" / "link.sqlite3"


def reopened(buffer: Buffer, file: Path) -> Buffer:
    buffer.close()
    return Buffer(file)


def kept(buffer: Buffer) -> list[Any]:
    return [one.model_dump(exclude={"position"}) for one in buffer.first(10_000)]


def test_a_link_stays_itself(file: Path) -> None:
    buffer = Buffer(file)
    name = buffer.link_uuid
    assert reopened(buffer, file).link_uuid == name
    assert Buffer(file.with_name("other.sqlite3")).link_uuid != name


def test_what_was_heard_is_its_owners_only(file: Path) -> None:
    Buffer(file).keep([notice("made", A)])
    assert file.stat().st_mode & 0o777 == 0o600
    assert file.parent.stat().st_mode & 0o777 == 0o700


def test_a_call_that_failed_is_up_no_more(file: Path) -> None:
    buffer = Buffer(file)
    buffer.keep([notice("ringing", A), notice("failed", A), notice("ringing", B)])
    assert buffer.legs() == {B: HOME}


def test_a_position_is_never_used_twice(file: Path) -> None:
    buffer = Buffer(file)
    buffer.keep([notice("made", A), notice("ringing", A)])
    assert [one.position for one in buffer.first(10)] == [1, 2]
    buffer.forget(2)
    buffer = reopened(buffer, file)
    buffer.keep([notice("answered", A), notice("ended", A)])
    assert [one.position for one in buffer.first(1)] == [3]
    buffer.forget(3)
    assert [one.what for one in buffer.first(10)] == ["ended"]


def test_it_knows_which_legs_are_up(file: Path) -> None:
    buffer = Buffer(file)
    buffer.keep([notice("made", A), notice("made", B), notice("ringing", A)])
    buffer.keep([notice("ended", B)])
    assert reopened(buffer, file).legs() == {A: HOME}


def test_whom_a_leg_was_rung_for_is_up_too_until_that_is_told_to_have_ended(file: Path) -> None:
    buffer = Buffer(file)
    buffer.keep([notice("made", B, source=A)])
    assert buffer.legs() == {A: HOME, B: HOME}
    buffer.keep([notice("ended", A), notice("answered", B, source=A)])
    assert buffer.legs() == {B: HOME}, "known to have ended"
    buffer.keep([notice("ended", C, source=B), notice("ended", B, source=A)])
    assert buffer.legs() == {}


def test_a_recording_is_handed_in_after_what_was_told_before_it(file: Path) -> None:
    buffer = Buffer(file)
    buffer.keep([notice("made", A)], [recorded("/r/1.wav")])
    buffer.keep([notice("ended", A)], [recorded("/r/2.wav")])
    assert buffer.files() == []
    buffer.forget(1)
    assert [one.path for one in buffer.files()] == ["/r/1.wav"]
    buffer.forget(2)
    buffer = reopened(buffer, file)
    assert [(one.path, one.about.file_name) for one in buffer.files()] == [("/r/1.wav", "1.wav"), ("/r/2.wav", "2.wav")]
    buffer.forget_file("/r/1.wav")
    assert [one.path for one in buffer.files()] == ["/r/2.wav"]
    buffer.keep([], [recorded("/r/2.wav", B), recorded("/r/3.wav")])
    assert [(one.path, one.about.leg_uuid) for one in buffer.files()] == [("/r/2.wav", B), ("/r/3.wav", A)]


def test_what_cannot_be_kept_is_not_kept_by_halves(file: Path) -> None:
    buffer = Buffer(file)
    with sqlite3.connect(file) as other:
        other.execute("CREATE TRIGGER full BEFORE INSERT ON files BEGIN SELECT RAISE(ABORT, 'disk full'); END")
    with pytest.raises(sqlite3.Error, match="disk full"):
        buffer.keep([notice("made", A)], [recorded("/r/1.wav")])
    assert (buffer.first(10), buffer.legs()) == ([], {})
    buffer.keep([notice("made", A)])
    assert len(buffer.first(10)) == 1


steps = st.lists(
    st.one_of(
        st.tuples(st.just("keep"), st.lists(st.sampled_from([*heard("hold_by_api"), *heard("two_calls_at_once")]))),
        st.tuples(st.just("forget"), st.integers(0, 12)),
        st.tuples(st.just("reopen"), st.none()),
    ),
    max_size=12,
)


@given(steps)
def test_it_gives_back_what_was_kept_in_order_across_every_reopening(
    tmp_path_factory: pytest.TempPathFactory, steps: list[tuple[str, Any]]
) -> None:
    file = tmp_path_factory.mktemp("buffer") / "link.sqlite3"
    buffer, expected = Buffer(file), list[Any]()
    for step, given_to_it in steps:
        if step == "keep":
            buffer.keep(given_to_it)
            expected += [one.model_dump() for one in given_to_it]
        elif step == "forget" and expected:
            taken = buffer.first(10_000)[: given_to_it + 1]
            buffer.forget(taken[-1].position)
            del expected[: len(taken)]
        elif step == "reopen":
            buffer = reopened(buffer, file)
        assert kept(buffer) == expected
    positions = [one.position for one in buffer.first(10_000)]
    assert positions == sorted(set(positions))
    buffer.close()


@pytest.mark.parametrize("scenario", STORIES)
def test_at_the_end_of_a_story_no_leg_is_up(file: Path, scenario: str) -> None:
    buffer = Buffer(file)
    told = heard(scenario)
    buffer.keep(told[:-1])
    assert buffer.legs() or len(told) < 2
    buffer.keep(told[-1:])
    assert buffer.legs() == {}
