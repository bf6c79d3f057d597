"""samconfig.toml: three environments, each with its own stage and stack."""

from __future__ import annotations

import pytest
import tomlkit
from sam_template import ROOT


@pytest.mark.parametrize(
    ("stage", "architecture", "asks"), [("local", "x86_64", False), ("dev", "arm64", False), ("prod", "arm64", True)]
)
def test_an_environment_deploys_its_stage(stage: str, architecture: str, asks: bool) -> None:
    environment = tomlkit.parse((ROOT / "samconfig.toml").read_text(encoding="utf-8")).unwrap()[stage]
    assert environment["global"]["parameters"]["stack_name"] == f"magic-edits-{stage}"
    deploy = environment["deploy"]["parameters"]
    assert {f"Stage={stage}", f"Architecture={architecture}"} <= set(deploy["parameter_overrides"])
    # For roles, and for the SAM transform together with a nested stack.
    assert deploy["capabilities"] == "CAPABILITY_IAM CAPABILITY_AUTO_EXPAND"
    assert deploy["confirm_changeset"] is asks


@pytest.mark.parametrize("stage", ["dev", "prod"])
def test_a_stage_on_aws_has_a_budget(stage: str) -> None:
    environment = tomlkit.parse((ROOT / "samconfig.toml").read_text(encoding="utf-8")).unwrap()[stage]
    overrides = dict(each.split("=", 1) for each in environment["deploy"]["parameters"]["parameter_overrides"])
    assert int(overrides["MonthlyBudgetUsd"]) > 0
