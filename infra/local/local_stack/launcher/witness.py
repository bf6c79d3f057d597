"""Writes down what the roles really do, so that a test can compare it with what they may do."""

from __future__ import annotations

import json
import tempfile
import time
from pathlib import Path
from typing import Any

#: In the emulator's own scratch folder, which begins empty with every start.
FILE = "permissions-used.jsonl"
#: A use that goes on is written down again after this, so that a test can tell uses of before from those of its run.
AGAIN_AFTER_SECONDS = 20.0


def watch() -> None:
    """Writes a line for every action that IAM decides about a role: who, what, on which resource, and whether it may."""
    from ministack.core import iam_evaluator

    evaluate, enforce = iam_evaluator.evaluate, iam_evaluator.enforce
    witness = Witness(Path(tempfile.gettempdir()) / FILE)
    asked: list[Any] = []

    def evaluate_and_note(ctx: Any, *policies: Any) -> Any:
        # Asked once for the role's own policies and once more for the resource's, if it has one.
        asked.append(ctx)
        return evaluate(ctx, *policies)

    def enforce_and_write(*arguments: Any, **named: Any) -> Any:
        asked.clear()
        refused = enforce(*arguments, **named)
        if asked and asked[0].principal_type == "AssumedRole":
            ctx = asked[0]
            witness.saw(role_of(ctx.principal_arn), ctx.action, without_key(ctx.resource_arn), refused is None)
        return refused

    iam_evaluator.evaluate, iam_evaluator.enforce = evaluate_and_note, enforce_and_write


class Witness:
    """What was seen lately, in memory and in a file."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._seen: dict[tuple[str, str, str, bool], float] = {}

    def saw(self, role: str, action: str, resource: str, allowed: bool) -> None:
        """Writes it down, unless it was a moment ago."""
        now, what = time.time(), (role, action, resource, allowed)
        if now - self._seen.get(what, 0.0) < AGAIN_AFTER_SECONDS:
            return
        self._seen[what] = now
        line = {"at": round(now, 3), "role": role, "action": action, "resource": resource, "allowed": allowed}
        with self._path.open("a", encoding="utf-8") as file:
            file.write(json.dumps(line) + "\n")


def role_of(principal: str) -> str:
    """`arn:aws:sts::…:assumed-role/<role>/<session>` without all but the role's name."""
    return principal.split("/")[1]


def without_key(resource: str) -> str:
    """An object's ARN up to the folder at the top: keys are made at run time, and there are many."""
    parts = resource.split("/")
    return f"{parts[0]}/{parts[1]}/…" if resource.startswith("arn:aws:s3:::") and len(parts) > 2 else resource
