"""Passwords in files that anybody may read are spoken of."""

from pathlib import Path

import pytest

from ringpost.link.secret_files import exposed
from ringpost.switch.kinds import kinds

OF = {
    "freeswitch": ["ringpost-link", "freeswitch/vars.xml"],
    "asterisk": ["ringpost-link", "asterisk/ringpost-secret.conf", "asterisk/ringpost-key.conf"],
}


@pytest.mark.parametrize("kind", OF)
def test_files_that_anybody_may_read_are_named_with_what_to_do(kind: str, tmp_path: Path) -> None:
    for place in OF[kind]:
        file = tmp_path / place
        file.parent.mkdir(exist_ok=True)
        file.touch(0o640)
        file.chmod(0o640)
    assert not list(exposed(kinds()[kind], tmp_path))
    for place in OF[kind]:
        (tmp_path / place).chmod(0o644)
        [words] = exposed(kinds()[kind], tmp_path)
        assert words.endswith(f": chmod o= {tmp_path / place}")
        (tmp_path / place).chmod(0o600)


def test_files_that_are_not_there_are_no_matter(tmp_path: Path) -> None:
    assert not list(exposed(kinds()["asterisk"], tmp_path))
    assert not list(exposed(kinds()["sandbox"], tmp_path))
