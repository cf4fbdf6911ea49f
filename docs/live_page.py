"""The messages of a live connection, as JSON Schemas in docs/live.md, from src/ringpost/live/messages.py."""

import json
import re
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter

from ringpost.live import messages

PAGE = Path(__file__).with_name("live.md")
_SCHEMAS = re.compile(r"^## The messages as JSON Schema\n.*", re.MULTILINE | re.DOTALL)


def page() -> str:
    """docs/live.md, with the messages as they are now."""
    said, heard = _schema(messages.SAID, "validation"), _schema(messages.HEARD, "serialization")
    text = (
        "## The messages as JSON Schema\n\nMade from `src/ringpost/live/messages.py`. A client says one of\n\n"
        f"```json\n{said}\n```\n\nand is told one of\n\n```json\n{heard}\n```\n"
    )
    return _SCHEMAS.sub(lambda _: text, PAGE.read_text())


def _schema(of: TypeAdapter[Any], mode: Any) -> str:
    """A schema a definition a line."""
    schema = of.json_schema(mode=mode)
    definitions = schema.pop("$defs")
    lines = [f"  {json.dumps(name)}: {json.dumps(one, ensure_ascii=False)}" for name, one in definitions.items()]
    head = json.dumps(schema, ensure_ascii=False)[:-1]
    return f'{head}, "$defs": {{\n' + ",\n".join(lines) + "\n}}"
