"""DynamoDB capacity that reading consumes for an event with few edits and for one with very many."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from typing import Any

from local_stack import samples
from local_stack.console import step
from local_stack.errors import StackError

from . import crowd, edits, report
from .crowd import Event, Item
from .recorder import Recorder
from .rie import Function

FEW, MANY = 100, 10_000
VARIABLE = "BENCH_CAPACITY_ROWS"
MAX_AGE_SECONDS = 20
#: A function gives up on a query that the emulator takes too long for; the recorder has the answer the next time.
TRIES = 10


@dataclass(frozen=True)
class Question:
    """A read of a function."""

    name: str
    function: str
    query: dict[str, str] = field(default_factory=dict)


#: What is asked while there are many rows of a kind, and whose edits guests see meanwhile.
QUESTIONS: dict[str, tuple[str, tuple[Question, ...]]] = {
    "edit": (
        "open",
        (
            Question("edits, 25 a page", "tenant-list-edits", {"limit": "25"}),
            # Not 100, because the function reads one edit more than a page to know whether there is a next page.
            Question("edits, 90 a page", "tenant-list-edits", {"limit": "90"}),
            Question("edits, status=succeeded", "tenant-list-edits", {"limit": "25", "status": "succeeded"}),
            Question("summary", "tenant-get-summary"),
            Question("activity", "tenant-get-activity"),
            Question("export", "tenant-export-edits", {"limit": "25"}),
            Question("a guest's own edits", "guest-list-edits", {"limit": "25"}),
            Question("gallery", "guest-list-gallery", {"limit": "25"}),
        ),
    ),
    "photo": (
        "reviewed",
        (
            Question("photos", "tenant-list-photos", {"limit": "25"}),
            Question("a guest's own photos", "guest-list-photos", {"limit": "25"}),
        ),
    ),
    "ledger": (
        "off",
        (
            Question("ledger", "tenant-list-usage-entries", {"limit": "25"}),
            Question("usage", "tenant-get-usage"),
        ),
    ),
    "audit": ("off", (Question("audit", "tenant-list-audit", {"limit": "25"}),)),
}


def sizes() -> tuple[int, int]:
    """Few rows and many."""
    asked = os.environ.get(VARIABLE) or str(MANY)
    if not asked.isdecimal() or int(asked) <= FEW:
        raise StackError(f"{VARIABLE} must be a number over {FEW}, not {asked}.", f"{VARIABLE}=1000000 make bench")
    return FEW, int(asked)


def measure_capacity(stack: dict[str, Any]) -> dict[str, Any]:
    """Measures the same requests for an event with 100 rows of a kind and for one with very many."""
    report.heading("Consumed capacity of what is read page by page, or summed up")
    few, many = sizes()
    found: dict[str, dict[str, Any]] = {}
    for kind, (gallery, questions) in QUESTIONS.items():
        of_kind: dict[str, dict[str, Any]] = {question.name: {} for question in questions}
        for size in (few, many):
            with step(f"Make an event, and an edit of it to copy: {kind}"):
                event = crowd.make_event(stack, gallery)
                pattern: Item = crowd.make_patterns(stack, event)[kind]
            with crowd.copies(stack["table"], kind, pattern, size):
                for question in questions:
                    with step(f"Ask for {question.name}, {size:,} rows"):
                        of_kind[question.name][str(size)] = _ask(stack, event, question)
        # At once: a million rows take a while, and an interrupted run has shown what it knows.
        _show(of_kind, few, many)
        found.update(of_kind)
    report.say("Units are computed from the sizes of the items read; see units.py.")
    same = all(_cost(by_size[str(few)]) == _cost(by_size[str(many)]) for by_size in found.values())
    report.verdict(same, f"all of them take the same calls and units at {few:,} and {many:,} rows")
    return {"questions": found}


def _ask(stack: dict[str, Any], event: Event, question: Question) -> dict[str, Any]:
    """Calls in their order, and the units that a warm function consumes."""
    name, query = question.function, question.query
    values = {samples.SLUG: event.name, samples.TENANT: event.name, samples.TOKEN: event.token}
    asked = samples.load(name, values)
    asked["queryStringParameters"] = query
    asked["rawQueryString"] = "&".join(f"{key}={value}" for key, value in query.items())
    with Recorder(stack["endpoint_url"], patient=True) as recorder:
        environment = samples.environment(stack, name, recorder.url)
        environment["SETTINGS_MAX_AGE_SECONDS"] = str(MAX_AGE_SECONDS)
        with Function(samples.bootstrap(name), environment) as function:
            _warm_up(function, recorder, asked)
            recorder.take_calls()
            answer = function.invoke(asked)
            if answer.get("statusCode") != 200:
                raise RuntimeError(f"{name} answered {answer}. Its log:\n{function.log()}")
            calls = recorder.take_calls()
    return {"order_warm": edits.steps(calls), "read_units": round(sum(call.read_units for call in calls), 1)}


def _warm_up(function: Function, recorder: Recorder, asked: dict[str, Any]) -> None:
    """Invokes the function until it has an answer, and the recorder so the answer to each of its queries."""
    for _ in range(TRIES):
        answer = function.invoke(asked)
        recorder.wait_for_queries()
        if answer.get("statusCode") == 200:
            return
    raise RuntimeError(f"The function answered {answer}. Its log:\n{function.log()}")


def _show(found: dict[str, dict[str, Any]], few: int, many: int) -> None:
    shown = report.table("read, of an event with", f"{few:,} rows", f"{many:,} rows", "calls")
    for name, by_size in found.items():
        units = [f"{by_size[str(size)]['read_units']:g} RCU" for size in (few, many)]
        shown.add_row(name, *units, edits.as_text(by_size[str(many)]["order_warm"]))
    report.show(shown)


def _cost(asked: dict[str, Any]) -> tuple[list[str], float]:
    """The calls and their price, for comparison; concurrent calls may start in any order."""
    return sorted(call for each in asked["order_warm"] for call in each), asked["read_units"]
