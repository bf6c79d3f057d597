"""`run`: a guest's edit from the request to the picture, over HTTP only."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import requests
from dateutil.parser import isoparse

from .api import TIMEOUT_SECONDS, Guest, data
from .config import EMULATOR_LOG, OUT, shown
from .console import step
from .errors import StackError

#: The fake provider answers within seconds; an edit that takes this long is stuck.
PATIENCE_SECONDS = 120
TERMINAL = {"succeeded", "failed", "blocked"}


@dataclass
class Journey:
    """An edit as its guest saw it."""

    edit_id: str
    edit: dict[str, Any] = field(default_factory=dict)
    picture: Path | None = None


def follow_one_edit(guest: Guest, photo_id: str, style_key: str) -> Journey:
    """Creates the edit, polls it as the API asks, saves the picture."""
    with step(f"Edit {photo_id} with style {style_key}") as running:
        started = time.monotonic()
        answer = guest.create_edit(photo_id, style_key)
        journey = Journey(edit_id=str(data(answer)["id"]))
        while True:
            edit = data(answer)
            elapsed = time.monotonic() - started
            if edit["status"] in TERMINAL:
                break
            if elapsed > PATIENCE_SECONDS:
                raise StackError(
                    f"Edit {journey.edit_id} is still {edit['status']} after {elapsed:.0f} s.",
                    f"`make logs` shows the workers' logs, {shown(EMULATOR_LOG)} the emulator's.",
                )
            _wait(answer, edit, started, running)
            answer = guest.edit(journey.edit_id)
        running.note = edit["status"]
        journey.edit = edit
    if edit["status"] != "succeeded":
        failure = edit.get("failure") or {}
        raise StackError(
            f"Edit {journey.edit_id} ended as {edit['status']}: {failure.get('code')} {failure.get('message', '')}",
            "`make logs` shows the workers' logs.",
        )
    journey.picture = _save(journey)
    return journey


def states(stack: dict[str, Any], edit_id: str) -> list[tuple[str, float]]:
    """Every state of an edit, and the second at which it began. Read as the organiser, because a guest does not poll often
    enough to see every state."""
    demo = stack["demo"]
    answer = requests.get(
        f"{stack['api_url']}/api/v1/tenant/events/{demo['event_slug']}/ai-edits/{edit_id}",
        headers={"Authorization": f"Bearer {demo['tenant_jwt']}"}, timeout=TIMEOUT_SECONDS,
    )  # fmt: skip
    answer.raise_for_status()
    edit = data(answer)
    began = [("queued", edit["created_at"])]
    for attempt in edit["attempts"]:
        began.append(("processing", attempt["started_at"]))
        if attempt["ended_at"]:
            began.append(("queued", attempt["ended_at"]))
    if edit["completed_at"]:
        # The end of the last attempt is the end of the edit.
        ended = (edit["status"], edit["completed_at"])
        began = [*(began[:-1] if edit["attempts"] else began), ended]
    first = isoparse(edit["created_at"])
    return [(status, (isoparse(at) - first).total_seconds()) for status, at in began]


def _wait(answer: requests.Response, edit: dict[str, Any], started: float, running: Any) -> None:
    """Waits as long as the API asked, with a line that shows progress."""
    wait = edit.get("wait") or {}
    until = time.monotonic() + max(0.1, float(answer.headers.get("Retry-After") or 1))
    while (left := until - time.monotonic()) > 0:
        place = f", place {wait['position']}" if wait.get("position") is not None else ""
        running.show(f"Edit {edit['id']}: {edit['status']}{place} · {time.monotonic() - started:.0f} s")
        time.sleep(min(0.25, left))


def _save(journey: Journey) -> Path:
    OUT.mkdir(parents=True, exist_ok=True)
    picture = OUT / f"{journey.edit_id}.jpg"
    downloaded = requests.get(journey.edit["output"]["url"], timeout=30)
    if not downloaded.ok:
        raise StackError(
            f"S3 refused the download of the picture: {downloaded.status_code} {downloaded.text[:300]}",
            f"The edit is {journey.edit_id}; the role of guest-get-edit needs s3:GetObject on events/*.",
        )
    picture.write_bytes(downloaded.content)
    if picture.stat().st_size == 0:
        raise StackError(f"{shown(picture)} is empty.", "`make logs` shows the logs of poll-edit.")
    return picture
