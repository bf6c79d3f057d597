"""An event as it is after very many edits: rows of the table, copied from those of an edit that really happened."""

from __future__ import annotations

import json
import secrets
import string
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timezone
from itertools import islice
from typing import Any

import requests
from local_stack.api import Guest, data
from local_stack.aws import client
from local_stack.config import DEMO_PHOTO
from local_stack.console import step

from . import edits

#: Crockford's base 32, as ULIDs are written.
DIGITS = "".join(each for each in string.digits + string.ascii_uppercase if each not in "ILOU")
#: The last digits of a ULID, in which copies differ: 2³⁰ of them, and they sort in order of creation.
OWN_DIGITS = 6
ULID_LENGTH = 26
BATCH, AT_ONCE = 25, 4

Item = dict[str, Any]


@dataclass(frozen=True)
class Event:
    """An event of a tenant of its own. Both have the same name, which is also the event's slug."""

    name: str
    token: str
    guest: Guest

    @property
    def partition(self) -> str:
        """Where its photos and edits are."""
        return f"EVENT#{self.name}"


def make_event(stack: dict[str, Any], gallery: str) -> Event:
    """Creates a tenant, an event and a guest's link through the superadmin API, and sets whose edits guests see."""
    name = f"bench-{secrets.token_hex(6)}"
    headers = {"authorization": f"Bearer {stack['superadmin_jwt']}"}
    admin = f"{stack['api_url']}/api/v1/admin"
    demo = data(requests.get(f"{admin}/events/{stack['demo']['event_id']}", headers=headers, timeout=30))
    event = {"tenant_id": name, "slug": name, "name": "Bench", "package_key": demo["package_key"]}
    for path, body in ((f"tenants/{name}", {"name": "Bench"}), (f"events/{name}", event)):
        requests.put(f"{admin}/{path}", json=body, headers=headers, timeout=30).raise_for_status()
    made = requests.post(f"{admin}/events/{name}/tokens", json={}, headers=headers, timeout=30)
    made.raise_for_status()
    token = str(data(made)["token"])
    client("dynamodb").update_item(
        TableName=stack["table"], Key={"pk": {"S": f"EVENT#{name}"}, "sk": {"S": "META"}},
        UpdateExpression="SET policy.gallery = :gallery", ExpressionAttributeValues={":gallery": {"S": gallery}},
    )  # fmt: skip
    return Event(name, token, Guest(stack["api_url"], token))


def make_patterns(stack: dict[str, Any], event: Event) -> dict[str, Item]:
    """Uploads a photo and has it edited. Returns the rows to copy: edit, photo, ledger entry, audit entry."""
    photo_id = event.guest.upload_photo(DEMO_PHOTO, "image/jpeg")
    edit_id = edits.make_one(event.guest, {**stack["demo"], "photo_id": photo_id})
    tenant, month = f"TENANT#{event.name}", f"{datetime.now(timezone.utc):%Y-%m}"
    edit, photo = edit_id.removeprefix("edit_"), photo_id.removeprefix("photo_")
    rows = {
        "edit": _row(stack["table"], event.partition, f"EDIT#{edit}"),
        "photo": _row(stack["table"], event.partition, f"PHOTO#{photo}"),
        "ledger": _row(stack["table"], f"{tenant}#LEDGER#{month}", edit),
        "audit": _first_row(stack["table"], f"{tenant}#AUDIT"),
    }
    return rows


def _row(table: str, partition: str, sort: str) -> Item:
    key = {"pk": {"S": partition}, "sk": {"S": sort}}
    found: Item = client("dynamodb").get_item(TableName=table, Key=key, ConsistentRead=True)["Item"]
    return found


def _first_row(table: str, partition: str) -> Item:
    found: list[Item] = client("dynamodb").query(
        TableName=table, KeyConditionExpression="pk = :pk", ExpressionAttributeValues={":pk": {"S": partition}}, Limit=1
    )["Items"]  # fmt: skip
    return found[0]


@contextmanager
def copies(table: str, what: str, pattern: Item, count: int) -> Iterator[None]:
    """Copies of a row, for the time of a `with` block: a million of a kind is what the emulator's memory has room for."""
    copy = copier(pattern)
    with step(f"Write {count:,} rows: {what}"):
        _batches(table, count, lambda number: {"PutRequest": {"Item": copy(number)}})
    try:
        yield
    finally:
        with step(f"Remove {count:,} rows: {what}"):
            _batches(table, count, lambda number: {"DeleteRequest": {"Key": _key(copy(number))}})


def copier(pattern: Item) -> Callable[[int], Item]:
    """Makes the copy of a number. It has an id of its own wherever the row names its id: in its keys, those of the indexes
    included, in its fields and in the keys of its objects."""
    ulid = pattern["sk"]["S"][-ULID_LENGTH:]
    text, stem = json.dumps(pattern), ulid[:-OWN_DIGITS]

    def copy(number: int) -> Item:
        item: Item = json.loads(text.replace(ulid, stem + _digits(number)))
        return item

    return copy


def _digits(number: int) -> str:
    return "".join(DIGITS[number >> shift & 31] for shift in range(5 * OWN_DIGITS - 5, -1, -5))


def _key(item: Item) -> Item:
    return {"pk": item["pk"], "sk": item["sk"]}


def _batches(table: str, count: int, request: Callable[[int], Item]) -> None:
    """Sends a request for every number, `AT_ONCE` batches at a time; each writer makes its rows as it goes."""
    dynamodb = client("dynamodb")

    def write(first: int) -> None:
        numbers = iter(range(first, count, AT_ONCE))
        while batch := [request(number) for number in islice(numbers, BATCH)]:
            left = {table: batch}
            while left:
                left = dynamodb.batch_write_item(RequestItems=left).get("UnprocessedItems") or {}

    with ThreadPoolExecutor(AT_ONCE) as writers:
        list(writers.map(write, range(AT_ONCE)))
