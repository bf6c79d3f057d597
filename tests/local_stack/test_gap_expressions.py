"""Gap `empty-clauses` of MiniStack 1.5.33."""

from __future__ import annotations

import secrets
from typing import Any

import pytest
from botocore.exceptions import ClientError
from emulators import Emulator

EMPTY = ("ADD ", "ADD", "ADD  SET n = :n")


def update(emulator: Emulator, expression: str) -> dict[str, Any]:
    """The item after an update of it in a transaction and another one alone, in a table of its own."""
    dynamodb = emulator.client("dynamodb")
    table, key = f"counters-{secrets.token_hex(4)}", {"pk": {"S": "a"}}
    dynamodb.create_table(
        TableName=table,
        BillingMode="PAY_PER_REQUEST",
        AttributeDefinitions=[{"AttributeName": "pk", "AttributeType": "S"}],
        KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}],
    )
    change: dict[str, Any] = {"TableName": table, "Key": key, "UpdateExpression": expression}
    if ":n" in expression:
        change["ExpressionAttributeValues"] = {":n": {"N": "0"}}
    if "#set" in expression:
        # Names that look like clauses.
        change["ExpressionAttributeNames"] = {"#set": "set", "#delete": "delete"}
    dynamodb.transact_write_items(TransactItems=[{"Update": change}])
    dynamodb.update_item(**change)
    found: dict[str, Any] = dynamodb.get_item(TableName=table, Key=key)["Item"]
    return found


def test_with_the_gap_a_transaction_executes_a_clause_without_an_action(opened: Emulator) -> None:
    for expression in EMPTY:
        try:
            update(opened, expression)
        except ClientError as refused:
            assert refused.operation_name == "UpdateItem", "the emulator refuses a single update already"


def test_closed_a_clause_without_an_action_is_refused(closed: Emulator) -> None:
    for expression in EMPTY:
        with pytest.raises(ClientError) as refused:
            update(closed, expression)
        assert refused.value.operation_name == "TransactWriteItems"


def test_closed_clauses_with_an_action_are_executed(closed: Emulator) -> None:
    zero = {"N": "0"}
    expression = "ADD #set :n SET added = :n REMOVE gone, #delete"
    assert update(closed, expression) == {"pk": {"S": "a"}, "set": zero, "added": zero}
