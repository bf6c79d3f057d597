"""Edits of the demo event, and the order of AWS calls as text."""

from __future__ import annotations

import time
from typing import Any

from local_stack.api import Guest, data
from local_stack.edit import PATIENCE_SECONDS, TERMINAL
from local_stack.errors import StackError

from .recorder import Call, in_order


def make_one(guest: Guest, demo: dict[str, Any]) -> str:
    """Creates an edit, waits for its end, and returns its id."""
    edit_id = str(data(guest.create_edit(demo["photo_id"], demo["style_keys"][0]))["id"])
    wait_until_over(guest, edit_id)
    return edit_id


def wait_until_over(guest: Guest, edit_id: str) -> int:
    """Polls as the API asks; returns the number of polls. Refuses an edit that fails: it would measure another path."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    looks = 0
    while time.monotonic() < deadline:
        answer = guest.edit(edit_id)
        looks += 1
        edit = data(answer)
        if edit["status"] == "succeeded":
            return looks
        if edit["status"] in TERMINAL:
            raise StackError(f"Edit {edit_id} ended as {edit['status']}: {edit['failure']}", "`make logs` says why.")
        time.sleep(max(0.2, float(answer.headers.get("Retry-After") or 1)))
    raise StackError(f"Edit {edit_id} did not end within {PATIENCE_SECONDS} s.", "`make logs` shows the workers.")


def steps(calls: list[Call]) -> list[list[str]]:
    """The calls as steps; concurrent calls are one step, sorted."""
    return [sorted(step) for step in in_order(calls)]


def as_text(found: list[list[str]]) -> str:
    """The steps as `GetItem → BatchGetItem ‖ Query → TransactWriteItems`, without the services."""
    short = [[name.split(".", 1)[1] for name in step] for step in found]
    return " → ".join(" ‖ ".join(_counted(step)) for step in short) or "–"


def _counted(names: list[str]) -> list[str]:
    return [f"{names.count(name)} {name}" if names.count(name) > 1 else name for name in dict.fromkeys(names)]
