"""A link beside an Asterisk: where that is pointed, and what it is to forget."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from ringpost.switch.asterisk import marks
from ringpost.switch.kinds import Place, kinds
from tests.switch.asterisk.scripted import PASSWORD, USER, ScriptedAsterisk, answered

DOCS = Path(__file__).parents[3] / "docs" / "asterisk"
KIND = kinds()["asterisk"]
PHONE = {"table": "ps_auths/single", "id": "100@example.net"}


def test_the_configuration_comes_as_a_link_at_the_usual_address_writes_it() -> None:
    for place, text in KIND.pointing("http://127.0.0.1:3100", "127.0.0.1").items():
        assert (DOCS / Path(place).name).read_text() == text


def test_every_mark_is_said_with_every_event() -> None:
    for file in (DOCS, DOCS.parent / "asterisk-direct"):
        assert f"channelvars={','.join(marks.SAID)}\n" in (file / "manager.conf").read_text()


@pytest.fixture
def switch() -> Iterator[ScriptedAsterisk]:
    with ScriptedAsterisk() as found:
        found.answers |= {
            "SorceryMemoryCacheExpire": answered("ami-cache", "SorceryMemoryCacheExpire"),
            "SorceryMemoryCacheExpireObject": answered("ami-cache", "SorceryMemoryCacheExpireObject", 1),
        }
        yield found


def place(switch: ScriptedAsterisk) -> Place:
    return Place(switch.host, switch.port, USER, PASSWORD)


def test_a_row_that_has_changed_is_forgotten_once(switch: ScriptedAsterisk) -> None:
    KIND.forget(
        place(switch), [PHONE, PHONE, {"table": "voicemail/single", "mailbox": "100", "context": "example.net"}]
    )
    assert switch.actions == ["Action=SorceryMemoryCacheExpireObject Cache=res_pjsip/auth Object=100@example.net"]


def test_all_is_forgotten_cache_by_cache(switch: ScriptedAsterisk) -> None:
    KIND.forget(place(switch), None)
    assert switch.actions == [
        f"Action=SorceryMemoryCacheExpire Cache=res_pjsip/{what}" for what in ("endpoint", "auth", "aor")
    ]


@pytest.mark.parametrize("asked", [[], [{"where": "ringpost", "number": "100"}], [PHONE | {"id": "1\r\nAction: x"}]])
def test_what_it_does_not_remember_it_is_not_told(asked: list[dict[str, str]], switch: ScriptedAsterisk) -> None:
    KIND.forget(place(switch), asked)
    assert switch.connections == 0


def test_says_where_its_plan_asks(switch: ScriptedAsterisk) -> None:
    switch.answers["Getvar"] = (
        "Response: Success\r\nActionID: x\r\nVariable: RP_URL\r\nValue: http://127.0.0.1:3100\r\n\r\n"
    )
    assert KIND.pointed_at(place(switch)) == "http://127.0.0.1:3100"
