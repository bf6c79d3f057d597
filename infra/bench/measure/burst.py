"""A hundred guests at once meet a function without a single warm environment."""

from __future__ import annotations

import json
import secrets
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import requests
from local_stack import invocations
from local_stack.aws import client
from local_stack.console import step
from local_stack.errors import StackError

from . import report

GUESTS = 100
FUNCTION = "guest-create-edit"
#: Two processor cores start a hundred processes one after the other; API Gateway would end a request after 30 s.
PATIENCE_SECONDS = 120
LOG_SECONDS = 10
SHARE_IN_LOG = 0.9
#: A setting is read by `ssm.GetParameters`, and nothing else that a guest's function may do is.
OF_SETTINGS = "ssm.GetParameters"
#: Styles are cached too: an environment that reads them has nothing yet.
OF_STYLES = "dynamodb.Query"


def measure_burst(stack: dict[str, Any]) -> dict[str, Any]:
    """Sends the requests at the same moment, each for a guest of its own, and reads the lines of their invocations."""
    report.heading(f"{GUESTS} edits asked for at once, no environment warm")
    end_environments(stack)
    since_ms = int(time.time() * 1000)
    with step(f"Ask for {GUESTS} edits"):
        together = Barrier(GUESTS)
        started = time.perf_counter()
        with ThreadPoolExecutor(GUESTS) as pool:
            answers = list(pool.map(lambda _: ask(stack, together), range(GUESTS)))
        seconds = time.perf_counter() - started
    with step("Read the log"):
        lines = lines_of(since_ms)
    statuses = Counter(status for status, _ in answers)
    cold = sum(OF_STYLES in line["aws_calls"] for line in lines)
    asked = sum(line["aws_calls"].get(OF_SETTINGS, 0) for line in lines)
    shown = report.table("status", "answers")
    for status, count in sorted(statuses.items()):
        shown.add_row(str(status), str(count))
    report.show(shown)
    report.say(f"{len(lines)} invocations in the log, {cold} of them with empty caches, in {seconds:.1f} s.")
    refused = sum(count for status, count in statuses.items() if status >= 500)
    report.verdict(refused == 0, f"no answer of 500 or more ({refused})")
    report.verdict(asked == 0, f"no call of SSM for a setting ({asked})")
    return {
        "guests": GUESTS,
        "statuses": {str(status): count for status, count in statuses.items()},
        "with_empty_caches": cold,
        "ssm_calls_for_settings": asked,
        "seconds": round(seconds, 1),
    }


def end_environments(stack: dict[str, Any]) -> None:
    """Ends every environment of the function: a new configuration starts new ones."""
    lambda_ = client("lambda")
    name = stack["functions"][FUNCTION]
    lambda_.update_function_configuration(FunctionName=name, Description=f"Burst {secrets.token_hex(4)}")


def ask(stack: dict[str, Any], together: Barrier) -> tuple[int, str]:
    """Asks for an edit as a new guest, when everybody else does; returns status and body."""
    demo = stack["demo"]
    address = f"{stack['api_url']}/api/v1/events/{demo['event_token']}/photos/{demo['photo_id']}/ai-edits"
    headers = {"X-Guest-Id": f"burst-{secrets.token_hex(8)}", "Idempotency-Key": secrets.token_hex(16)}
    together.wait()
    answer = requests.post(
        address, json={"style_key": demo["style_keys"][0]}, headers=headers, timeout=PATIENCE_SECONDS
    )
    return answer.status_code, answer.text


def lines_of(since_ms: int) -> list[dict[str, Any]]:
    """The invocation lines of the burst, which arrive a moment after the answers.

    The local stack delivers a line that is later than 3 ms with the environment's next invocation, which a burst does not
    have; so some may be missing.
    """
    deadline = time.monotonic() + LOG_SECONDS
    found: list[dict[str, Any]] = []
    while len(found) < GUESTS and time.monotonic() < deadline:
        time.sleep(0.5)
        parsed = [json.loads(line) for line in invocations.lines(FUNCTION, since_ms) if line.startswith("{")]
        found = [line for line in parsed if line.get("message") == "invocation"]
    if len(found) < GUESTS * SHARE_IN_LOG:
        raise StackError(f"Only {len(found)} of {GUESTS} invocations are in the log.", "`make logs` shows it.")
    return found
