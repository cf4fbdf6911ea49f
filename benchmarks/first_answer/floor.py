"""The least a process must import to do our work: a model, and a client for the table."""

import os

from pydantic import BaseModel
from pydynox import DynamoDBClient


class Domain(BaseModel):
    domain_uuid: str
    domain_name: str


Domain(domain_uuid="d0d0d0d0-0000-4000-8000-000000000001", domain_name="fusionpbx.example.net")
DynamoDBClient(endpoint_url=os.environ["AWS_ENDPOINT_URL_DYNAMODB"])
print(200, flush=True)
