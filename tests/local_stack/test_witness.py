"""The launcher's record of permissions: not a gap, but the basis of the tests of permissions."""

from __future__ import annotations

import json
from typing import Any

import pytest
from botocore.exceptions import ClientError
from emulators import Emulator

ACCOUNT = "000000000000"
TABLE = f"arn:aws:dynamodb:eu-central-1:{ACCOUNT}:table/things"


def assume_role(emulator: Emulator) -> dict[str, str]:
    """Credentials of a role that may put and update items of one table."""
    iam = emulator.client("iam")
    trust = {"Effect": "Allow", "Principal": {"AWS": ACCOUNT}, "Action": "sts:AssumeRole"}
    may = {"Effect": "Allow", "Action": ["dynamodb:PutItem", "dynamodb:UpdateItem"], "Resource": TABLE}
    role = iam.create_role(RoleName="witnessed", AssumeRolePolicyDocument=document(trust))["Role"]["Arn"]
    iam.put_role_policy(RoleName="witnessed", PolicyName="writes", PolicyDocument=document(may))
    emulator.client("dynamodb").create_table(
        TableName="things", BillingMode="PAY_PER_REQUEST",
        AttributeDefinitions=[{"AttributeName": "pk", "AttributeType": "S"}],
        KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}],
    )  # fmt: skip
    session = emulator.client("sts").assume_role(RoleArn=role, RoleSessionName="test")
    credentials: dict[str, str] = session["Credentials"]
    return credentials


def document(statement: dict[str, Any]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def test_a_transaction_is_recorded_item_by_item_and_a_refusal_once(closed: Emulator) -> None:
    dynamodb = closed.client("dynamodb", assume_role(closed))
    item = {"pk": {"S": "a"}}
    update = {
        "Key": {"pk": {"S": "b"}},
        "UpdateExpression": "SET n = :n",
        "ExpressionAttributeValues": {":n": {"N": "1"}},
    }
    parts = [{"Put": {"TableName": "things", "Item": item}}, {"Update": {"TableName": "things", **update}}]
    dynamodb.transact_write_items(TransactItems=parts)
    with pytest.raises(ClientError, match="AccessDenied"):
        dynamodb.get_item(TableName="things", Key=item)
    lines = (closed.scratch / "permissions-used.jsonl").read_text(encoding="utf-8").splitlines()
    seen = [json.loads(line) for line in lines]
    found = [(entry["action"], entry["resource"], entry["allowed"]) for entry in seen if entry["role"] == "witnessed"]
    assert found == [
        ("dynamodb:PutItem", TABLE, True),
        ("dynamodb:UpdateItem", TABLE, True),
        ("dynamodb:GetItem", TABLE, False),
    ]
