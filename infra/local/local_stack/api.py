"""The HTTP API as a guest uses it."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import requests

from .config import DEMO_GUEST, EMULATOR_LOG, shown
from .errors import StackError

TIMEOUT_SECONDS = 30


@dataclass(frozen=True)
class Guest:
    """A guest of one event, identified by the token in the path."""

    api_url: str
    event_token: str

    @property
    def base(self) -> str:
        """Address of the guest's event."""
        return f"{self.api_url}/api/v1/events/{self.event_token}"

    def upload_photo(self, photo: Path, mime_type: str) -> str:
        """Registers a photo and uploads it to the address in the answer; returns its id."""
        content = photo.read_bytes()
        answer = self._ask("POST", "photos", json={"mime_type": mime_type, "size_bytes": len(content)})
        registered = data(answer)
        upload = registered["upload"]
        stored = requests.request(
            upload["method"], upload["url"], headers=upload["headers"], data=content, timeout=TIMEOUT_SECONDS
        )
        if not stored.ok:
            raise StackError(
                f"S3 refused the upload of {photo.name} with {stored.status_code}: {stored.text[:300]}",
                "The presigned address comes from guest-create-photo; its role needs s3:PutObject on uploads/*.",
            )
        return str(registered["id"])

    def create_edit(self, photo_id: str, style_key: str) -> requests.Response:
        """Creates an edit; the idempotency key makes a retry harmless."""
        return self._ask(
            "POST",
            f"photos/{photo_id}/ai-edits",
            json={"style_key": style_key},
            headers={"Idempotency-Key": secrets.token_hex(16)},
        )

    def edit(self, edit_id: str) -> requests.Response:
        """The state of an edit."""
        return self._ask("GET", f"ai-edits/{edit_id}")

    def _ask(self, method: str, path: str, **request: Any) -> requests.Response:
        try:
            headers = {"X-Guest-Id": DEMO_GUEST, **request.pop("headers", {})}
            answer = requests.request(
                method, f"{self.base}/{path}", headers=headers, timeout=TIMEOUT_SECONDS, **request
            )
        except requests.RequestException as error:
            raise StackError(
                f"{method} …/{path} got no answer: {type(error).__name__}",
                f"`make up` starts the stack; {shown(EMULATOR_LOG)} says what happened to it.",
            ) from error
        if not answer.ok:
            raise StackError(f"{method} …/{path} answered {problem(answer)}", hint(answer))
        return answer


def data(answer: requests.Response) -> dict[str, Any]:
    """The resource of an answer. An answer without one, such as an empty one, is refused with what it is."""
    try:
        body = answer.json()
    except ValueError:
        body = None
    if isinstance(body, dict) and isinstance(body.get("data"), dict):
        return body["data"]
    # Not the whole path, which contains the guest's token.
    request = f"{answer.request.method} …/{answer.url.partition('?')[0].rpartition('/')[2]}"
    said = repr(answer.text[:300]) if answer.content else "nothing"
    raise StackError(
        f"{request} answered {answer.status_code} with {said} instead of a resource.",
        "`make logs` shows what the functions logged.",
    )


def problem(answer: requests.Response) -> str:
    """Status, code and detail of a refusal, whatever its format."""
    try:
        body = answer.json()
    except ValueError:
        return f"{answer.status_code}: {answer.text[:300]}"
    said = " ".join(str(body[name]) for name in ("code", "detail", "message", "errorMessage") if body.get(name))
    return f"{answer.status_code} {said}".strip()


def hint(answer: requests.Response) -> str:
    """What to do about the refusals that are likely on the local stack."""
    try:
        code = answer.json().get("code")
    except (ValueError, AttributeError):
        code = None
    return {
        "feature_disabled": "is_enabled or guest_enabled is off. `make stop` and `make up` reset all settings.",
        "budget_hard_cap_reached": "The demo budget is spent. `make stop` and `make up` reset it.",
    }.get(code or "", "`make logs` shows what the functions logged.")
