"""`stack.json` in the folder of the stack, which describes the stack for tests and tools. Its format is a contract."""

from __future__ import annotations

import json
from typing import Any

from .config import REGION, STACK_FILE, STAGE
from .errors import StackError
from .template import function_names


def describe(
    endpoint_url: str,
    api_url: str,
    outputs: dict[str, str],
    superadmin_jwt: str,
    superadmin: dict[str, str],
    demo: dict[str, Any],
) -> dict[str, Any]:
    """The contents of `stack.json`."""
    return {
        "stage": STAGE,
        "region": REGION,
        "endpoint_url": endpoint_url,
        "api_url": api_url,
        "site_url": outputs["SiteUrl"],
        # Only where there is demo data there is an event.
        "guest_page_url": f"{outputs['SiteUrl']}/e/{demo['event_token']}" if demo else None,
        "control_room_url": f"{outputs['SiteUrl']}/control/",
        "table": outputs["TableName"],
        "bucket": outputs["BucketName"],
        "submit_queue_url": outputs["SubmitQueueUrl"],
        "poll_queue_url": outputs["PollQueueUrl"],
        "event_bus": outputs["EventBusName"],
        "settings_path": outputs["SettingsPath"],
        "secrets_path": outputs["SecretsPath"],
        "setting_defaults": outputs["SettingDefaults"],
        "functions": {name: f"magic-edits-{STAGE}-{name}" for name in function_names()},
        "superadmin_jwt": superadmin_jwt,
        "superadmin": superadmin,
        "demo": demo,
    }


def write(stack: dict[str, Any]) -> None:
    """Replaces the file atomically: a reader sees the old stack or the new one. It contains tokens, so it is private."""
    fresh = STACK_FILE.with_suffix(".new")
    fresh.touch(mode=0o600)
    fresh.write_text(json.dumps(stack, indent=2) + "\n", encoding="utf-8")
    fresh.replace(STACK_FILE)


def read() -> dict[str, Any]:
    """The description that was written last."""
    if not STACK_FILE.exists():
        raise StackError("No stack is running.", "Start one with `make up`.")
    found: dict[str, Any] = json.loads(STACK_FILE.read_text(encoding="utf-8"))
    return found
