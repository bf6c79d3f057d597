"""Queries of the template tests on a CloudFormation template."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

ROOT = next(folder for folder in Path(__file__).resolve().parents if (folder / "template.yaml").exists())

Resources = dict[str, dict[str, Any]]


class Template:
    """Resources by logical id, with the queries that the tests need."""

    def __init__(self, document: dict[str, Any]) -> None:
        self.document = document
        self.resources: Resources = document["Resources"]

    def of_type(self, resource_type: str) -> Resources:
        """The properties of every resource of a type, by logical id."""
        return {
            name: resource.get("Properties", {})
            for name, resource in self.resources.items()
            if resource["Type"] == resource_type
        }

    def statements(self) -> Iterator[tuple[str, dict[str, Any]]]:
        """Every statement of every policy, with a name for messages."""
        for name, role in self.of_type("AWS::IAM::Role").items():
            for policy in role.get("Policies", []):
                yield from ((f"{name}.{policy['PolicyName']}", each) for each in policy["PolicyDocument"]["Statement"])
        for kind in ("AWS::IAM::ManagedPolicy", "AWS::IAM::Policy", "AWS::S3::BucketPolicy", "AWS::SQS::QueuePolicy"):
            for name, policy in self.of_type(kind).items():
                yield from ((name, each) for each in policy["PolicyDocument"]["Statement"])


def as_list(value: Any) -> list[Any]:
    """A value as a list: in many places CloudFormation takes a single value or a list."""
    return value if isinstance(value, list) else [value]


def referred(value: Any) -> str | None:
    """The logical id that a Ref or a GetAtt names."""
    if not isinstance(value, dict):
        return None
    if "Ref" in value:
        return str(value["Ref"])
    got = value.get("Fn::GetAtt")
    return str(got.split(".")[0] if isinstance(got, str) else got[0]) if got else None


def text(value: Any) -> str:
    """The text of a plain value, or of a Sub with its variables."""
    return str(value["Fn::Sub"]) if isinstance(value, dict) and "Fn::Sub" in value else str(value)
