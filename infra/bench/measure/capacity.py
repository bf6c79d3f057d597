"""DynamoDB capacity that a list page and a summary consume, for an event with few edits and one with many."""

from __future__ import annotations

import secrets
import string
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import islice
from typing import Any

import requests
from local_stack import samples
from local_stack.api import Guest, data
from local_stack.aws import client
from local_stack.console import step

from . import edits, report
from .recorder import Recorder
from .rie import Function

SIZES = (100, 10_000)
MAX_AGE_SECONDS = 20
#: A name for people, the function, its query string.
QUESTIONS: tuple[tuple[str, str, dict[str, str]], ...] = (
    ("list, 25 a page", "tenant-list-edits", {"limit": "25"}),
    # Not 100, because the function reads one edit more than a page to know whether there is a next page.
    ("list, 90 a page", "tenant-list-edits", {"limit": "90"}),
    ("list, status=succeeded", "tenant-list-edits", {"limit": "25", "status": "succeeded"}),
    ("summary", "tenant-get-summary", {}),
)
#: Crockford's base 32, as ULIDs are written.
DIGITS = "".join(each for each in string.digits + string.ascii_uppercase if each not in "ILOU")
BATCH, AT_ONCE = 25, 4

Item = dict[str, Any]


def measure_capacity(stack: dict[str, Any]) -> dict[str, Any]:
    """Measures the same requests for an event with 100 edits and for one with 10,000."""
    report.heading("Consumed capacity of a page and of the summary")
    with step("Create an edit to copy"):
        edit_id = edits.make_one(Guest(stack["api_url"], stack["demo"]["event_token"]), stack["demo"])
    key = {"pk": {"S": f"EVENT#{stack['demo']['event_id']}"}, "sk": {"S": f"EDIT#{edit_id.removeprefix('edit_')}"}}
    pattern = client("dynamodb").get_item(TableName=stack["table"], Key=key, ConsistentRead=True)["Item"]
    found: dict[str, dict[str, Any]] = {name: {} for name, _, _ in QUESTIONS}
    for size in SIZES:
        event = _event(stack)
        with step(f"Write {size:,} edits"):
            _write(stack["table"], list(_copies(pattern, event, size)))
        for name, function, query in QUESTIONS:
            found[name][str(size)] = _ask(stack, event, function, query)
    _show(found)
    return {"questions": found}


def _event(stack: dict[str, Any]) -> dict[str, str]:
    """Creates a tenant and an event through the superadmin API."""
    name = f"bench-{secrets.token_hex(6)}"
    headers = {"authorization": f"Bearer {stack['superadmin_jwt']}"}
    admin = f"{stack['api_url']}/api/v1/admin"
    demo = data(requests.get(f"{admin}/events/{stack['demo']['event_id']}", headers=headers, timeout=30))
    event = {"tenant_id": name, "slug": name, "name": "Bench", "package_key": demo["package_key"]}
    for path, body in ((f"tenants/{name}", {"name": "Bench"}), (f"events/{name}", event)):
        requests.put(f"{admin}/{path}", json=body, headers=headers, timeout=30).raise_for_status()
    return {"tenant": name, "slug": name, "id": name}


def _copies(pattern: Item, event: dict[str, str], count: int) -> Iterator[Item]:
    """Copies of a finished edit, each with an id of its own."""
    # Only the last four digits differ: 32⁴ is more than enough, and the ids sort in order of creation.
    stem = pattern["status_sk"]["S"][:-4]
    for number in range(count):
        ulid = stem + "".join(DIGITS[number >> shift & 31] for shift in (15, 10, 5, 0))
        yield {
            **pattern,
            "pk": {"S": f"EVENT#{event['id']}"},
            "sk": {"S": f"EDIT#{ulid}"},
            "id": {"S": f"edit_{ulid}"},
            "event_id": {"S": event["id"]},
            "event_slug": {"S": event["slug"]},
            "tenant_id": {"S": event["tenant"]},
            "status_pk": {"S": pattern["status_pk"]["S"].replace(pattern["event_id"]["S"], event["id"])},
            "status_sk": {"S": ulid},
        }


def _write(table: str, items: list[Item]) -> None:
    left = iter(items)
    batches = iter(lambda: list(islice(left, BATCH)), [])

    def write(batch: list[Item]) -> None:
        request = {table: [{"PutRequest": {"Item": item}} for item in batch]}
        while request:
            request = client("dynamodb").batch_write_item(RequestItems=request).get("UnprocessedItems") or {}

    client("dynamodb")
    with ThreadPoolExecutor(AT_ONCE) as pool:
        list(pool.map(write, batches))


def _ask(stack: dict[str, Any], event: dict[str, str], name: str, query: dict[str, str]) -> dict[str, Any]:
    """Calls in their order, and the units that a function's second invocation consumes."""
    values = {samples.SLUG: event["slug"], samples.TENANT: event["tenant"]}
    asked = samples.load(name, values)
    asked["queryStringParameters"] = query
    asked["rawQueryString"] = "&".join(f"{key}={value}" for key, value in query.items())
    with Recorder(stack["endpoint_url"]) as recorder:
        environment = samples.environment(stack, name, recorder.url)
        environment["SETTINGS_MAX_AGE_SECONDS"] = str(MAX_AGE_SECONDS)
        with Function(samples.bootstrap(name), environment) as function:
            for _ in range(2):
                recorder.take_calls()
                answer = function.invoke(asked)
                if answer.get("statusCode") != 200:
                    raise RuntimeError(f"{name} answered {answer}. Its log:\n{function.log()}")
        calls = recorder.take_calls()
    return {"order_warm": edits.steps(calls), "read_units": round(sum(call.read_units for call in calls), 1)}


def _show(found: dict[str, dict[str, Any]]) -> None:
    shown = report.table("of an event with", *(f"{size:,} edits" for size in SIZES), "calls")
    for name, by_size in found.items():
        units = [f"{by_size[str(size)]['read_units']:g} RCU" for size in SIZES]
        shown.add_row(name, *units, edits.as_text(by_size[str(SIZES[-1])]["order_warm"]))
    report.show(shown)
    report.say("Units are computed from the sizes of the items read; see units.py.")
    same = all(_cost(by_size[str(SIZES[0])]) == _cost(by_size[str(SIZES[-1])]) for by_size in found.values())
    report.verdict(same, f"a page and the summary take the same calls and units at {SIZES[0]} and {SIZES[-1]:,} edits")


def _cost(asked: dict[str, Any]) -> tuple[list[str], float]:
    """The calls and their price, for comparison; concurrent calls may start in any order."""
    return sorted(call for each in asked["order_warm"] for call in each), asked["read_units"]
