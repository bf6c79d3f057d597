"""What CloudFormation gets to see: template.yaml after the SAM transform."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from samtranslator.parser.parser import Parser
from samtranslator.translator.translator import Translator
from samtranslator.yaml_helper import yaml_parse

from .config import LOCAL, TEMPLATE

TRANSFORMED = LOCAL / "template.transformed.json"


def write_transformed() -> Path:
    """Transforms the template and returns where it was written."""
    document: dict[str, Any] = yaml_parse(TEMPLATE.read_text(encoding="utf-8"))
    for resource in document["Resources"].values():
        if resource["Type"] == "AWS::Serverless::Function":
            # The transform wants packages that are uploaded already.
            resource["Properties"]["CodeUri"] = {"Bucket": "packages", "Key": "any.zip"}
    TRANSFORMED.write_text(json.dumps(Translator({}, Parser()).translate(document, {}), indent=2), encoding="utf-8")
    return TRANSFORMED
