"""DynamoDB capacity of a read, computed from the sizes of the items in its answer.

The emulator's own `ConsumedCapacity` counts half a unit for any query. The rules are those of the developer guide
("DynamoDB item sizes and formats", "Read consistency"): a unit per 4 KB, half of that for an eventually consistent read; a
query adds up its items before it rounds, a get and each item of a batch are rounded by themselves.
"""

from __future__ import annotations

import json
import math
from typing import Any

UNIT_BYTES = 4096

Attribute = dict[str, Any]


def read_units(call: str, asked: bytes, answered: bytes) -> float:
    """Units of a `GetItem`, `BatchGetItem` or `Query`; 0 for any other call. A read that finds nothing costs the minimum."""
    if call not in {"dynamodb.GetItem", "dynamodb.BatchGetItem", "dynamodb.Query"}:
        return 0
    try:
        question, answer = json.loads(asked), json.loads(answered)
    except ValueError:
        # The function cannot read such an answer either, so its own answer says that something is wrong.
        return 0
    if call == "dynamodb.GetItem":
        return _rounded(_size(answer.get("Item") or {}), bool(question.get("ConsistentRead")))
    if call == "dynamodb.Query":
        total = sum(_size(item) for item in answer.get("Items") or [])
        return _rounded(total, bool(question.get("ConsistentRead")))
    units = 0.0
    for table, wanted in question["RequestItems"].items():
        found = answer["Responses"].get(table, [])
        sizes = [_size(item) for item in found] + [0] * (len(wanted["Keys"]) - len(found))
        units += sum(_rounded(size, bool(wanted.get("ConsistentRead"))) for size in sizes)
    return units


def _rounded(size: int, consistent: bool) -> float:
    return max(1, math.ceil(size / UNIT_BYTES)) * (1.0 if consistent else 0.5)


def _size(item: dict[str, Attribute]) -> int:
    return sum(len(name.encode()) + _value(value) for name, value in item.items())


def _value(attribute: Attribute) -> int:
    """Bytes of one value; a number takes about half a byte per digit plus one."""
    ((kind, value),) = attribute.items()
    match kind:
        case "S":
            return len(value.encode())
        case "N":
            return math.ceil(len(value.lstrip("-").replace(".", "")) / 2) + 1
        case "M":
            return 3 + sum(1 + len(name.encode()) + _value(each) for name, each in value.items())
        case "L":
            return 3 + sum(1 + _value(each) for each in value)
        case "BOOL" | "NULL":
            return 1
        case _:
            return len(json.dumps(value))
