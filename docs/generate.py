"""Write what is generated: docs/actions.md, openapi.json, architecture.md, coverage.md, parts of others; events/.

With --check, write nothing and fail if anything is not up to date.
"""

import json
import re
import sys
from base64 import b64encode
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from ringpost.contract import RawRequest
from ringpost.dispatch.catalogue import Catalogue
from ringpost.dispatch.description import problems
from ringpost.dispatch.registry import discover
from ringpost.entry.demo import PUBLIC_KEY_UUID, PUBLIC_SECRET

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT))

from benchmarks import costs, live_costs  # noqa: E402 - found beside this folder
from docs import architecture_page, call_centre_page, coverage_page, keys_page, live_page  # noqa: E402 - these too
from tests.store_calls import calls_of  # noqa: E402 - the harness knows how to count

_TABLE = re.compile(r"^\| action \| reads \|.*?\n(?=\n|\Z)", re.MULTILINE | re.DOTALL)
_USES = re.compile(r"^\| a user, in a month \|.*?\n(?=\n)", re.MULTILINE | re.DOTALL)
_LIVE = re.compile(r"^\| over a live connection \|.*?\n(?=\n)", re.MULTILINE | re.DOTALL)
_MONTH = re.compile(r"^\| a month \|.*?\n(?=\n)", re.MULTILINE | re.DOTALL)


def generated(catalogue: Catalogue) -> dict[Path, str]:
    """Every generated file, and what it must hold."""
    names = catalogue.names()
    files = {
        ROOT / "docs/openapi.json": _json(catalogue.openapi(names)),
        ROOT / "docs/actions.md": _reference(catalogue),
        ROOT / "docs/coverage.md": coverage_page.page(),
        ROOT / "docs/architecture.md": architecture_page.page(),
        ROOT / "docs/live.md": live_page.page(),
    }
    for name in names:
        files[ROOT / f"events/{name}.json"] = _json(_event_of(catalogue, name))
    page = ROOT / "docs/store.md"
    files[page] = _TABLE.sub(lambda _: _store_calls(names), keys_page.page(page.read_text()))
    page = ROOT / "docs/call-centre.md"
    files[page] = call_centre_page.page(page.read_text())
    page = ROOT / "docs/costs.md"
    used = _USES.sub(lambda _: costs.uses(), page.read_text())
    live = _LIVE.sub(lambda _: live_costs.table(), used)
    files[page] = _MONTH.sub(lambda _: costs.table(), live)
    return files


def _store_calls(names: list[str]) -> str:
    """How often each action asks the store, counted."""
    counted = {name: calls_of(name) for name in names}
    rows = [f"| `{name}` | {reads} | {transactions} |" for name, (reads, transactions) in counted.items()]
    return "\n".join(["| action | reads | transactions |", "|---|---|---|", *rows]) + "\n"


def _event_of(catalogue: Catalogue, name: str) -> dict[str, Any]:
    action = catalogue.load(name)
    if not issubclass(action.Request, RawRequest):
        return sample_event(catalogue.describe(name)["example"])
    event = sample_event({})
    example = action.EXAMPLE
    query = example.get("query", {})
    event["headers"]["content-type"] = example["content_type"]
    event["requestContext"]["http"]["path"] = f"/{name}"
    return event | {
        "routeKey": "POST /{action}",
        "rawPath": f"/{name}",
        "rawQueryString": urlencode(query),
        "queryStringParameters": query,
        "body": example["body"],
    }


def sample_event(body: dict[str, Any]) -> dict[str, Any]:
    """What API Gateway's HTTP API hands a Lambda function (payload format 2.0), with the public demo key."""
    key = b64encode(f"{PUBLIC_KEY_UUID}:{PUBLIC_SECRET}".encode()).decode()
    return {
        "version": "2.0",
        "routeKey": "POST /",
        "rawPath": "/",
        "rawQueryString": "",
        "headers": {
            "authorization": f"Basic {key}",
            "content-type": "application/json",
            "host": "api.example.net",
            "user-agent": "curl/8.5.0",
        },
        "requestContext": {
            "accountId": "123456789012",
            "apiId": "example",
            "domainName": "api.example.net",
            "http": {
                "method": "POST",
                "path": "/",
                "protocol": "HTTP/1.1",
                "sourceIp": "192.0.2.1",
                "userAgent": "curl/8.5.0",
            },
            "requestId": "00000000-0000-4000-8000-000000000000",
            "routeKey": "POST /",
            "stage": "$default",
            "time": "22/Nov/2026:09:30:00 +0000",
            "timeEpoch": 1795339800000,
        },
        "body": json.dumps(body),
        "isBase64Encoded": False,
    }


def _json(value: Any) -> str:
    return json.dumps(value, indent=2, ensure_ascii=False) + "\n"


def _reference(catalogue: Catalogue) -> str:
    lines = [
        "# Actions",
        "",
        "Generated from the actions by `make docs`. Each is `POST /` with `action` and its parameters in one",
        "flat JSON object, or `POST /<action>` with the parameters alone. The examples work on the demo domain.",
        "",
    ]
    family = ""
    for name in sorted(catalogue.names(), key=lambda name: (catalogue.family(name), name)):
        if catalogue.family(name) != family:
            family = catalogue.family(name)
            lines += [f"## {family.replace('_', ' ')}", ""]
        lines += _action(catalogue.describe(name))
    return "\n".join([*lines, *_errors()]) + "\n"


def _action(about: dict[str, Any]) -> list[str]:
    lines = [f"### {about['action']}", "", about["summary"] + ".", ""]
    if about["description"]:
        lines += [about["description"], ""]
    does = ["writes" if about["writes"] else "reads", *about["effects"]]
    lines += [f"Scope `{about['scope']}`, {', '.join(does)}.", ""]
    properties = about["request"].get("properties", {})
    filters = [
        name for name, schema in properties.items() if schema.get("description", "").startswith("only those with")
    ]
    plain = {name: schema for name, schema in properties.items() if name not in filters}
    if plain:
        required = set(about["request"].get("required", []))
        lines += ["| parameter | type | |", "|---|---|---|"]
        lines += [
            _parameter(name, schema, required=name in required)
            for name, schema in sorted(plain.items(), key=lambda item: item[0] not in required)
        ]
        lines.append("")
    if filters:
        lines += ["Exact filters: " + ", ".join(f"`{name}`" for name in filters) + ".", ""]
    if "body" in about["example"]:
        lines += ["Raw: only the path names it. For instance:", "", "```", about["example"]["body"], "```", ""]
    else:
        lines += ["```json", json.dumps(about["example"], ensure_ascii=False), "```", ""]
    members = _members(about["response"])
    if members:
        lines += ["Answers " + ", ".join(f"`{member}`" for member in members) + ".", ""]
    return lines


def _parameter(name: str, schema: dict[str, Any], *, required: bool) -> str:
    said = [schema.get("description", ""), _bounds(schema)]
    default = schema.get("default")
    if required:
        said.insert(0, "required")
    elif default not in (None, "", [], False):
        said.append(f"default {json.dumps(default)}")
    return f"| `{name}` | {_type(schema)} | {'; '.join(filter(None, said))} |"


def _bounds(schema: dict[str, Any]) -> str:
    """The limits of a value, in words."""
    one = next((one for one in schema.get("anyOf", [schema]) if one.get("type") != "null"), schema)
    low, high = one.get("minimum"), one.get("maximum")
    shortest, longest = one.get("minLength"), one.get("maxLength")
    if low is not None and high is not None:
        return f"{low} to {high}"
    if low is not None:
        return f"at least {low}"
    if shortest is not None and shortest > 1:
        return f"{shortest} to {longest} characters"
    if longest is not None:
        return f"at most {longest} characters"
    if "maxItems" in one:
        return f"at most {one['maxItems']}"
    return f"`{one['pattern']}`" if "pattern" in one else ""


def _type(schema: dict[str, Any]) -> str:
    kinds = [one for one in schema.get("anyOf", [schema]) if one.get("type") != "null"]
    if kinds and "$ref" in kinds[0]:
        return str(kinds[0]["$ref"].rpartition("/")[2])
    if kinds and "enum" in kinds[0]:
        return " or ".join(kinds[0]["enum"])
    return " or ".join(str(one.get("format") or one.get("const") or one.get("type", "any")) for one in kinds)


def _members(schema: dict[str, Any]) -> list[str]:
    if "items" in schema or "$ref" in schema:
        reference = (schema.get("items") or schema)["$ref"].rpartition("/")[2]
        schema = schema["$defs"][reference]
    sometimes = {"total", "deleting", "closing", "due_at"}
    return [name for name in schema.get("properties", {}) if name not in sometimes]


def _errors() -> list[str]:
    rows = [f"| {kind.status} | `{kind.code}` | {(kind.__doc__ or '').splitlines()[0]} |" for kind in problems()]
    return ["## errors", "", "| status | code | |", "|---|---|---|", *rows]


def main() -> int:
    """Write, or compare."""
    check = "--check" in sys.argv
    files = generated(Catalogue(discover()))
    stale = [file for file, text in files.items() if not file.exists() or file.read_text() != text]
    orphans = [file for file in (ROOT / "events").glob("*.json") if file not in files]
    for file in stale + orphans:
        print(f"{'not up to date' if check else 'written'}: {file.relative_to(ROOT)}")
    if check:
        if stale or orphans:
            print("Run make docs.")
        return 1 if stale or orphans else 0
    for file in stale:
        file.parent.mkdir(exist_ok=True)
        file.write_text(files[file])
    for file in orphans:
        file.unlink()
    return 0


if __name__ == "__main__":
    sys.exit(main())
