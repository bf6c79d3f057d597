"""Parameter Store: the events that AWS sends when a parameter changes."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from .gaps import gap


@gap(
    "parameter-events",
    consequence="EventBridge hears of no changed parameter, so a setting that somebody changes takes effect after minutes",
    test="test_gap_parameters.py",
)
def tell_of_changes() -> None:
    """Sends `Parameter Store Change` to the default bus after PutParameter, DeleteParameter and DeleteParameters."""
    from ministack.services import ssm

    put, delete, delete_several = ssm._put_parameter, ssm._delete_parameter, ssm._delete_parameters

    def put_and_tell(data: dict[str, Any]) -> Any:
        operation = "Update" if data.get("Name") in ssm._parameters else "Create"
        return _told(put(data), lambda _: [data["Name"]], operation)

    def delete_and_tell(data: dict[str, Any]) -> Any:
        return _told(delete(data), lambda _: [data["Name"]], "Delete")

    def delete_several_and_tell(data: dict[str, Any]) -> Any:
        return _told(delete_several(data), lambda answer: answer["DeletedParameters"], "Delete")

    ssm._put_parameter, ssm._delete_parameter, ssm._delete_parameters = (
        put_and_tell, delete_and_tell, delete_several_and_tell,
    )  # fmt: skip


def _told(response: Any, changed: Callable[[dict[str, Any]], list[str]], operation: str) -> Any:
    """Sends the events of a call that succeeded; returns its response."""
    from ministack.core.responses import get_account_id, get_region
    from ministack.services import eventbridge

    status, _, body = response
    for name in changed(json.loads(body)) if status == 200 else []:
        arn = f"arn:aws:ssm:{get_region()}:{get_account_id()}:parameter/{name.lstrip('/')}"
        entry = {
            "Source": "aws.ssm",
            "DetailType": "Parameter Store Change",
            "Detail": json.dumps({"name": name, "operation": operation}),
            "Resources": [arn],
        }
        eventbridge._put_events({"Entries": [entry]}, allow_aws_source=True)
    return response
