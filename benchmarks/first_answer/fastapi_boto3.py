"""A whole process of FastAPI, Mangum and a boto3 ``Table``, to its first answer."""

import json
import sys

import boto3

from benchmarks.fastapi_mangum import handler
from benchmarks.peer import from_table

handle = handler(from_table(boto3.resource("dynamodb").Table("ringpost")))
print(handle(json.load(sys.stdin), None)["statusCode"], flush=True)
