"""Deploys `template.yaml` by calling CloudFormation directly: seconds faster than `sam deploy`, with the same result."""

from __future__ import annotations

import hashlib
import json
import platform
import time
from contextlib import suppress
from typing import Any

from botocore.exceptions import ClientError

from . import template
from .aws import client
from .build import Package
from .config import (
    ARTIFACTS_BUCKET,
    DEPLOYED,
    EMULATOR_LOG,
    REGION,
    ROOT,
    STACK_NAME,
    STAGE,
    endpoint,
    shown,
)
from .errors import StackError

#: JSON, because that is how a parsed template is written; CloudFormation takes either.
TEMPLATE_KEY = "template.json"
DEPLOY_SECONDS = 120


def architecture() -> str:
    """Lambda's name for this machine's processor: the functions run on it directly."""
    return "arm64" if platform.machine().lower() in {"arm64", "aarch64"} else "x86_64"


def deploy(packages: list[Package], emulator_id: str) -> tuple[dict[str, str], str]:
    """Brings the stack up to date; returns its outputs and, in a word, what was done."""
    document = template.document()
    name_uploaded_code(document, packages)
    nested = name_uploaded_templates(document)
    text = json.dumps(document)
    # The dashboard is free here, and so its template is deployed at least once before AWS gets it.
    parameters = {
        "Stage": STAGE, "Architecture": architecture(), "WithDashboard": "true",
        "SiteOrigin": endpoint().site_url, "EmulatorPort": str(endpoint().port),
    }  # fmt: skip
    fingerprint = hashlib.sha256(json.dumps([text, parameters, emulator_id]).encode()).hexdigest()
    stack = find_stack()
    if stack and DEPLOYED.exists() and json.loads(DEPLOYED.read_text()) == {"fingerprint": fingerprint}:
        return outputs(stack), "unchanged"
    DEPLOYED.unlink(missing_ok=True)
    upload(packages, {**nested, TEMPLATE_KEY: text.encode()})
    action = change_stack(stack, fingerprint, parameters)
    DEPLOYED.write_text(json.dumps({"fingerprint": fingerprint}))
    return outputs(find_stack()), action


def name_uploaded_code(document: template.Document, packages: list[Package]) -> None:
    """Replaces every local `CodeUri` by the uploaded archive of its package, as `sam package` does."""
    keys = {package.name: key_of(package) for package in packages}
    for logical_id, properties in template.resources(document, template.FUNCTION).items():
        package = template.package_of(logical_id, properties)
        if package not in keys:
            raise StackError(
                f"template.yaml: {logical_id} is in the package {package}, which was not built.",
                f"Built: {', '.join(sorted(keys)) or 'nothing'}. Name one of them in `CodeUri`, or add the cargo package.",
            )
        properties["CodeUri"] = {"Bucket": ARTIFACTS_BUCKET, "Key": keys[package]}


def name_uploaded_templates(document: template.Document) -> dict[str, bytes]:
    """Replaces the path of every nested template by its address in the bucket, as `sam package` does; returns the files
    by key. A key contains the digest of its file, so a changed file changes the template."""
    files: dict[str, bytes] = {}
    for properties in template.resources(document, template.NESTED_STACK).values():
        content = (ROOT / properties["TemplateURL"]).read_bytes()
        key = f"nested/{hashlib.sha256(content).hexdigest()[:16]}.yaml"
        files[key] = content
        properties["TemplateURL"] = f"{endpoint().url}/{ARTIFACTS_BUCKET}/{key}"
    return files


def key_of(package: Package) -> str:
    """The key of a package's archive in the bucket."""
    return f"code/{package.name}-{package.digest[:16]}.zip"


def upload(packages: list[Package], documents: dict[str, bytes]) -> None:
    """Uploads packages and documents for CloudFormation; skips a package that is there already."""
    s3 = client("s3")
    with suppress(s3.exceptions.BucketAlreadyOwnedByYou, s3.exceptions.BucketAlreadyExists):
        s3.create_bucket(Bucket=ARTIFACTS_BUCKET, CreateBucketConfiguration={"LocationConstraint": REGION})
    listed = s3.list_objects_v2(Bucket=ARTIFACTS_BUCKET, Prefix="code/").get("Contents", [])
    there = {entry["Key"] for entry in listed}
    for package in packages:
        key = key_of(package)
        if key not in there:
            s3.put_object(Bucket=ARTIFACTS_BUCKET, Key=key, Body=package.archive.read_bytes())
    for key, content in documents.items():
        s3.put_object(Bucket=ARTIFACTS_BUCKET, Key=key, Body=content)


def change_stack(stack: dict[str, Any] | None, token: str, parameters: dict[str, str]) -> str:
    """Creates or updates the stack and waits until that has ended."""
    cloudformation = client("cloudformation")
    if stack and stack["StackStatus"].endswith("_IN_PROGRESS"):
        # An interrupted run left it in progress.
        wait_while_in_progress()
        stack = find_stack()
    if stack and stack["StackStatus"] in {"ROLLBACK_COMPLETE", "CREATE_FAILED", "ROLLBACK_FAILED"}:
        # A stack that never came up cannot be updated.
        cloudformation.delete_stack(StackName=STACK_NAME)
        wait_while_in_progress()
        stack = None
    request = {
        "StackName": STACK_NAME,
        "TemplateURL": f"{endpoint().url}/{ARTIFACTS_BUCKET}/{TEMPLATE_KEY}",
        "Parameters": [{"ParameterKey": key, "ParameterValue": value} for key, value in parameters.items()],
        "Capabilities": ["CAPABILITY_IAM", "CAPABILITY_AUTO_EXPAND"],
        "ClientRequestToken": token[:64],
    }
    try:
        if stack is None:
            cloudformation.create_stack(**request)
        else:
            cloudformation.update_stack(**request)
    except ClientError as error:
        message = error.response["Error"]["Message"]
        if "No updates are to be performed" in message:
            return "unchanged"
        raise StackError(
            f"CloudFormation refused template.yaml: {message}",
            "`make lint` says more about it.",
        ) from error
    ended = wait_while_in_progress()
    if ended not in {"CREATE_COMPLETE", "UPDATE_COMPLETE"}:
        raise StackError(
            f"The deploy of template.yaml ended as {ended}:\n{failures()}",
            "Fix template.yaml and try again; `make stop` first starts from scratch.",
        )
    return "created" if stack is None else "updated"


def wait_while_in_progress() -> str:
    """Waits for the end of an operation; returns the status of the stack."""
    deadline = time.monotonic() + DEPLOY_SECONDS
    while time.monotonic() < deadline:
        stack = find_stack()
        status = stack["StackStatus"] if stack else "DELETE_COMPLETE"
        if not status.endswith("_IN_PROGRESS"):
            return status
        time.sleep(0.2)
    raise StackError(
        f"The deploy did not end within {DEPLOY_SECONDS} s.",
        f"{shown(EMULATOR_LOG)} may say why. `make stop`, then try again.",
    )


def failures() -> str:
    """The failed resources with CloudFormation's reasons, one a line."""
    events = client("cloudformation").describe_stack_events(StackName=STACK_NAME)["StackEvents"]
    failed = [event for event in events if event["ResourceStatus"].endswith("FAILED")]
    lines = [f"  {event['LogicalResourceId']}: {event.get('ResourceStatusReason', '?')}" for event in failed]
    return "\n".join(dict.fromkeys(lines)) or "  (no reason given)"


def find_stack() -> dict[str, Any] | None:
    """The deployed stack, if there is one."""
    try:
        stacks = client("cloudformation").describe_stacks(StackName=STACK_NAME)["Stacks"]
    except ClientError:
        return None
    return next((stack for stack in stacks if stack["StackStatus"] != "DELETE_COMPLETE"), None)


def outputs(stack: dict[str, Any] | None) -> dict[str, str]:
    """The stack's outputs by name."""
    return {entry["OutputKey"]: entry["OutputValue"] for entry in (stack or {}).get("Outputs", [])}
