"""`template.yaml` as data, read with SAM's own parser: the one place that knows which functions and packages exist."""

from __future__ import annotations

import json
from copy import deepcopy
from dataclasses import dataclass
from functools import cache
from pathlib import PurePosixPath
from typing import Any

from samtranslator.yaml_helper import yaml_parse

from .config import TEMPLATE
from .errors import StackError

Document = dict[str, Any]
FUNCTION = "AWS::Serverless::Function"
NESTED_STACK = "AWS::CloudFormation::Stack"
#: Where `CodeUri` names a package: `target/lambda/<package>/`, as `cargo lambda build` makes it.
PACKAGES = PurePosixPath("target/lambda")


@dataclass(frozen=True)
class Function:
    """A Lambda function of the template."""

    #: Its handler, which Lambda passes to the binary as `_HANDLER`; sample event, role and log group carry the same name.
    name: str
    #: The deployment package that contains its code, and the cargo package that builds it.
    package: str
    logical_id: str


@cache
def _parsed() -> Document:
    document: Document = yaml_parse(TEMPLATE.read_text(encoding="utf-8"))
    return document


def document() -> Document:
    """The whole template; the caller may change its copy."""
    return deepcopy(_parsed())


def resources(document: Document, resource_type: str) -> dict[str, dict[str, Any]]:
    """The properties of every resource of a type, by logical id."""
    return {
        logical_id: resource["Properties"]
        for logical_id, resource in document["Resources"].items()
        if resource["Type"] == resource_type
    }


@cache
def functions() -> tuple[Function, ...]:
    """Every Lambda function, sorted by name."""
    found = (
        Function(properties["Handler"], package_of(logical_id, properties), logical_id)
        for logical_id, properties in resources(_parsed(), FUNCTION).items()
    )
    return tuple(sorted(found, key=lambda function: function.name))


def function(name: str) -> Function:
    """The function with this name."""
    for found in functions():
        if found.name == name:
            return found
    raise StackError(
        f"template.yaml has no function {name}.",
        f"It has {', '.join(function_names())}: the `Handler` of each function.",
    )


def function_names() -> list[str]:
    """The name of every Lambda function, sorted."""
    return [function.name for function in functions()]


def packages() -> list[str]:
    """The name of every deployment package, sorted."""
    return sorted({function.package for function in functions()})


def package_of(logical_id: str, properties: dict[str, Any]) -> str:
    """The deployment package that a function's `CodeUri` names."""
    path = PurePosixPath(str(properties.get("CodeUri")))
    if path.parent != PACKAGES:
        raise StackError(
            f"template.yaml: `CodeUri` of {logical_id} is {path}, which names no package.",
            f"Write `CodeUri: {PACKAGES}/<package>/` with the cargo package that contains the function.",
        )
    return path.name


def transformed() -> Document:
    """What CloudFormation sees: the template after the SAM transform, which wants packages that are uploaded already."""
    # Slow to import, and only checks of the template need it.
    from samtranslator.parser.parser import Parser
    from samtranslator.translator.translator import Translator

    written = document()
    for properties in resources(written, FUNCTION).values():
        properties["CodeUri"] = {"Bucket": "packages", "Key": "any.zip"}
    result: Document = Translator({}, Parser()).translate(written, {})
    return result


def transformed_text() -> str:
    """The same as JSON, for tools that read a file."""
    return json.dumps(transformed(), indent=2)
