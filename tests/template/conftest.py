"""The template as it is written, and as AWS gets it after the SAM transform."""

from __future__ import annotations

from typing import Any

import pytest
import yaml
from sam_template import ROOT, Template
from samtranslator.parser.parser import Parser
from samtranslator.translator.translator import Translator
from samtranslator.yaml_helper import yaml_parse


def whole() -> dict[str, Any]:
    """template.yaml, with the file it includes in its place. That one is read as CloudFormation does: no short forms."""
    document: dict[str, Any] = yaml_parse((ROOT / "template.yaml").read_text(encoding="utf-8"))
    include = document["Resources"].pop("Fn::Transform")
    assert include["Name"] == "AWS::Include"
    included = yaml.safe_load((ROOT / include["Parameters"]["Location"]).read_text(encoding="utf-8"))
    assert not set(included) & set(document["Resources"]), "a resource has one place"
    document["Resources"].update(included)
    return document


@pytest.fixture(scope="session")
def written() -> Template:
    """What stands in template.yaml and in what it includes."""
    return Template(whole())


@pytest.fixture(scope="session")
def deployed() -> Template:
    """What the SAM transform makes of it; the transform needs packages that are uploaded already."""
    document = whole()
    for resource in document["Resources"].values():
        if resource["Type"] == "AWS::Serverless::Function":
            resource["Properties"]["CodeUri"] = {"Bucket": "packages", "Key": "any.zip"}
    with pytest.MonkeyPatch.context() as patched:
        patched.setenv("AWS_DEFAULT_REGION", "eu-central-1")
        return Template(Translator({}, Parser()).translate(document, {}))
