"""A link that is killed in the middle of commands, again and again: each was done once at most, and it says so.

``RINGPOST_CRASH_ROUNDS`` says how often, ``RINGPOST_CRASH_SEED`` begins as a round that failed did.
"""

import os
import subprocess
import sys
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import islice
from pathlib import Path

import pytest

from ringpost.model.errors import SwitchUnreachable
from ringpost.switch import calls
from ringpost.switch.calls import Answer, Command, Outcome
from tests.entry.test_crashes import seeded
from tests.switch.staging import HOME, NOBODY

KILLS = int(os.environ.get("RINGPOST_CRASH_ROUNDS", "8"))
_AT_ONCE = 60
_REPEATED = 500
"""Commands that are still known with what came of them."""


def command() -> Command:
    asked = calls.asked("hold", HOME, str(uuid.uuid4()))
    return Command(command_uuid=str(uuid.uuid4()), switch_uuid=NOBODY, switch_name="pbx1", asked=asked, seconds=100)


@contextmanager
def link(folder: Path, commands: list[Command]) -> Iterator[Iterator[Answer]]:
    """The answers to commands that were sent to a link; then it is killed, whatever it does."""
    module = [sys.executable, "-m", "tests.link.alone", str(folder)]
    where = {**os.environ, "PYTHONPATH": f"src{os.pathsep}."}
    pipe = subprocess.PIPE
    with subprocess.Popen(module, env=where, stdin=pipe, stdout=pipe, text=True) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.writelines(f"{one.model_dump_json()}\n" for one in commands)
        process.stdin.flush()
        try:
            yield (Answer.model_validate_json(line) for line in process.stdout)
        finally:
            process.kill()


def leg(one: Command) -> str:
    return str(one.asked.arguments["leg_uuid"])


def test_no_command_is_done_twice_whenever_a_link_is_killed(tmp_path: Path) -> None:
    sent: dict[str, Command] = {}
    told: dict[str, Outcome] = {}
    with seeded() as chance:
        for kill in range(KILLS + 1):
            fresh = [command() for _ in range(_AT_ONCE if kill < KILLS else 1)]
            sent |= {one.command_uuid: one for one in fresh}
            again = list(told)[-_REPEATED:]
            batch = [one for one in sent if one not in told] + chance.sample(again, min(len(again), 20))
            chance.shuffle(batch)
            until = chance.randrange(len(batch)) if kill < KILLS else len(batch)
            with link(tmp_path, [sent[one] for one in batch]) as answers:
                for answer in islice(answers, until):
                    assert told.setdefault(answer.command_uuid, answer.outcome) == answer.outcome
        assert set(told) == set(sent), "none is without an answer"
        done = (tmp_path / "done").read_text().split()
        assert len(done) == len(set(done)), "none was done twice"
        for one, outcome in told.items():
            if outcome.problem is None:
                assert leg(sent[one]) in done
            else:
                with pytest.raises(SwitchUnreachable, match="may have been done") as caught:
                    calls.result(sent[one].asked, outcome)
                assert not caught.value.unsent
