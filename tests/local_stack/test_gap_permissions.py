"""Gaps `plain-http`, `ssm-get-parameters` and `sqs-batches` of MiniStack 1.5.33, seen only where IAM is enforced."""

from __future__ import annotations

import json
from typing import Any

import pytest
from botocore.exceptions import ClientError
from emulators import Emulator

ACCOUNT = "000000000000"
PARAMETER = f"arn:aws:ssm:eu-central-1:{ACCOUNT}:parameter/settings"
STATEMENTS = [
    {"Effect": "Allow", "Action": "s3:PutObject", "Resource": "arn:aws:s3:::private/*"},
    {"Effect": "Allow", "Action": "ssm:GetParameters", "Resource": [f"{PARAMETER}/one", f"{PARAMETER}/two"]},
    {"Effect": "Allow", "Action": "sqs:SendMessage", "Resource": f"arn:aws:sqs:eu-central-1:{ACCOUNT}:letters"},
]
TLS_ONLY = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Effect": "Deny",
            "Principal": "*",
            "Action": "s3:*",
            "Resource": ["arn:aws:s3:::private", "arn:aws:s3:::private/*"],
            "Condition": {"Bool": {"aws:SecureTransport": "false"}},
        }
    ],
}


@pytest.fixture(scope="module")
def opened_role(opened: Emulator) -> dict[str, str]:
    return assume_role(opened)


@pytest.fixture(scope="module")
def closed_role(closed: Emulator) -> dict[str, str]:
    return assume_role(closed)


def assume_role(emulator: Emulator) -> dict[str, str]:
    """Credentials of a role that may store in a TLS-only bucket, read two parameters and send to a queue."""
    iam, s3, ssm = emulator.client("iam"), emulator.client("s3"), emulator.client("ssm")
    trust: dict[str, Any] = {"Effect": "Allow", "Principal": {"AWS": ACCOUNT}, "Action": "sts:AssumeRole"}
    role = iam.create_role(RoleName="reader", AssumeRolePolicyDocument=policy([trust]))["Role"]["Arn"]
    iam.put_role_policy(RoleName="reader", PolicyName="reads", PolicyDocument=policy(STATEMENTS))
    s3.create_bucket(Bucket="private", CreateBucketConfiguration={"LocationConstraint": "eu-central-1"})
    s3.put_bucket_policy(Bucket="private", Policy=json.dumps(TLS_ONLY))
    for name in ("one", "two", "three"):
        ssm.put_parameter(Name=f"/settings/{name}", Type="String", Value=name)
    for name in ("letters", "others"):
        emulator.client("sqs").create_queue(QueueName=name)
    taken: dict[str, str] = emulator.client("sts").assume_role(RoleArn=role, RoleSessionName="test")["Credentials"]
    return taken


def policy(statements: list[dict[str, Any]]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": statements})


def store(emulator: Emulator, role: dict[str, str]) -> None:
    emulator.client("s3", role).put_object(Bucket="private", Key="a", Body=b"a")


def read(emulator: Emulator, role: dict[str, str], *names: str) -> list[str]:
    found = emulator.client("ssm", role).get_parameters(Names=[f"/settings/{name}" for name in names])
    return [parameter["Value"] for parameter in found["Parameters"]]


def test_with_the_gap_a_tls_only_bucket_refuses_every_request(opened: Emulator, opened_role: dict[str, str]) -> None:
    with pytest.raises(ClientError, match="explicit deny"):
        store(opened, opened_role)


def test_closed_a_tls_only_bucket_accepts_what_the_role_may_store(
    closed: Emulator, closed_role: dict[str, str]
) -> None:
    store(closed, closed_role)


def test_with_the_gap_a_policy_that_names_parameters_refuses_them(
    opened: Emulator, opened_role: dict[str, str]
) -> None:
    with pytest.raises(ClientError, match="AccessDenied"):
        read(opened, opened_role, "one", "two")


def test_closed_every_requested_parameter_is_checked(closed: Emulator, closed_role: dict[str, str]) -> None:
    assert sorted(read(closed, closed_role, "one", "two")) == ["one", "two"]
    with pytest.raises(ClientError, match="AccessDenied"):
        read(closed, closed_role, "one", "three")


def send(emulator: Emulator, role: dict[str, str], queue: str) -> int:
    url = emulator.client("sqs").get_queue_url(QueueName=queue)["QueueUrl"]
    entries: Any = [{"Id": str(number), "MessageBody": "a"} for number in range(2)]
    return len(emulator.client("sqs", role).send_message_batch(QueueUrl=url, Entries=entries)["Successful"])


def test_with_the_gap_a_batch_is_refused_where_messages_are_allowed(
    opened: Emulator, opened_role: dict[str, str]
) -> None:
    with pytest.raises(ClientError, match="AccessDenied"):
        send(opened, opened_role, "letters")


def test_closed_a_batch_is_allowed_where_messages_are(closed: Emulator, closed_role: dict[str, str]) -> None:
    assert send(closed, closed_role, "letters") == 2
    with pytest.raises(ClientError, match="AccessDenied"):
        send(closed, closed_role, "others")
