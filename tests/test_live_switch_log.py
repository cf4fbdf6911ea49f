"""That the live suite sees what a switch complains of, and is not silent where it cannot see."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.live.switch_log import Expected, SwitchLog, complaints

BAD = "2026-11-27 10:12:31.690751 0.00% [ERR] switch_xml_config.c:78 Could not open db.conf"
WORSE = "2026-11-27 10:12:31.690751 0.00% [CRIT] mod_sofia.c:1 Out of ports"
WORST = "2026-11-27 10:12:31.690751 0.00% [ALERT] switch_core.c:1 No memory"
MUTE = (
    "2026-11-27 11:42:14.324136 98.23% [WARNING] mod_sndfile.c:281 Error Opening File"
    " [/usr/share/freeswitch/sounds/voicemail/vm-goodbye.wav] [System error : No such file or directory.]"
)
OF_A_CALL = (
    "84f73f2d-05ae-4e02-b65e-b2db5bc987fb 2026-11-27 11:42:33.753902 99.90% [ERR]"
    " switch_ivr_play_say.c:304 Invalid SAY Interface [en]!"
)
FINE = "2026-11-27 11:38:01.934011 47.60% [WARNING] sofia_reg.c:3210 Can't find user [850@live.example.net]"


def writing(file: Path) -> Callable[[str], object]:
    """A switch that writes what it is told to."""

    def say(words: str) -> None:
        with file.open("a") as log:
            log.write(f"2026-11-27 11:38:02.034003 47.60% [WARNING] mod_commands.c:7247 {words}\n")

    return say


def test_each_level_above_a_warning_is_a_complaint_and_so_is_a_sound_that_is_not_there() -> None:
    assert complaints([BAD, FINE, WORSE, WORST, MUTE, OF_A_CALL]) == [BAD, WORSE, WORST, MUTE, OF_A_CALL]


def test_what_is_expected_is_no_complaint() -> None:
    assert complaints([BAD, WORSE], [Expected(r"Could not open db\.conf", "it has none")]) == [WORSE]


def test_reads_what_was_written_since_it_was_asked_last_and_each_line_once(tmp_path: Path) -> None:
    file = tmp_path / "freeswitch.log"
    file.write_text(f"{BAD}\n")
    log = SwitchLog(file, writing(file))
    assert log.lines() == [BAD]
    assert log.lines() == []
    with file.open("a") as more:
        more.write(f"{WORSE}\nhalf a ")
        more.flush()
        more.write("line\n")
    assert log.lines() == [WORSE, "half a line"]
    log.close()


def test_what_an_earlier_run_has_judged_is_not_judged_again(tmp_path: Path) -> None:
    file = tmp_path / "freeswitch.log"
    file.write_text(f"{BAD}\n")
    earlier = SwitchLog(file, writing(file))
    assert earlier.lines() == [BAD]
    earlier.close()
    with file.open("a") as more:
        more.write(f"{WORSE}\n")
    log = SwitchLog(file, writing(file))
    assert log.lines() == [WORSE]
    log.close()


def test_reads_on_where_the_switch_begins_a_new_file(tmp_path: Path) -> None:
    file = tmp_path / "freeswitch.log"
    file.write_text("")
    log = SwitchLog(file, writing(file))
    log.lines()
    with file.open("a") as more:
        more.write(f"{BAD}\n")
    file.rename(tmp_path / "freeswitch.log.1")
    file.write_text(f"{WORSE}\n")
    assert log.lines() == [BAD, WORSE]
    log.close()


def test_a_log_that_is_not_there_is_a_failure(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        SwitchLog(tmp_path / "freeswitch.log", print)


def test_a_log_that_is_another_switchs_is_a_failure(tmp_path: Path) -> None:
    file = tmp_path / "freeswitch.log"
    file.write_text("")
    log = SwitchLog(file, lambda _: None, seconds=0.2)
    with pytest.raises(AssertionError, match="is that its log"):
        log.lines()
    log.close()
