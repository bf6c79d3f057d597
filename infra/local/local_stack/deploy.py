"""Deploys `template.yaml` by calling CloudFormation directly: seconds faster than `sam deploy`, the same result."""

from __future__ import annotations

import hashlib
import json
import platform
import re
import time
from contextlib import suppress
from typing import Any

from botocore.exceptions import ClientError

from .aws import client
from .build import Package
from .config import ARTIFACTS_BUCKET, DEPLOYED, REGION, ROOT, STACK_NAME, STAGE, TEMPLATE, endpoint
from .errors import StackError

#: The template of a nested stack, named as `sam deploy` wants it: by its path.
NESTED = re.compile(r"\bTemplateURL: (infra/[a-z0-9./-]+\.yaml)\b")
CODE_URI = re.compile(r"^( +)CodeUri: target/lambda/([a-z0-9-]+)/$", re.MULTILINE)
DEPLOY_SECONDS = 120


def architecture() -> str:
    """Lambda's name for this machine's processor: the functions run on it directly."""
    return "arm64" if platform.machine().lower() in {"arm64", "aarch64"} else "x86_64"


def deploy(packages: list[Package], emulator_id: str) -> tuple[dict[str, str], str]:
    """Brings the stack up to date and returns its outputs, and in a word what was done."""
    template, nested = with_uploaded_templates(with_uploaded_code(TEMPLATE.read_text(encoding="utf-8"), packages))
    parameters = {"Stage": STAGE, "Architecture": architecture()}
    fingerprint = hashlib.sha256(json.dumps([template, parameters, emulator_id]).encode()).hexdigest()
    stack = find_stack()
    if stack and DEPLOYED.exists() and json.loads(DEPLOYED.read_text()) == {"fingerprint": fingerprint}:
        return outputs(stack), "unchanged"
    DEPLOYED.unlink(missing_ok=True)
    upload(packages, {**nested, "template.yaml": template.encode()})
    action = change_stack(stack, fingerprint, parameters)
    DEPLOYED.write_text(json.dumps({"fingerprint": fingerprint}))
    return outputs(find_stack()), action


def with_uploaded_code(template: str, packages: list[Package]) -> str:
    """The template with every local `CodeUri` replaced by the uploaded package, as `sam package` would do."""
    archives = {package.function: f"code/{package.function}-{package.digest[:16]}.zip" for package in packages}
    named = {match.group(2) for match in CODE_URI.finditer(template)}
    if named != set(archives):
        differing = ", ".join(sorted(named ^ set(archives)))
        raise StackError(
            f"template.yaml and functions/ do not name the same functions: {differing}.",
            "Every folder of functions/ needs a resource with `CodeUri: target/lambda/<folder>/`, and the reverse.",
        )
    return CODE_URI.sub(
        lambda match: f"{match.group(1)}CodeUri: {{ Bucket: {ARTIFACTS_BUCKET}, Key: {archives[match.group(2)]} }}",
        template,
    )


def with_uploaded_templates(template: str) -> tuple[str, dict[str, bytes]]:
    """The template with every nested one named by its place in the bucket, as `sam package` would do, and those by their
    keys. A key says what is in the file, so a change of the file is a change of the template."""
    files: dict[str, bytes] = {}

    def uploaded(match: re.Match[str]) -> str:
        content = (ROOT / match.group(1)).read_bytes()
        key = f"nested/{hashlib.sha256(content).hexdigest()[:16]}.yaml"
        files[key] = content
        return f"TemplateURL: {endpoint().url}/{ARTIFACTS_BUCKET}/{key}"

    return NESTED.sub(uploaded, template), files


def upload(packages: list[Package], documents: dict[str, bytes]) -> None:
    """Puts packages and documents where CloudFormation reads them; a package that is there is not sent again."""
    s3 = client("s3")
    with suppress(s3.exceptions.BucketAlreadyOwnedByYou, s3.exceptions.BucketAlreadyExists):
        s3.create_bucket(Bucket=ARTIFACTS_BUCKET, CreateBucketConfiguration={"LocationConstraint": REGION})
    listed = s3.list_objects_v2(Bucket=ARTIFACTS_BUCKET, Prefix="code/").get("Contents", [])
    there = {entry["Key"] for entry in listed}
    for package in packages:
        key = f"code/{package.function}-{package.digest[:16]}.zip"
        if key not in there:
            s3.put_object(Bucket=ARTIFACTS_BUCKET, Key=key, Body=package.archive.read_bytes())
    for key, content in documents.items():
        s3.put_object(Bucket=ARTIFACTS_BUCKET, Key=key, Body=content)


def change_stack(stack: dict[str, Any] | None, token: str, parameters: dict[str, str]) -> str:
    """Creates or updates the stack and waits for the end."""
    cloudformation = client("cloudformation")
    if stack and stack["StackStatus"].endswith("_IN_PROGRESS"):
        # Left by a run that was interrupted.
        wait_while_in_progress()
        stack = find_stack()
    if stack and stack["StackStatus"] in {"ROLLBACK_COMPLETE", "CREATE_FAILED", "ROLLBACK_FAILED"}:
        # A stack that never came up cannot be updated.
        cloudformation.delete_stack(StackName=STACK_NAME)
        wait_while_in_progress()
        stack = None
    request = {
        "StackName": STACK_NAME,
        "TemplateURL": f"{endpoint().url}/{ARTIFACTS_BUCKET}/template.yaml",
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
            "`make lint` says more about the template.",
        ) from error
    ended = wait_while_in_progress()
    if ended not in {"CREATE_COMPLETE", "UPDATE_COMPLETE"}:
        raise StackError(
            f"The deploy of template.yaml ended as {ended}:\n{failures()}",
            "Mend template.yaml and run this again; `make stop` first for a stack from scratch.",
        )
    return "created" if stack is None else "updated"


def wait_while_in_progress() -> str:
    """The status in which the stack came to rest."""
    deadline = time.monotonic() + DEPLOY_SECONDS
    while time.monotonic() < deadline:
        stack = find_stack()
        status = stack["StackStatus"] if stack else "DELETE_COMPLETE"
        if not status.endswith("_IN_PROGRESS"):
            return status
        time.sleep(0.2)
    raise StackError(
        f"The deploy has not ended after {DEPLOY_SECONDS} s.",
        "Look into .local/ministack.log, then `make stop` and run this again.",
    )


def failures() -> str:
    """What CloudFormation says about the resources that failed."""
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
