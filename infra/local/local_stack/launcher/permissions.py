"""IAM, which the emulator enforces when `AUTH` is on: what it must see to decide as AWS does."""

from __future__ import annotations

import json
from typing import Any

from .gaps import gap


@gap(
    "plain-http",
    consequence="the emulator speaks plain HTTP, so a bucket policy that asks for TLS refuses every request",
    test="test_gap_permissions.py",
)
def count_loopback_as_tls() -> None:
    """Answers `aws:SecureTransport` with true: the policy stays as AWS gets it, and nothing leaves this machine."""
    from ministack import app

    pin = app.pin_request_origin
    app.pin_request_origin = lambda address, _secure: pin(address, True)


@gap(
    "ssm-get-parameters",
    consequence="ssm:GetParameters is checked against resource `*`, so a policy with exact names refuses it",
    test="test_gap_permissions.py",
)
def check_every_named_parameter() -> None:
    """Checks ssm:GetParameters against the ARN of every parameter in the request; one refusal refuses the call."""
    from ministack.core import iam_actions, iam_evaluator

    resource_of, enforce = iam_actions.extract_resource_arn, iam_evaluator.enforce

    def resources_of(service: str, method: str, path: str, headers: dict[str, str], body: bytes, *rest: Any) -> Any:
        if service == "ssm" and headers.get("x-amz-target", "").endswith(".GetParameters"):
            _query, region, account = rest
            names = json.loads(body or b"{}").get("Names") or []
            arns = [f"arn:aws:ssm:{region}:{account}:parameter/{name.lstrip('/')}" for name in names]
            return _Resources(arns) if arns else "*"
        return resource_of(service, method, path, headers, body, *rest)

    def enforce_each(*arguments: Any, resource_arn: str = "*", **named: Any) -> Any:
        for arn in resource_arn.arns if isinstance(resource_arn, _Resources) else [resource_arn]:
            refused = enforce(*arguments, resource_arn=arn, **named)
            if refused:
                return refused
        return None

    iam_actions.extract_resource_arn = resources_of
    iam_evaluator.enforce = enforce_each


@gap(
    "sqs-batches",
    consequence="a batch is checked as an action of its own, which AWS does not know: a policy that allows it is refused",
    test="test_gap_permissions.py",
)
def check_a_batch_like_its_entries() -> None:
    """Checks sqs:SendMessageBatch and its like as the action of each entry."""
    from ministack.core import iam_actions

    action_of = iam_actions.extract_iam_action

    def action_of_entries(service: str, *rest: Any) -> Any:
        action = action_of(service, *rest)
        return action.removesuffix("Batch") if service == "sqs" and action else action

    iam_actions.extract_iam_action = action_of_entries


class _Resources(str):
    """Several resources where the emulator carries one; reads as the first, for its error message."""

    arns: list[str]

    def __new__(cls, arns: list[str]) -> _Resources:
        made = super().__new__(cls, arns[0])
        made.arns = arns
        return made
