"""boto3 clients for the local endpoint."""

from __future__ import annotations

from functools import cache
from typing import Any

import boto3
from botocore.config import Config

from .config import CREDENTIALS, REGION, endpoint

#: The endpoint is on this machine: a call without an answer after this time gets none.
_CONFIG = Config(
    connect_timeout=5, read_timeout=60, retries={"max_attempts": 2, "mode": "standard"}, s3={"addressing_style": "path"}
)


@cache
def client(service: str) -> Any:
    """The client of a service, made once."""
    session = boto3.session.Session(
        aws_access_key_id=CREDENTIALS["AWS_ACCESS_KEY_ID"],
        aws_secret_access_key=CREDENTIALS["AWS_SECRET_ACCESS_KEY"],
        region_name=REGION,
    )
    return session.client(service, endpoint_url=endpoint().url, config=_CONFIG)
