"""The functions' logs: one line per invocation, with the AWS calls that it made."""

from __future__ import annotations

import json
import time
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from .aws import client
from .config import STAGE
from .template import function_names


@dataclass
class Share:
    """What one function did for an edit."""

    invocations: int = 0
    aws_calls: Counter[str] = field(default_factory=Counter)
    duration_ms: float = 0
    peak_memory_mb: float = 0


def log_group(function: str) -> str:
    """The log group of a function."""
    return f"/aws/lambda/magic-edits-{STAGE}-{function}"


def lines(function: str, since_ms: int) -> list[str]:
    """The log lines of a function since a time."""
    logs = client("logs")
    found: list[str] = []
    token: dict[str, str] = {}
    while True:
        page = logs.filter_log_events(logGroupName=log_group(function), startTime=since_ms, **token)
        found += [line for event in page["events"] for line in event["message"].splitlines()]
        if not page.get("nextToken"):
            return found
        token = {"nextToken": page["nextToken"]}


def of_edit(edit_id: str, since_ms: int) -> dict[str, Share]:
    """What every function did for an edit. Log lines arrive a moment after the answer, so this reads until nothing changes."""
    before: dict[str, Share] = {}
    for _ in range(10):
        now = {name: share for name in function_names() if (share := _share(name, edit_id, since_ms)).invocations}
        if now and now == before:
            return now
        before = now
        time.sleep(0.3)
    return before


def _share(function: str, edit_id: str, since_ms: int) -> Share:
    share = Share()
    for line in lines(function, since_ms):
        entry = _parsed(line)
        if entry.get("message") != "invocation" or edit_id not in (entry.get("edit_ids") or [entry.get("edit_id")]):
            continue
        share.invocations += 1
        share.aws_calls.update(entry.get("aws_calls") or {})
        share.duration_ms += float(entry.get("duration_ms") or 0)
        share.peak_memory_mb = max(share.peak_memory_mb, float(entry.get("peak_memory_mb") or 0))
    return share


def _parsed(line: str) -> dict[str, Any]:
    """The fields of a log line, at the top or under `fields`."""
    try:
        entry = json.loads(line)
    except ValueError:
        return {}
    if not isinstance(entry, dict):
        return {}
    nested = entry.get("fields")
    return {**entry, **nested} if isinstance(nested, dict) else entry
