"""Addresses a webhook must not have: item 11 of the attack list. And asking with a member named headers."""

import json
from typing import Any

from tests.harness import Caller, Reply

URL = "https://hooks.example.net/calls"

REFUSED = [
    "http://hooks.example.net/calls",
    "ftp://hooks.example.net/",
    "hooks.example.net/calls",
    "//hooks.example.net/",
    "file:///etc/passwd",
    "https://user:password@hooks.example.net/",
    "https://hooks.example.net@127.0.0.1/",
    "https://127.0.0.1/",
    "https://127.1/",
    "https://[::1]/",
    "https://0.0.0.0/",
    "https://0/",
    "https://[::]/",
    "https://2130706433/",
    "https://0x7f000001/",
    "https://0x7f.0.0.1/",
    "https://0177.0.0.1/",
    "https://017700000001/",
    "https://169.254.169.254/latest/meta-data/",
    "https://10.0.0.1/",
    "https://172.16.0.1/",
    "https://192.168.1.1/",
    "https://100.64.0.1/",
    "https://[fd00::1]/",
    "https://[fd00:ec2::254]/",
    "https://[fe80::1]/",
    "https://[fe80::1%25lo]/",
    "https://[::ffff:127.0.0.1]/",
    "https://[::ffff:a00:1]/",
    "https://[64:ff9b::7f00:1]/",
    "https://224.0.0.1/",
    "https://255.255.255.255/",
    "https://localhost/",
    "https://pbx/",
    "https://pbx.local/",
    "https://metadata.google.internal/",
    "https://hooks.example.net:8443/",
    "https://hooks.example.net:80/",
    "https://hooks.example.net:0/",
    "https://hooks.example.net:99999/",
    "https://hooks.example.net/#x",
    "https://hooks.example.net/a b",
    "https://hooks.example.net/\r\nHost: x",
    "https://hooks.example.net\\@127.0.0.1/",
    "https://höhle.example.net/",
    "https://",
    "",
    "https://hooks.example.net/" + "x" * 2048,
]


def asked(caller: Caller, action: str, **members: Any) -> Reply:
    """As ``Caller.call``, whose own headers are those of HTTP."""
    return caller.post(json.dumps({"action": action, **members}))


def done(caller: Caller, action: str, **members: Any) -> Any:
    """The answer to a call that must succeed."""
    reply = asked(caller, action, **members)
    assert reply.status == 200, reply
    return reply.json
