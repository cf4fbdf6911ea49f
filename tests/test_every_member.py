"""What is accepted has an effect, or is refused with a word on what to do instead, or is said to be only kept."""

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel

from tests.harness import CATALOGUE, Caller

ROOT = Path(__file__).parent.parent
PASSED_ON = {"demo.py", "exports.py", "imports.py", "user_files.py"}
"""Who takes a member from a file or puts it into one does nothing with it."""
KEPT = {
    "company", "description", "destination_description", "destination_order", "directory_exten_visible",
    "directory_first_name", "directory_last_name", "directory_visible", "domain_description", "emails", "external_id",
    "language", "mobile_phone_number", "ring_group_description", "userfield",
}  # fmt: skip
"""What is the caller's own: answered as it came, searched and filtered by, and nothing acts on it."""
REFUSED: dict[str, tuple[str, dict[str, Any]]] = {
    "call_group": ("extension-update", {"extension": "100", "call_group": "sales"}),
    "music_on_hold": ("user-update", {"user": "bob", "music_on_hold": "jazz"}),
    "call_transfer_enabled": ("user-update", {"user": "bob", "call_transfer_enabled": True}),
    "dtmf_hangup_enabled": ("user-update", {"user": "bob", "dtmf_hangup_enabled": True}),
    "online_call_record_enabled": ("user-update", {"user": "bob", "online_call_record_enabled": True}),
    "supervision_enabled": ("user-update", {"user": "bob", "supervision_enabled": False}),
    "language": ("voicemail-update", {"voicemail": "100", "language": "fr_FR"}),
    "max_messages": ("voicemail-update", {"voicemail": "100", "max_messages": 20}),
}
SOON = {"max_registrations"}
"""Is given its effect with the phones of an extension: then it goes from here."""
WRITING = [name for name in CATALOGUE.names() if CATALOGUE.load(name).Request.writes]


def fields(name: str) -> dict[str, Any]:
    request = CATALOGUE.load(name).Request
    return dict(request.model_fields) if issubclass(request, BaseModel) else {}


def is_refused(field: Any) -> bool:
    return str(field.description or "").startswith("refused")


@cache
def read() -> frozenset[str]:
    """Every name that some code asks for: a member of something, or its name as text; not where it is only declared."""
    files = [*(ROOT / "src" / "ringpost").rglob("*.py"), *(ROOT / "actions").rglob("*.py")]
    return frozenset(name for file in files if file.name not in PASSED_ON for name in _read_in(file))


def _read_in(file: Path) -> Iterator[str]:
    tree = ast.parse(file.read_text())
    examples = [one for one in tree.body if isinstance(one, ast.Assign) and _is_list_of_names(one)]
    passed_over = {id(node) for one in examples for node in ast.walk(one)}
    is_model = "model" in file.parts
    for node in ast.walk(tree):
        if id(node) in passed_over:
            continue
        if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Load):
            yield node.attr
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and not is_model:
            yield node.value


def _is_list_of_names(one: ast.Assign) -> bool:
    """An action's example says what may be sent, and a tuple of names what is shown."""
    return any(isinstance(target, ast.Name) and target.id.isupper() for target in one.targets)


@pytest.mark.parametrize("name", WRITING)
def test_what_is_accepted_does_something(name: str) -> None:
    idle = {member for member, field in fields(name).items() if not is_refused(field)} - read() - KEPT - SOON
    assert not idle, "give it an effect, or refuse it (model/refused.py); if it is the caller's own, KEPT and calls.md"


def test_what_is_only_kept_is_said_to_be_so() -> None:
    page = (ROOT / "docs" / "calls.md").read_text().partition("## What is only kept")[2].partition("\n## ")[0]
    assert {member for member in KEPT if f"`{member}`" not in page} == set()
    accepted = {member for name in WRITING for member in fields(name)}
    assert accepted >= KEPT


def test_what_is_refused_is_named_with_what_to_do_instead(tenant: Caller) -> None:
    found = {member for name in WRITING for member, field in fields(name).items() if is_refused(field)}
    assert found == REFUSED.keys()
    for member, (action, sent) in REFUSED.items():
        reply = tenant.call(action, **sent)
        assert (reply.status, [one["parameter"] for one in reply.json["errors"]]) == (422, [member]), reply
        assert reply.json["error"].startswith(f"{member} does nothing here: ")
        assert tenant.call(action, **{**sent, member: None}).status == 200, "as for a new one"


@pytest.mark.parametrize("member", ["call_transfer_enabled", "dtmf_hangup_enabled", "online_call_record_enabled"])
def test_what_nobody_misses_is_taken(tenant: Caller, member: str) -> None:
    assert tenant.done("user-update", user="bob", **{member: False})[member] is False
    assert tenant.done("user-update", user="bob", supervision_enabled=True)["supervision_enabled"] is True


def test_a_users_calls_are_recorded_on_its_extensions(tenant: Caller) -> None:
    def recorded() -> Any:
        return tenant.done("extension-details", extension="100")["user_record"]

    tenant.done("user-update", user="alice", call_record_enabled=True)
    assert recorded() == "all"
    tenant.done("user-update", user="alice", call_record_enabled=False)
    assert recorded() is None
    tenant.done("extension-update", extension="100", user_record="inbound")
    tenant.done("user-update", user="alice", lastname="Other")
    assert recorded() == "inbound", "what was said of the extension itself stays until the user says otherwise"
