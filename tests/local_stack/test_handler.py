"""Not a gap, but the basis of the two packages: the emulator passes a function's handler to the shared binary."""

from __future__ import annotations

import json
from typing import Any

from emulators import Emulator


def function(handler: str, code: dict[str, str]) -> dict[str, Any]:
    """A function of the shared package."""
    return {
        "Type": "AWS::Lambda::Function",
        "Properties": {
            "FunctionName": f"shared-{handler}",
            "Runtime": "provided.al2023",
            "Handler": handler,
            "Role": "arn:aws:iam::000000000000:role/any",
            "Code": {"S3Bucket": code["Bucket"], "S3Key": code["Key"]},
        },
    }


def test_functions_that_share_a_package_get_their_own_handler(closed: Emulator) -> None:
    code, handlers = closed.upload_bootstrap(), ("list-things", "create-thing")
    closed.deploy("shared", {handler.title().replace("-", ""): function(handler, code) for handler in handlers})
    for handler in handlers:
        answer = closed.client("lambda").invoke(FunctionName=f"shared-{handler}", Payload=b"{}")
        assert json.load(answer["Payload"])["body"] == handler


def test_functions_that_share_a_package_unpack_it_once(closed: Emulator) -> None:
    assert len({path.resolve() for path in closed.scratch.rglob("bootstrap")}) == 1
