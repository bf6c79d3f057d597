"""AWS calls of every HTTP endpoint that has a sample, in their order, in a warm function."""

from __future__ import annotations

import secrets
from typing import Any

from local_stack.api import Guest
from local_stack.console import step

from . import edits, report, samples
from .recorder import Recorder
from .rie import Function

MAX_AGE_SECONDS = 20
#: Whatever is asked of an edit is asked of the one that this measurement has made.
FRESH = (samples.IDEMPOTENCY_KEY, samples.GUEST)


def measure_endpoints(stack: dict[str, Any]) -> dict[str, Any]:
    """Writes down the calls of each sample's second invocation."""
    report.heading("AWS calls per endpoint, in their order, warm")
    with step("Make an edit to ask for"):
        edit_id = edits.make_one(Guest(stack["api_url"], stack["demo"]["event_token"]), stack["demo"])
    names = [name for name in samples.names() if samples.is_http(samples.load(name))]
    values = {**samples.of_demo(stack), samples.EDIT: edit_id}
    order = {name: calls_of(stack, name, values) for name in names}
    shown = report.table("endpoint", "calls", "in their order (‖: at the same time)")
    for name, found in order.items():
        route = samples.load(name)["routeKey"].replace("/api/v1", "")
        shown.add_row(route, str(sum(len(each) for each in found)), edits.as_text(found))
    report.show(shown)
    report.say("An admin function has several endpoints; its sample shows one of them.")
    return {"order_warm": order}


def calls_of(stack: dict[str, Any], name: str, values: dict[str, str]) -> list[list[str]]:
    """The calls of a function's second invocation: on AWS settings and styles are known by then mostly."""
    with step(f"Ask {name}"), Recorder(stack["endpoint_url"]) as recorder:
        environment = samples.environment(stack, name, recorder.url)
        environment["SETTINGS_MAX_AGE_SECONDS"] = str(MAX_AGE_SECONDS)
        with Function(samples.bootstrap(name), environment) as function:
            for _ in range(2):
                recorder.take_calls()
                function.invoke(samples.load(name, {**values, **{key: secrets.token_hex(8) for key in FRESH}}))
        return edits.steps(recorder.take_calls())
