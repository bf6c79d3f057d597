"""AWS calls of an edit, counted from the functions' invocation lines."""

from __future__ import annotations

import secrets
import statistics
import time
from collections import Counter
from typing import Any

from cost.usage import Edit
from local_stack import invocations, samples
from local_stack.api import Guest
from local_stack.console import step
from local_stack.invocations import Share

from . import edits, report
from .recorder import Recorder
from .rie import Function

EDITS = 10
CREATE, PROCESS, POLL, LOOK = "guest-create-edit", "process-edit", "poll-edit", "guest-get-edit"
#: Functions that an edit needs from the request to the picture. How often a guest looks at it is the guest's choice.
EDIT = (CREATE, PROCESS, POLL)
AIM_EDIT = 14
AIM_READS = 2
READS = {"dynamodb.GetItem", "dynamodb.BatchGetItem", "dynamodb.Query"}
MAX_AGE_SECONDS = 20


def measure_calls(stack: dict[str, Any]) -> dict[str, Any]:
    """Counts the calls of whole edits on the local stack, and records their order in warm functions."""
    report.heading(f"AWS calls, {EDITS} edits in warm functions")
    guest = Guest(stack["api_url"], stack["demo"]["event_token"])
    # The first edit warms the functions up and does not count.
    made = [_edit(guest, stack["demo"], number) for number in range(EDITS + 1)][1:]
    with step("Read the functions' logs"):
        shares = [invocations.of_edit(edit_id, since_ms) for edit_id, since_ms in made]
    once = [share for share in shares if share.get(POLL, Share()).invocations == 1]
    counted = {name: _of_function(name, once) for name in (*EDIT, LOOK)}
    _show(counted)
    report.say(
        f"An environment reads settings and styles again when they are older than {MAX_AGE_SECONDS} s; on the local stage after "
        "1 s, so with nearly every invocation. These calls are counted separately. "
        f"{len(once)} of {len(shares)} edits took exactly one poll and count. The GetObject of poll-edit is the fake "
        "provider reading the photo; a real provider is called over the internet."
    )
    total = sum(counted[name]["calls"] for name in EDIT)
    order = {name: _order(stack, name, made[-1][0]) for name in (CREATE, LOOK)}
    for name, found in order.items():
        report.say(f"{name}, warm, in order: {edits.as_text(found)}")
    _verdicts(order[CREATE], total)
    _compare_with_the_cost(counted)
    return {
        "edits": len(once),
        "edits_with_more_polls": len(shares) - len(once),
        "aim_per_edit": AIM_EDIT,
        "per_edit": total,
        "functions": counted,
        "order_warm": order,
    }


def _edit(guest: Guest, demo: dict[str, Any], number: int) -> tuple[str, int]:
    with step(f"Edit {number} of {EDITS}" if number else "Warm up"):
        since_ms = int(time.time() * 1000) - 1000
        return edits.make_one(guest, demo), since_ms


def _is_refresh(function: str, call: str) -> bool:
    """Whether a call refreshes the environment's settings or styles, independently of the edit."""
    return call.startswith("ssm.") or (function == CREATE and call == "dynamodb.Query")


def _of_function(name: str, shares: list[dict[str, Share]]) -> dict[str, Any]:
    """Medians per invocation, and every call with its count per invocation."""
    found = [share[name] for share in shares if name in share]
    runs = sum(share.invocations for share in found)
    calls: Counter[str] = sum((share.aws_calls for share in found), Counter())
    own = {call: round(count / runs, 2) for call, count in sorted(calls.items()) if not _is_refresh(name, call)}
    again = {call: round(count / runs, 2) for call, count in sorted(calls.items()) if _is_refresh(name, call)}
    return {
        "calls": round(sum(own.values()), 2),
        "by_call": own,
        "refresh_by_call": again,
        "duration_ms": round(statistics.median(share.duration_ms / share.invocations for share in found), 1),
        "peak_memory_mb": max(share.peak_memory_mb for share in found),
    }


def _show(counted: dict[str, dict[str, Any]]) -> None:
    shown = report.table("function", "calls", "which", "refreshes", "ms", "peak MB")
    for name, row in counted.items():
        if name == LOOK:
            total = sum(counted[each]["calls"] for each in EDIT)
            shown.add_section()
            shown.add_row("whole edit, one poll", f"{total:g}")
            shown.add_section()
            name = f"{LOOK}, per look"
        shown.add_row(
            name, f"{row['calls']:g}", _list(row["by_call"]), _list(row["refresh_by_call"]),
            f"{row['duration_ms']:.0f}", f"{row['peak_memory_mb']:.0f}",
        )  # fmt: skip
    report.show(shown)


def _compare_with_the_cost(counted: dict[str, dict[str, Any]]) -> None:
    """The calls that AWS bills one by one, against those that docs/COST.md is computed from."""
    usual = Edit()
    for call, assumed in (("s3.PutObject", usual.puts), ("s3.GetObject", usual.gets), ("sqs.SendMessage", usual.messages)):
        found = sum(counted[name]["by_call"].get(call, 0) for name in EDIT)
        report.verdict(found <= assumed, f"docs/COST.md counts {assumed} {call} per edit ({found:g})")


def _list(calls: dict[str, float]) -> str:
    return "\n".join(f"{call.split('.', 1)[1]} {count:g}" for call, count in calls.items()) or "–"


def _order(stack: dict[str, Any], name: str, edit_id: str) -> list[list[str]]:
    """The calls of a function's second invocation, when settings and styles are cached, as they mostly are on AWS."""
    with step(f"Record the order of {name}"), Recorder(stack["endpoint_url"]) as recorder:
        environment = samples.environment(stack, name, recorder.url)
        environment["SETTINGS_MAX_AGE_SECONDS"] = str(MAX_AGE_SECONDS)
        with Function(samples.bootstrap(name), environment) as function:
            for _ in range(2):
                recorder.take_calls()
                fresh = {samples.IDEMPOTENCY_KEY: secrets.token_hex(8), samples.GUEST: secrets.token_hex(8)}
                function.invoke(samples.load(name, {**samples.of_demo(stack), samples.EDIT: edit_id, **fresh}))
        return edits.steps(recorder.take_calls())


def _verdicts(create: list[list[str]], per_edit: float) -> None:
    reads = sum(1 for found in create if READS & set(found))
    names = [name for found in create for name in found]
    writes, sends = names.count("dynamodb.TransactWriteItems"), names.count("sqs.SendMessage")
    others = [name for name in names if name not in READS | {"dynamodb.TransactWriteItems", "sqs.SendMessage"}]
    report.verdict(
        reads <= AIM_READS and (writes, sends) == (1, 1) and not others,
        f"{CREATE}, warm: at most {AIM_READS} reads one after the other, 1 transaction, 1 send "
        f"({reads}, {writes}, {sends})",
    )
    report.verdict(per_edit <= AIM_EDIT, f"whole edit with one poll: at most {AIM_EDIT} calls ({per_edit:g})")
