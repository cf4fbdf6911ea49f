"""AWS's services through boto3. To import this takes half a second, so whoever needs one does so when he needs it."""

import os
from typing import Any

import boto3
from botocore.config import Config


def client(service: str, config: Config, **options: Any) -> Any:
    """A client with this environment's credentials, in its region. ``options`` are boto3's own.

    boto3 does not read ``AWS_REGION``, which Lambda sets, and which DynamoDB's other client goes by.
    """
    return boto3.Session(region_name=os.environ.get("AWS_REGION") or None).client(service, config=config, **options)
