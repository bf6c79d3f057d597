"""Prints a template with nothing but the resources that outlive the stack: table, bucket, user pool.

A stack that was deleted begins again with an import of these (infra/RUNBOOK.md, "Make a deleted stack again"). Needs the
environment of the local stack: `.local/venv/bin/python infra/retained.py > retained.json`.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent / "local"))

from local_stack import template  # noqa: E402

#: Of a resource that was made by a stack: what CloudFormation knows it by.
IDENTIFIERS = {"Table": "TableName", "Bucket": "BucketName", "UserPool": "UserPoolId"}


def retained() -> dict[str, Any]:
    """The template's head with these resources. Without the SAM transform, which an import does not need."""
    written = template.document()
    return {
        **{name: written[name] for name in ("AWSTemplateFormatVersion", "Parameters", "Conditions")},
        "Description": "AI Magic Edits - what outlives a stack, to begin another one with",
        "Resources": {name: written["Resources"][name] for name in IDENTIFIERS},
    }


if __name__ == "__main__":
    print(json.dumps(retained(), indent=2))
