"""The sample events of `events/`, as they are or with the token, photo and edit of the local stack."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from . import build, template
from .config import DEMO_GUEST, ROOT

EVENTS = ROOT / "events"
#: Placeholders in the samples for values that only a running stack knows. None of them names anything that exists.
TOKEN = "sample-event-token"
PHOTO = "photo_01ARZ3NDEKTSV4RRFFQ69G5FAV"
EDIT = "edit_01ARZ3NDEKTSV4RRFFQ69G5FAV"
TENANT = "sample-tenant"
SLUG = "sample-event-slug"
EVENT = '"eventId": "sample-event"'
EVENT_PATH = "/admin/events/sample-event/"
IDEMPOTENCY_KEY = "sample-idempotency-key"
GUEST = DEMO_GUEST


#: Status of the answer to a sample of an existing event; 200 for all others.
ACCEPTED = {
    "guest-create-photo": 201,
    "guest-create-edit": 202,
    "tenant-create-edit": 202,
    "tenant-create-photo": 201,
    "tenant-create-logo": 201,
    "admin-watermarks": 201,
    # What would change the demo's photo or edit names one that does not exist.
    "guest-delete-edit": 404,
    "guest-delete-photo": 404,
    "tenant-hide-edit": 404,
    "tenant-show-edit": 404,
    "tenant-approve-edit": 404,
    "tenant-delete-edit": 404,
    "tenant-delete-photo": 404,
}


def names() -> list[str]:
    """The name of every sample, sorted."""
    return sorted(path.stem for path in EVENTS.glob("*.json"))


def one_of_each_kind() -> list[str]:
    """A sample for each caller of the API, for each queue and for each payload of an operator or a schedule."""
    found: dict[str, str] = {}
    for name in names():
        kind = name.partition("-")[0] if is_http(load(name)) else name
        found.setdefault(kind, name)
    return sorted(found.values())


def one_of_each_package() -> list[str]:
    """A sample for each binary."""
    found: dict[str, str] = {}
    for name in names():
        found.setdefault(template.function(name).package, name)
    return sorted(found.values())


def load(name: str, replace: dict[str, str] | None = None) -> dict[str, Any]:
    """A sample; `replace` maps placeholders to values."""
    text = (EVENTS / f"{name}.json").read_text(encoding="utf-8")
    for sample, value in (replace or {}).items():
        text = text.replace(sample, value)
    event: dict[str, Any] = json.loads(text)
    return event


def is_http(event: dict[str, Any]) -> bool:
    """Whether API Gateway sends this event."""
    return "requestContext" in event


def is_a_batch(event: dict[str, Any]) -> bool:
    """Whether SQS sends this event. An event of neither is the payload of an operator or a schedule."""
    return "Records" in event


def is_of_an_event(event: dict[str, Any]) -> bool:
    """Whether the path contains a guest's token or a tenant's slug, which only a running stack knows."""
    return is_http(event) and not event["pathParameters"].keys().isdisjoint({"token", "eventSlug"})


def is_of_a_provider(event: dict[str, Any]) -> bool:
    """Whether this is a webhook: only a provider knows the token in its address."""
    return is_http(event) and "/hooks/" in event["rawPath"]


def says_unavailable(name: str, answer: dict[str, Any]) -> bool:
    """Whether this is a function's answer to its sample when it cannot reach AWS: "try again", in its caller's language."""
    event = load(name)
    if name in ("get-openapi", "admin-watermarks"):
        # These call nothing: one answers with a constant, the other signs an address.
        return bool(answer.get("statusCode") == ACCEPTED.get(name, 200))
    if is_http(event):
        return bool(answer.get("statusCode") == 503 and json.loads(answer["body"])["code"] == "unavailable")
    if is_a_batch(event):
        again = {failure["itemIdentifier"] for failure in answer.get("batchItemFailures", [])}
        return again == {record["messageId"] for record in event["Records"]}
    return bool(answer.get("errorType") == "WorkFailed")


def of_demo(stack: dict[str, Any]) -> dict[str, str]:
    """The placeholders' values for the demo event of a running stack."""
    demo = stack["demo"]
    return {
        TOKEN: demo["event_token"],
        PHOTO: demo["photo_id"],
        SLUG: demo["event_slug"],
        TENANT: demo["tenant_id"],
        EVENT: f'"eventId": "{demo["event_id"]}"',
        EVENT_PATH: f"/admin/events/{demo['event_id']}/",
    }


def environment(stack: dict[str, Any], function: str, endpoint_url: str | None = None) -> dict[str, str]:
    """The function's variables of the template, and those that Lambda adds.

    `endpoint_url` is the address of a proxy between the function and the local stack.
    """
    return {
        **declared_variables(stack, function),
        "_HANDLER": function,
        "AWS_LAMBDA_FUNCTION_NAME": stack["functions"][function],
        "AWS_REGION": stack["region"],
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_ENDPOINT_URL": endpoint_url or stack["endpoint_url"],
    }


def declared_variables(stack: dict[str, Any], function: str) -> dict[str, str]:
    """The function's variables of the template, as CloudFormation resolved them."""
    import boto3

    credentials = {"aws_access_key_id": "test", "aws_secret_access_key": "test", "region_name": stack["region"]}
    lambda_ = boto3.client("lambda", endpoint_url=stack["endpoint_url"], **credentials)
    deployed = lambda_.get_function_configuration(FunctionName=stack["functions"][function])
    variables: dict[str, str] = deployed["Environment"]["Variables"]
    return variables


def bootstrap(function: str) -> Path:
    """The binary that `make up` deployed for a function."""
    return build.bootstrap(template.function(function).package)
