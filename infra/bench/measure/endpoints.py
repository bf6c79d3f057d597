"""AWS calls of every HTTP function, in their order, in a warm environment."""

from __future__ import annotations

import secrets
from typing import Any

from local_stack import samples
from local_stack.api import Guest
from local_stack.console import step

from . import edits, report
from .recorder import Recorder
from .rie import Function

MAX_AGE_SECONDS = 20
#: Placeholders with a new value in every invocation.
FRESH = (samples.IDEMPOTENCY_KEY, samples.GUEST)


def measure_endpoints(stack: dict[str, Any]) -> dict[str, Any]:
    """Records the calls of the second invocation with each sample."""
    report.heading("AWS calls per endpoint, in their order, warm")
    with step("Create an edit to read"):
        edit_id = edits.make_one(Guest(stack["api_url"], stack["demo"]["event_token"]), stack["demo"])
    names = [name for name in samples.names() if samples.is_http(samples.load(name))]
    values = {**samples.of_demo(stack), samples.EDIT: edit_id}
    order = {name: calls_of(stack, name, values) for name in names}
    shown = report.table("endpoint", "calls", "in their order (‖: at the same time)")
    for name, found in order.items():
        route = samples.load(name)["routeKey"].replace("/api/v1", "")
        shown.add_row(route, str(sum(len(each) for each in found)), edits.as_text(found))
    report.show(shown)
    report.say("An admin function has several endpoints; its sample is one of them.")
    return {"order_warm": order}


def calls_of(stack: dict[str, Any], name: str, values: dict[str, str]) -> list[list[str]]:
    """The calls of a function's second invocation, when settings and styles are cached, as they mostly are on AWS."""
    with step(f"Invoke {name}"), Recorder(stack["endpoint_url"]) as recorder:
        environment = samples.environment(stack, name, recorder.url)
        environment["SETTINGS_MAX_AGE_SECONDS"] = str(MAX_AGE_SECONDS)
        with Function(samples.bootstrap(name), environment) as function:
            for _ in range(2):
                recorder.take_calls()
                function.invoke(samples.load(name, {**values, **{key: secrets.token_hex(8) for key in FRESH}}))
        return edits.steps(recorder.take_calls())
