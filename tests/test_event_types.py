"""The types of events that are told, and the list of them."""

import re
from pathlib import Path

from ringpost.model.event_types import TYPES

ROOT = Path(__file__).parent.parent
FAMILIES = "|".join(sorted({one.partition(".")[0] for one in TYPES}))
TOLD = re.compile(rf'"((?:{FAMILIES})\.[a-z_]+)"')
NO_EVENTS = {"cdr.search"}
"""A scope."""


def test_what_is_told_is_on_the_list_and_nothing_else() -> None:
    files = [
        *ROOT.glob("actions/*/*.py"),
        *ROOT.glob("src/ringpost/services/**/*.py"),
        *ROOT.glob("src/ringpost/webhooks/**/*.py"),
    ]
    told = {found for file in files for found in TOLD.findall(file.read_text())} - NO_EVENTS
    assert told | {"webhook.test"} == TYPES


def test_the_page_names_the_families() -> None:
    page = (ROOT / "docs/events.md").read_text()
    for one in sorted(TYPES):
        if one.startswith(("call.", "recording.", "cdr.", "webhook.")) and one not in {
            "recording.deleted", "webhook.created", "webhook.updated", "webhook.deleted", "webhook.rotated"
        }:  # fmt: skip
            assert one in page, one
