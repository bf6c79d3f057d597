"""The template as it is written, and as AWS gets it after the SAM transform."""

from __future__ import annotations

import pytest
from sam_template import ROOT, Template
from samtranslator.parser.parser import Parser
from samtranslator.translator.translator import Translator
from samtranslator.yaml_helper import yaml_parse


@pytest.fixture(scope="session")
def written() -> Template:
    """What stands in template.yaml."""
    return Template(yaml_parse((ROOT / "template.yaml").read_text(encoding="utf-8")))


@pytest.fixture(scope="session")
def deployed() -> Template:
    """What the SAM transform makes of it; the transform needs packages that are uploaded already."""
    document = yaml_parse((ROOT / "template.yaml").read_text(encoding="utf-8"))
    for resource in document["Resources"].values():
        if resource["Type"] == "AWS::Serverless::Function":
            resource["Properties"]["CodeUri"] = {"Bucket": "packages", "Key": "any.zip"}
    with pytest.MonkeyPatch.context() as patched:
        patched.setenv("AWS_DEFAULT_REGION", "eu-central-1")
        return Template(Translator({}, Parser()).translate(document, {}))


@pytest.fixture(scope="session")
def monitoring() -> Template:
    """The stack within the stack."""
    return Template(yaml_parse((ROOT / "infra" / "monitoring.yaml").read_text(encoding="utf-8")))
