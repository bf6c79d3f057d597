"""Every sample of `events/` is what AWS sends, and runs through its function's real entry."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from typing import Any

import pytest
from measure import samples
from measure.rie import ROOT, Function

Start = Callable[[str], Function]
#: What a sample is answered with once it names an event that exists; the others: 200.
ACCEPTED = {"guest-create-photo": 201, "guest-create-edit": 202, "tenant-create-edit": 202, "admin-watermarks": 201}


def test_every_function_has_a_sample_and_every_sample_a_function() -> None:
    functions = {path.parent.name for path in (ROOT / "functions").glob("*/Cargo.toml")}
    assert set(samples.names()) == functions


def test_a_sample_is_an_event_of_its_own_route(http: str) -> None:
    """The route, the path and its parameters say the same, and the same as template.yaml."""
    event = samples.load(http)
    method, route = event["routeKey"].split(" ", 1)
    path = route
    for parameter, value in event["pathParameters"].items():
        path = path.replace(f"{{{parameter}}}", value)
    described = event["requestContext"]["http"]
    assert (event["version"], event["rawPath"], described["path"]) == ("2.0", path, path)
    assert described["method"] == method and event["requestContext"]["routeKey"] == event["routeKey"]
    assert event["headers"].get("content-length", "0") == str(len(event.get("body", "")))
    written = (ROOT / "template.yaml").read_text(encoding="utf-8").split(f"CodeUri: target/lambda/{http}/", 1)[1]
    assert f'Method: {method}, Path: "{route}"' in written.split("CodeUri:", 1)[0]


def test_a_sample_is_a_record_as_sqs_delivers_it(worker: str) -> None:
    (record,) = samples.load(worker)["Records"]
    assert record["md5OfBody"] == hashlib.md5(record["body"].encode(), usedforsecurity=False).hexdigest()
    assert json.loads(record["body"])["v"] == "1"


def test_a_sample_as_it_is_finds_no_such_event(http_of_event: str, start: Start) -> None:
    answer = start(http_of_event).invoke(samples.load(http_of_event))
    problem = json.loads(answer["body"])
    assert (answer["statusCode"], problem["code"]) == (404, "event_not_found")
    assert answer["headers"]["content-type"] == "application/problem+json"
    assert {"type", "title", "status", "detail", "instance", "request_id"} <= set(problem)
    assert samples.TOKEN not in answer["body"], "the token is the guest's credential"


def test_a_webhook_of_nobody_is_refused_before_anything_is_written(hook: str, start: Start) -> None:
    function = start(hook)
    answer = function.invoke(samples.load(hook))
    assert (answer["statusCode"], json.loads(answer["body"])["code"]) == (404, "edit_not_found")
    assert not [call for call in function.invocations()[-1]["aws_calls"] if not call.startswith("ssm.")]


def test_a_sample_with_the_demos_values_is_answered(http_of_caller: str, start: Start, stack: dict[str, Any]) -> None:
    http = http_of_caller
    values = samples.of_demo(stack)
    if http in ("guest-get-edit", "tenant-get-edit"):
        # The edit of the sample of guest-create-edit: its idempotency key always gives the same one.
        made = start("guest-create-edit").invoke(samples.load("guest-create-edit", values))
        values[samples.EDIT] = json.loads(made["body"])["data"]["id"]
    answer = start(http).invoke(samples.load(http, values))
    assert answer["statusCode"] == ACCEPTED.get(http, 200), answer["body"]
    assert answer["headers"]["content-type"] == "application/json"
    body = json.loads(answer["body"])
    if "meta" in body:
        assert isinstance(body["data"], list) and set(body["meta"]) == {"next_cursor"}
    elif http == "get-openapi":
        assert body["openapi"].startswith("3.1")
    else:
        assert body["data"]


def test_a_worker_passes_over_an_edit_that_is_not_there(worker: str, start: Start) -> None:
    assert start(worker).invoke(samples.load(worker)) == {"batchItemFailures": []}


@pytest.mark.parametrize("body", ["", "{", "null", '{"v":"9"}', "\ufffd\u0000", "[" * 10_000])
def test_a_record_that_cannot_be_read_is_failed_by_its_id_alone(worker: str, body: str, start: Start) -> None:
    event = samples.load(worker)
    (good,) = event["Records"]
    event["Records"] = [good, {**good, "messageId": "unreadable", "body": body}, {**good, "messageId": "after"}]
    assert start(worker).invoke(event) == {"batchItemFailures": [{"itemIdentifier": "unreadable"}]}


def test_an_operators_sample_is_answered_with_counts(invoked: str, start: Start) -> None:
    answer = start(invoked).invoke(samples.load(invoked))
    assert answer and "errorType" not in answer, answer


@pytest.mark.parametrize("slip", [{"limit": 0}, {"limti": 1}, {"limit": "all"}, ["limit"], "limit"])
def test_an_operators_slip_of_the_pen_is_told_and_does_nothing(invoked: str, slip: Any, start: Start) -> None:
    answer = start(invoked).invoke(slip)
    assert answer["errorType"] == "BadPayload" and "payload" in answer["errorMessage"], answer


def test_every_invocation_leaves_one_line_about_itself(name: str, start: Start) -> None:
    function = start(name)
    before = len(function.invocations())
    function.invoke(samples.load(name))
    (line,) = function.invocations()[before:]
    assert {"aws_calls", "edit_ids", "duration_ms", "peak_memory_mb"} <= set(line)
    assert samples.TOKEN not in function.log(), "the token is the guest's credential"
