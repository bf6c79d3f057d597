"""The permissions of every function's role, and their uses, both from the running emulator."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from witnessed import LOCAL, WITNESS_FILE, Permission, Use

STACK_FILE = LOCAL / "stack.json"
#: `make test` sets the time of its start; without it, everything since the emulator's start counts.
BEGAN_VARIABLE = "MAGIC_EDITS_RUN_BEGAN"
STACK_NAME = "magic-edits-local"
LAMBDA = "lambda.amazonaws.com"


@pytest.fixture(scope="session")
def began() -> float:
    """When the run began, in seconds since 1970."""
    return float(os.environ.get(BEGAN_VARIABLE) or 0)


@pytest.fixture(scope="session")
def stack() -> dict[str, Any]:
    """The description of the running local stack."""
    if not STACK_FILE.exists():
        pytest.exit("The local stack is not running: run `make up` first.", returncode=2)
    found: dict[str, Any] = json.loads(STACK_FILE.read_text(encoding="utf-8"))
    return found


@pytest.fixture(scope="session")
def client(stack: dict[str, Any]) -> Any:
    """Clients of the running emulator, as its root caller."""

    def of(service: str) -> Any:
        return boto3.client(
            service, endpoint_url=stack["endpoint_url"], region_name=stack["region"],
            aws_access_key_id="test", aws_secret_access_key="test",
        )  # fmt: skip

    return of


@pytest.fixture(scope="session")
def roles(client: Any) -> dict[str, str]:
    """Logical ids of the functions' roles by their physical names."""
    found = client("cloudformation").describe_stack_resources(StackName=STACK_NAME)["StackResources"]
    names = {
        each["PhysicalResourceId"].rsplit("/", 1)[-1]: each["LogicalResourceId"]
        for each in found
        if each["ResourceType"] == "AWS::IAM::Role"
    }
    iam = client("iam")
    return {name: logical for name, logical in names.items() if LAMBDA in trusted(iam, name)}


def trusted(iam: Any, role: str) -> str:
    """Who may take a role, as text."""
    return json.dumps(iam.get_role(RoleName=role)["Role"]["AssumeRolePolicyDocument"])


@pytest.fixture(scope="session")
def granted(client: Any, roles: dict[str, str]) -> dict[str, set[Permission]]:
    """What each role may do, by its logical id."""
    iam = client("iam")
    return {logical: set(permissions(iam, name)) for name, logical in roles.items()}


def permissions(iam: Any, role: str) -> Iterator[Permission]:
    """Every action and resource of a role's own and attached policies."""
    for name in iam.list_role_policies(RoleName=role)["PolicyNames"]:
        yield from of_document(iam.get_role_policy(RoleName=role, PolicyName=name)["PolicyDocument"])
    for attached in iam.list_attached_role_policies(RoleName=role)["AttachedPolicies"]:
        arn = attached["PolicyArn"]
        version = iam.get_policy(PolicyArn=arn)["Policy"]["DefaultVersionId"]
        yield from of_document(iam.get_policy_version(PolicyArn=arn, VersionId=version)["PolicyVersion"]["Document"])


def of_document(document: Any) -> Iterator[Permission]:
    """What the statements allow, action by action and resource by resource."""
    parsed = json.loads(document) if isinstance(document, str) else document
    for statement in parsed["Statement"]:
        if statement["Effect"] == "Allow":
            for action in listed(statement["Action"]):
                for resource in listed(statement["Resource"]):
                    yield Permission(action, resource)


def listed(value: Any) -> list[str]:
    """A value as a list: IAM takes a single value or a list."""
    return value if isinstance(value, list) else [value]


@pytest.fixture(scope="session")
def uses(roles: dict[str, str], began: float) -> set[Use]:
    """The uses of the roles' permissions in this run."""
    if not WITNESS_FILE.exists():
        pytest.fail("The emulator has recorded no use of a role. Is IAM off? Run `make stop`, then `make up`.")
    entries = [json.loads(line) for line in WITNESS_FILE.read_text(encoding="utf-8").splitlines()]
    return {
        Use(
            roles[entry["role"]],
            Permission(entry["action"], entry["resource"].replace("…", "key")),
            entry["allowed"],
        )
        for entry in entries
        if entry["at"] >= began and entry["role"] in roles
    }
