"""The deployed API keeps to its OpenAPI document: no undocumented 5xx, and every answer matches its schema.

Schemathesis generates good and bad requests from the document. They carry real credentials and ids, so that they reach
the handlers; everything else in them is generated.
"""

from __future__ import annotations

import functools
import json
import os
import time
import uuid
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, settings

ROOT = Path(__file__).resolve().parents[2]
#: In the folder of the stack; see `FOLDER_VARIABLE` in infra/local/local_stack/config.py.
STACK_FILE = ROOT / (os.environ.get("MAGIC_EDITS_FOLDER") or ".local") / "stack.json"

if not STACK_FILE.exists():
    pytest.exit("The local stack is not up: run `make up` first.", returncode=2)

STACK = json.loads(STACK_FILE.read_text(encoding="utf-8"))
DEMO = STACK["demo"]
BASE_URL = f"{STACK['api_url']}/api/v1"
#: Requests per operation: enough for the limits of each field, and few enough for a test run.
EXAMPLES = 12
SWITCHES = ("is_enabled", "guest_enabled")

#: The statuses of reads, by path.
STATUSES: dict[str, set[int]] = defaultdict(set)

schema = schemathesis.openapi.from_path(ROOT / "openapi.json")


def credentials_of(path: str) -> dict[str, str]:
    """The token of a caller who may call this path."""
    if "/admin/" in path:
        return {"authorization": f"Bearer {STACK['superadmin_jwt']}"}
    if "/tenant/" in path:
        return {"authorization": f"Bearer {DEMO['tenant_jwt']}"}
    if "/events/" in path:
        # The demo photo is theirs; see `DEMO_GUEST` in infra/local/local_stack/config.py.
        return {"x-guest-id": "sample-guest-device"}
    return {}


def ask(method: str, path: str, **more: Any) -> Any:
    """The resource of an answer, which must be a success."""
    headers = {**credentials_of(path), **more.pop("headers", {})}
    answer = requests.request(method, f"{BASE_URL}{path}", headers=headers, timeout=30, **more)
    answer.raise_for_status()
    return answer.json()["data"]


@functools.cache
def finished_edit() -> str:
    """The id of a finished edit of the demo event, so that every field of an edit is shown."""
    event = f"/events/{DEMO['event_token']}"
    edit = ask(
        "POST",
        f"{event}/photos/{DEMO['photo_id']}/ai-edits",
        json={"style_key": DEMO["style_keys"][0]},
        headers={"idempotency-key": uuid.uuid4().hex},
    )
    deadline = time.monotonic() + 60
    while ask("GET", f"{event}/ai-edits/{edit['id']}")["status"] != "succeeded":
        assert time.monotonic() < deadline, edit
        time.sleep(0.5)
    return str(edit["id"])


@functools.cache
def bought_addon() -> str:
    """The key of an add-on that the demo event has."""
    (key, *_) = [addon["key"] for addon in ask("GET", "/admin/addons") if addon["price_cents"]]
    ask("PUT", f"/admin/events/{DEMO['event_id']}/addons/{key}", json={"status": "completed"})
    return str(key)


def known_by(method: str, path: str) -> dict[str, str]:
    """Existing ids by path parameter. Ids in a superadmin's changes are generated, so that the demo data stays."""
    known = {"token": DEMO["event_token"], "photo": DEMO["photo_id"], "eventSlug": DEMO["event_slug"]}
    if method == "DELETE":
        # The demo keeps its photo.
        del known["photo"]
    if method != "GET":
        return known
    known |= dict.fromkeys(("requestId", "aiEditRequest"), finished_edit())
    known |= {"eventId": DEMO["event_id"], "tenantId": DEMO["tenant_id"]}
    if path.startswith("/admin/events/"):
        return known | {"key": bought_addon()}
    if path.startswith("/admin/") and "{key}" in path:
        listed = ask("GET", path.partition("/{key}")[0])
        return known | {"key": listed[0]["key"]}
    return known


def writable(name: str, answered: dict[str, Any]) -> dict[str, Any]:
    """The part of an answer that an input of this name takes."""
    fields = schema.raw_schema["components"]["schemas"][name]["properties"]
    return {field: value for field, value in answered.items() if field in fields}


@pytest.fixture(scope="session", autouse=True)
def restore_settings_and_policy() -> Iterator[None]:
    """Generated requests change settings and the demo event's policy; this restores both afterwards."""
    credentials = {"aws_access_key_id": "test", "aws_secret_access_key": "test", "region_name": STACK["region"]}
    ssm = boto3.client("ssm", endpoint_url=STACK["endpoint_url"], **credentials)

    def parameters() -> dict[str, tuple[str, str]]:
        pages = ssm.get_paginator("get_parameters_by_path")
        found = (
            pages.paginate(Path=path, WithDecryption=True) for path in (STACK["settings_path"], STACK["secrets_path"])
        )
        entries = (entry for pages in found for page in pages for entry in page["Parameters"])
        return {entry["Name"]: (entry["Value"], entry["Type"]) for entry in entries}

    policy_url = f"{BASE_URL}/tenant/events/{DEMO['event_slug']}/ai-settings"
    headers = credentials_of("/tenant/")
    before = parameters()
    policy = requests.get(policy_url, headers=headers, timeout=30).json()["data"]
    yield
    addon_url = f"{BASE_URL}/admin/events/{DEMO['event_id']}/addons/{bought_addon()}"
    requests.delete(addon_url, headers=credentials_of("/admin/"), timeout=30).raise_for_status()
    for name in parameters().keys() - before.keys():
        ssm.delete_parameter(Name=name)
    for name, (value, kind) in before.items():
        ssm.put_parameter(Name=name, Value=value, Type=kind, Overwrite=True)
    restored = writable("EventSettingsInput", policy) | {"page": writable("PageInput", policy["page"])}
    requests.patch(policy_url, json=restored, headers=headers, timeout=30).raise_for_status()


@schema.parametrize()
@settings(
    max_examples=EXAMPLES,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.filter_too_much, HealthCheck.too_slow],
)
def test_every_answer_is_documented(case: schemathesis.Case) -> None:
    """The document has the status, content type and body of every answer; no answer is a server error."""
    known = known_by(case.method, case.path)
    case.path_parameters = {name: known.get(name, value) for name, value in (case.path_parameters or {}).items()}
    if case.path.endswith("/admin/ai-settings") and isinstance(case.body, dict):
        # With the switches off, every other operation would answer 503.
        case.body = {name: value for name, value in case.body.items() if name not in SWITCHES}
    if case.query:
        # An organiser who names another tenant is refused, whatever else the request holds.
        case.query = {name: value for name, value in case.query.items() if name != "tenant"}
    headers = {**(case.headers or {}), **credentials_of(case.path)}
    answer = case.call_and_validate(
        base_url=BASE_URL,
        headers=headers,
        checks=(
            schemathesis.checks.not_a_server_error,
            schemathesis.checks.status_code_conformance,
            schemathesis.checks.content_type_conformance,
            schemathesis.checks.response_schema_conformance,
        ),
    )
    # Schemathesis also tries methods that a path does not have.
    if case.method == case.operation.method.upper() == "GET":
        STATUSES[case.path].add(answer.status_code)


def test_every_read_succeeded_at_least_once() -> None:
    """A read without a 200 leaves the schema of its 200 unchecked."""
    assert STATUSES
    assert not [path for path, statuses in STATUSES.items() if 200 not in statuses]
