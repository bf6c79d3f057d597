"""IAM, which the emulator enforces when `AUTH` is on: facts that it needs to decide as AWS does."""

from __future__ import annotations

import json
from typing import Any

from .gaps import gap


@gap(
    "plain-http",
    consequence="the emulator speaks plain HTTP, so a bucket policy that requires TLS refuses every request",
    test="test_gap_permissions.py",
)
def count_loopback_as_tls() -> None:
    """Sets `aws:SecureTransport`: the policy stays the one for AWS, and nothing leaves this machine."""
    from ministack import app

    pin = app.pin_request_origin
    app.pin_request_origin = lambda address, _secure: pin(address, True)


@gap(
    "ssm-get-parameters",
    consequence="the emulator checks ssm:GetParameters against resource `*`, so a policy that names parameters refuses it",
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
    consequence="the emulator checks a batch as an action that AWS does not have: a policy for the entries refuses it",
    test="test_gap_permissions.py",
)
def check_a_batch_like_its_entries() -> None:
    """Checks sqs:SendMessageBatch and the other batches as the action of their entries."""
    from ministack.core import iam_actions

    action_of = iam_actions.extract_iam_action

    def action_of_entries(service: str, *rest: Any) -> Any:
        action = action_of(service, *rest)
        return action.removesuffix("Batch") if service == "sqs" and action else action

    iam_actions.extract_iam_action = action_of_entries


class _Resources(str):
    """Several resources in the place of one; as text it is the first, for the error message."""

    arns: list[str]

    def __new__(cls, arns: list[str]) -> _Resources:
        made = super().__new__(cls, arns[0])
        made.arns = arns
        return made
