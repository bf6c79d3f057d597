"""Records the actions of roles, so that a test can compare them with their permissions."""

from __future__ import annotations

import json
import tempfile
import time
from pathlib import Path
from typing import Any

#: In the emulator's scratch folder, which is empty at every start.
FILE = "permissions-used.jsonl"
#: A repeated use is recorded again after this time, so that a test can tell uses during its run from earlier ones.
AGAIN_AFTER_SECONDS = 20.0


def watch() -> None:
    """Records every decision of IAM about a role: role, action, resource, and whether it is allowed."""
    from ministack.core import iam_evaluator

    evaluate, enforce = iam_evaluator.evaluate, iam_evaluator.enforce
    witness = Witness(Path(tempfile.gettempdir()) / FILE)
    asked: list[Any] = []

    def evaluate_and_note(ctx: Any, *policies: Any) -> Any:
        # Called for the role's own policies, and again for the policy of the resource, if it has one.
        asked.append(ctx)
        return evaluate(ctx, *policies)

    def enforce_and_write(*arguments: Any, **named: Any) -> Any:
        asked.clear()
        refused = enforce(*arguments, **named)
        if asked and asked[0].principal_type == "AssumedRole":
            ctx = asked[0]
            witness.record(role_of(ctx.principal_arn), ctx.action, without_key(ctx.resource_arn), refused is None)
        return refused

    iam_evaluator.evaluate, iam_evaluator.enforce = evaluate_and_note, enforce_and_write


class Witness:
    """The recorded uses: recent ones in memory, all in a file."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._seen: dict[tuple[str, str, str, bool], float] = {}

    def record(self, role: str, action: str, resource: str, allowed: bool) -> None:
        """Writes a use to the file, unless it did so a moment ago."""
        now, what = time.time(), (role, action, resource, allowed)
        if now - self._seen.get(what, 0.0) < AGAIN_AFTER_SECONDS:
            return
        self._seen[what] = now
        line = {"at": round(now, 3), "role": role, "action": action, "resource": resource, "allowed": allowed}
        with self._path.open("a", encoding="utf-8") as file:
            file.write(json.dumps(line) + "\n")


def role_of(principal: str) -> str:
    """The role's name in `arn:aws:sts::…:assumed-role/<role>/<session>`."""
    return principal.split("/")[1]


def without_key(resource: str) -> str:
    """The ARN of an object up to its top folder: keys are made at run time, and there are many."""
    parts = resource.split("/")
    return f"{parts[0]}/{parts[1]}/…" if resource.startswith("arn:aws:s3:::") and len(parts) > 2 else resource
