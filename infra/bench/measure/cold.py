"""Cold starts under the Runtime Interface Emulator: release binaries against the local stack."""

from __future__ import annotations

import json
import secrets
import time
from collections import Counter
from collections.abc import Callable
from typing import Any

from local_stack import samples
from local_stack.api import Guest
from local_stack.console import step

from . import edits, report
from .recorder import Recorder
from .release import Binary
from .rie import Function

ROUNDS = 12
AIM_INIT_MS = 15.0
AIM_ANSWER_MS = 40.0
#: The value on AWS; the local stage's 1 s is for tests.
MAX_AGE = {"SETTINGS_MAX_AGE_SECONDS": "20"}


def measure_cold_starts(stack: dict[str, Any], binaries: list[Binary]) -> dict[str, Any]:
    """Measures every function: start to ready, start to first answer, and the latter with AWS calls answered at once."""
    report.heading(f"Cold starts, {ROUNDS} per function: median (least–most), ms")
    guest = Guest(stack["api_url"], stack["demo"]["event_token"])
    finished = edits.make_one(guest, stack["demo"])
    measured: dict[str, Any] = {}
    shown = report.table("function", "init", "first answer", "… AWS at once", "waiting", "AWS calls")
    with Recorder(stack["endpoint_url"]) as recorder:
        for binary in binaries:
            with step(f"Start {binary.function}") as running:
                row = _of_function(stack, binary, guest, finished, recorder, running.show)
            measured[binary.function] = row
            shown.add_row(
                binary.function,
                report.shown_spread(row["init_ms"]),
                report.shown_spread(row["first_answer_ms"]),
                report.shown_spread(row["first_answer_emulator_at_once_ms"]),
                f"{row['waiting_for_emulator_ms']:.1f}",
                str(sum(row["calls"].values())),
            )
    report.show(shown)
    report.say(
        "init: start of the process → its first request for work, as the RIE reports it. First answer: the event is posted "
        "(which starts the process) → the whole answer has arrived. AWS at once: the same with recorded answers to AWS "
        "calls; the difference is the time spent waiting for the emulator."
    )
    report.warn_if_busy()
    init = max(row["init_ms"]["median"] for row in measured.values())
    answer = max(row["first_answer_ms"]["median"] for row in measured.values())
    report.verdict(init <= AIM_INIT_MS, f"init at most {AIM_INIT_MS:g} ms (slowest median {init:.1f})")
    report.verdict(answer <= AIM_ANSWER_MS, f"first answer at most {AIM_ANSWER_MS:g} ms (slowest median {answer:.1f})")
    return {"rounds": ROUNDS, "aim_init_ms": AIM_INIT_MS, "aim_first_answer_ms": AIM_ANSWER_MS, "functions": measured}


def _of_function(
    stack: dict[str, Any], binary: Binary, guest: Guest, finished: str, recorder: Recorder, show: Callable[[str], None]
) -> dict[str, Any]:
    """Measures one function."""
    creates = binary.function == "guest-create-edit"
    direct = {**samples.environment(stack, binary.function), **MAX_AGE}
    through = {**direct, "AWS_ENDPOINT_URL": recorder.url}

    def payload() -> bytes:
        # A new key and a new guest each time where an edit is made: for a known key the function returns the known edit. Others
        # read what is the demo guest's own.
        fresh = {samples.IDEMPOTENCY_KEY: secrets.token_hex(8), samples.GUEST: secrets.token_hex(8)} if creates else {}
        # A finished edit: a worker reads it and finds nothing to do.
        values = {**samples.of_demo(stack), samples.EDIT: finished, **fresh}
        return json.dumps(samples.load(binary.function, values)).encode()

    def rounds(environment: dict[str, str], *, settle: bool) -> list[tuple[float, float]]:
        found = []
        for number in range(ROUNDS):
            show(f"Start {binary.function} · {number + 1} of {ROUNDS}")
            found.append(_start_once(binary, environment, payload(), guest if settle and creates else None))
        return found

    recorder.replaying = False
    recorder.take_calls()
    _start_once(binary, through, payload(), guest if creates else None)
    calls = recorder.take_calls()
    real = rounds(direct, settle=True)
    recorder.replaying = True
    at_once = rounds(through, settle=False)
    first, replayed = (report.spread(answer for _, answer in found) for found in (real, at_once))
    return {
        "init_ms": report.spread(init for init, _ in real),
        "first_answer_ms": first,
        "first_answer_emulator_at_once_ms": replayed,
        "waiting_for_emulator_ms": round(first["median"] - replayed["median"], 1),
        "calls": dict(Counter(call.name for call in calls)),
    }


def _start_once(
    binary: Binary, environment: dict[str, str], payload: bytes, guest: Guest | None
) -> tuple[float, float]:
    """Milliseconds to ready and to the first answer. With a guest, waits for the end of the created edit: otherwise the
    local stack would process it during the next start."""
    with Function(binary.path, environment) as function:
        started = time.perf_counter()
        answer = function.invoke_raw(payload)
        taken = (time.perf_counter() - started) * 1000
        said = function.parsed(answer)
        init = function.init_ms()
        log = function.log()
    # Only a provider knows the token of a webhook, so the function refuses the sample's.
    expected = 404 if samples.is_of_a_provider(json.loads(payload)) else 200
    status = said.get("statusCode", 200)
    if not expected <= status < expected + 100 or said.get("batchItemFailures") or said.get("errorType"):
        raise RuntimeError(f"{binary.function} answered {answer.decode()[:500]}. Its log:\n{log}")
    if guest is not None:
        edits.wait_until_over(guest, json.loads(said["body"])["data"]["id"])
    return init, taken
