"""The way of a stack whose template has settings as resources to one whose template has none (infra/RUNBOOK.md)."""

from __future__ import annotations

import subprocess
import sys

import pytest
import yaml
from emulators import ROOT, Emulator
from samcli.yamlhelper import yaml_dump, yaml_parse

SCRIPT = ROOT / "infra" / "migrations" / "retain_settings.py"
#: As template.yaml spelled it up to the release that took settings out.
WITH_SETTINGS = """\
Resources:
  EventBus:
    Type: AWS::Events::EventBus
    Properties:
      Name: old

  SettingIsEnabled:
    Type: AWS::SSM::Parameter
    Properties:
      Name: /old/settings/is_enabled
      Type: String
      Value: "true"

  SettingQueueMaxPolls:
    Type: AWS::SSM::Parameter
    Properties:
      Name: /old/settings/queue_max_polls
      Type: String
      Value: "60"
"""
NAMES = ["/old/settings/is_enabled", "/old/settings/queue_max_polls"]


def retain(template: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, str(SCRIPT)], input=template, capture_output=True, text=True, check=False)


@pytest.mark.parametrize("template", [WITH_SETTINGS, yaml_dump(yaml_parse(WITH_SETTINGS))], ids=["written", "by sam deploy"])
def test_nothing_but_the_settings_policies_and_one_note_changes(template: str) -> None:
    before, after = yaml.safe_load(template), yaml.safe_load(retain(template).stdout)
    for name, resource in after["Resources"].items():
        if name == "EventBus":
            assert resource.pop("Metadata") == {"SettingsAreRetained": True}
        else:
            assert resource.pop("DeletionPolicy") == "Retain"
    assert after == before


@pytest.mark.parametrize("template", [retain(WITH_SETTINGS).stdout, "Resources: {}\n"])
def test_a_template_without_such_settings_is_refused(template: str) -> None:
    refused = retain(template)
    assert refused.returncode != 0 and refused.stdout == "" and refused.stderr


@pytest.mark.parametrize("retains", [True, False])
def test_settings_survive_their_resources_with_the_values_that_operators_gave_them(
    closed: Emulator, retains: bool
) -> None:
    """Without the first step the second removes every setting: the test of the test."""
    stack, ssm = f"leaving-{retains}".lower(), closed.client("ssm")
    template = WITH_SETTINGS.replace("/old/", f"/{stack}/").replace("Name: old", f"Name: {stack}")
    switched_off, limited = (name.replace("/old/", f"/{stack}/") for name in NAMES)
    closed.deploy(stack, yaml.safe_load(template)["Resources"])
    ssm.put_parameter(Name=switched_off, Value="false", Overwrite=True)
    if retains:
        closed.deploy(stack, yaml.safe_load(retain(template).stdout)["Resources"])
        # A setting that is reset in between does not disturb the second step.
        ssm.delete_parameter(Name=limited)
    bus = yaml.safe_load(template)["Resources"]["EventBus"]
    closed.deploy(stack, {"EventBus": bus})
    found = ssm.get_parameters(Names=[switched_off, limited])["Parameters"]
    assert [each["Value"] for each in found] == (["false"] if retains else [])
