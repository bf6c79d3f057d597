"""Every sample of `events/` has the format that AWS sends, and its function's real binary answers it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from typing import Any

import pytest
from local_stack import samples, template
from measure.rie import Function

Start = Callable[[str], Function]


def test_every_function_has_a_sample_and_every_sample_a_function() -> None:
    assert samples.names() == template.function_names(), "events/<function>.json, one per function of template.yaml"


def test_a_function_that_the_binary_does_not_know_ends_with_the_names_that_it_knows(stack: dict[str, Any]) -> None:
    for package in template.packages():
        known = [function.name for function in template.functions() if function.package == package]
        environment = {**samples.environment(stack, known[0]), "_HANDLER": "no-such-function"}
        with Function(samples.bootstrap(known[0]), environment) as function:
            function.invoke_raw(b"{}")
            log = function.log()
        assert "no-such-function" in log
        assert [name for name in known if name not in log] == []


def test_a_sample_is_an_event_of_its_functions_route(http: str) -> None:
    """The route, the path and its parameters agree with each other and with template.yaml."""
    event = samples.load(http)
    method, route = event["routeKey"].split(" ", 1)
    path = route
    for parameter, value in event["pathParameters"].items():
        path = path.replace(f"{{{parameter}}}", value)
    described = event["requestContext"]["http"]
    assert (event["version"], event["rawPath"], described["path"]) == ("2.0", path, path)
    assert described["method"] == method and event["requestContext"]["routeKey"] == event["routeKey"]
    assert event["headers"].get("content-length", "0") == str(len(event.get("body", "")))
    resource = template.document()["Resources"][template.function(http).logical_id]
    events = [source["Properties"] for source in resource["Properties"]["Events"].values()]
    assert (method, route) in {(event["Method"], event["Path"]) for event in events}


def test_a_workers_sample_is_a_record_in_the_format_of_sqs(worker: str) -> None:
    (record,) = samples.load(worker)["Records"]
    assert record["md5OfBody"] == hashlib.md5(record["body"].encode(), usedforsecurity=False).hexdigest()
    assert json.loads(record["body"])["v"] == "1"


def test_an_unchanged_sample_gets_event_not_found(http_of_event: str, start: Start) -> None:
    answer = start(http_of_event).invoke(samples.load(http_of_event))
    problem = json.loads(answer["body"])
    assert (answer["statusCode"], problem["code"]) == (404, "event_not_found")
    assert answer["headers"]["content-type"] == "application/problem+json"
    assert {"type", "title", "status", "detail", "instance", "request_id"} <= set(problem)
    assert samples.TOKEN not in answer["body"], "the token is the guest's credential"


def test_a_webhook_without_a_valid_token_is_refused_before_any_write(hook: str, start: Start) -> None:
    function = start(hook)
    answer = function.invoke(samples.load(hook))
    assert (answer["statusCode"], json.loads(answer["body"])["code"]) == (404, "edit_not_found")
    assert not [call for call in function.invocations()[-1]["aws_calls"] if not call.startswith("ssm.")]


def test_a_sample_of_the_demo_event_gets_its_answer(http_of_caller: str, start: Start, stack: dict[str, Any]) -> None:
    http = http_of_caller
    values = samples.of_demo(stack)
    if http in ("guest-get-edit", "tenant-get-edit"):
        # The idempotency key of the sample of guest-create-edit always returns the same edit.
        made = start("guest-create-edit").invoke(samples.load("guest-create-edit", values))
        values[samples.EDIT] = json.loads(made["body"])["data"]["id"]
    answer = start(http).invoke(samples.load(http, values))
    assert answer["statusCode"] == samples.ACCEPTED.get(http, 200), answer["body"]
    body = json.loads(answer["body"])
    if answer["statusCode"] == 404:
        assert body["code"] in ("edit_not_found", "photo_not_found")
        return
    assert answer["headers"]["content-type"] == "application/json"
    if "meta" in body:
        assert isinstance(body["data"], list) and set(body["meta"]) == {"next_cursor"}
    elif http == "get-openapi":
        assert body["openapi"].startswith("3.1")
    else:
        assert body["data"]


def test_a_worker_skips_an_edit_that_does_not_exist(worker: str, start: Start) -> None:
    assert start(worker).invoke(samples.load(worker)) == {"batchItemFailures": []}


@pytest.mark.parametrize("body", ["", "{", "null", '{"v":"9"}', "\ufffd\u0000", "[" * 10_000])
def test_an_unreadable_record_fails_alone(worker: str, body: str, start: Start) -> None:
    event = samples.load(worker)
    (good,) = event["Records"]
    event["Records"] = [good, {**good, "messageId": "unreadable", "body": body}, {**good, "messageId": "after"}]
    assert start(worker).invoke(event) == {"batchItemFailures": [{"itemIdentifier": "unreadable"}]}


@pytest.mark.parametrize("certificates", ["/dev/null", "/no/such/file"])
@pytest.mark.parametrize("one", ["guest-list-styles", "process-edit", "prune"])
def test_a_function_without_certificates_and_without_a_stack_says_so(
    one: str, certificates: str, stack: dict[str, Any]
) -> None:
    """A debug build of the SDK once ended the process instead. Nobody listens on port 1."""
    own = {"SSL_CERT_FILE": certificates, "SSL_CERT_DIR": "/no/such/folder"}
    environment = {**samples.environment(stack, one, "http://127.0.0.1:1"), **own}
    with Function(samples.bootstrap(one), environment) as function:
        answer = function.invoke(samples.load(one))
        log = function.log()
    assert samples.says_unavailable(one, answer), answer
    assert "no native root CA certificates found" in log and "Connection refused" in log, log


def test_an_operators_sample_gets_counts(invoked: str, start: Start) -> None:
    answer = start(invoked).invoke(samples.load(invoked))
    assert answer and "errorType" not in answer, answer


@pytest.mark.parametrize("payload", [{"limit": 0}, {"limti": 1}, {"limit": "all"}, ["limit"], "limit"])
def test_a_wrong_payload_of_an_operator_is_refused(invoked: str, payload: Any, start: Start) -> None:
    answer = start(invoked).invoke(payload)
    assert answer["errorType"] == "BadPayload" and "payload" in answer["errorMessage"], answer


def test_every_invocation_logs_one_invocation_line(name: str, start: Start) -> None:
    function = start(name)
    before = len(function.invocations())
    function.invoke(samples.load(name))
    (line,) = function.invocations()[before:]
    assert {"aws_calls", "edit_ids", "duration_ms", "peak_memory_mb"} <= set(line)
    assert samples.TOKEN not in function.log(), "the token is the guest's credential"
