"""AWS's services through boto3. To import this takes half a second, so whoever needs one does so when he needs it."""

import os
from functools import cache
from typing import Any

import boto3
from botocore.config import Config
from botocore.loaders import Loader, create_loader
from botocore.session import Session


def client(service: str, config: Config, **options: Any) -> Any:
    """A client with this environment's credentials, in its region. ``options`` are boto3's own.

    boto3 does not read ``AWS_REGION``, which Lambda sets, and which DynamoDB's other client goes by.
    """
    core = Session()
    core.register_component("data_loader", _models(core.get_config_variable("data_path")))
    session = boto3.Session(botocore_session=core, region_name=os.environ.get("AWS_REGION") or None)
    return session.client(service, config=config, **options)


@cache
def _models(data_path: str | None) -> Loader:
    """What AWS has written of its services and regions: a session by itself would read megabytes of it again."""
    return create_loader(data_path)
