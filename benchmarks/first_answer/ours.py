"""A whole process of ours, to its first answer. The event comes in on standard input."""

import json
import sys

from ringpost.entry.api import handler

print(handler(json.load(sys.stdin), None)["statusCode"], flush=True)
