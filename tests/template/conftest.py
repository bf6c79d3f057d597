"""The template as it is written, and as AWS gets it after the SAM transform."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

ROOT = next(folder for folder in Path(__file__).resolve().parents if (folder / "template.yaml").exists())
sys.path.insert(0, str(ROOT / "infra" / "local"))

from local_stack import config, template  # noqa: E402
from sam_template import Template  # noqa: E402
from samtranslator.yaml_helper import yaml_parse  # noqa: E402


@pytest.fixture(scope="session")
def written() -> Template:
    """The contents of template.yaml."""
    return Template(template.document())


@pytest.fixture(scope="session")
def deployed() -> Template:
    """The template after the SAM transform."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setenv("AWS_DEFAULT_REGION", config.REGION)
        return Template(template.transformed())


@pytest.fixture(scope="session")
def monitoring() -> Template:
    """The nested stack."""
    return Template(yaml_parse(config.MONITORING.read_text(encoding="utf-8")))


@pytest.fixture(scope="session")
def site() -> Template:
    """The nested stack of the pages."""
    return Template(yaml_parse(config.SITE.read_text(encoding="utf-8")))
