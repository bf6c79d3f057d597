"""Settings: the parameters, the names in the code and the read policy are the same list."""

from __future__ import annotations

import json
import re

import pytest
from sam_template import ROOT, Template, text

PATH = "/magic-edits/${Stage}/settings/"
#: No setting decides what an organiser sees or allows at his own event, or what a superadmin may do.
WITHOUT_SETTINGS = {
    "TenantListEdits", "TenantGetEdit", "TenantListStyles", "TenantGetSettings", "TenantUpdateSettings",
    "AdminAiStyles", "AdminPackages", "AdminAddons", "AdminTenants", "AdminEvents", "AdminEventAddons",
    "AdminEventTokens", "AdminWatermarks", "GetOpenapi", "HookRunware", "PruneSchedule",
}  # fmt: skip
SETTINGS_SOURCE = ROOT / "shared" / "domain" / "src" / "settings.rs"


def parameters(template: Template) -> dict[str, object]:
    """Value by name of every setting."""
    found = template.of_type("AWS::SSM::Parameter").values()
    return {text(each["Name"]).removeprefix(PATH): each["Value"] for each in found}


def test_the_read_policy_names_every_setting_and_nothing_else(deployed: Template) -> None:
    (policy,) = deployed.of_type("AWS::IAM::ManagedPolicy").values()
    (statement,) = policy["PolicyDocument"]["Statement"]
    prefix = f"arn:${{AWS::Partition}}:ssm:${{AWS::Region}}:${{AWS::AccountId}}:parameter{PATH}"
    assert statement["Action"] == "ssm:GetParameters"
    readable = [text(resource) for resource in statement["Resource"]]
    assert sorted(readable) == sorted(prefix + name for name in parameters(deployed))


def test_every_function_that_asks_for_the_settings_can_read_them(deployed: Template) -> None:
    for name, role in deployed.of_type("AWS::IAM::Role").items():
        expected = [] if name.removesuffix("Role") in WITHOUT_SETTINGS else [{"Ref": "SettingsReadPolicy"}]
        assert role.get("ManagedPolicyArns", []) == expected, name


def test_the_template_has_exactly_the_settings_that_the_code_knows(deployed: Template) -> None:
    known = re.findall(r'Self::\w+ => "([a-z_]+)",', SETTINGS_SOURCE.read_text(encoding="utf-8"))
    assert sorted(parameters(deployed)) == sorted(known)


def test_no_setting_is_empty_and_each_says_what_it_is(deployed: Template) -> None:
    for name, parameter in deployed.of_type("AWS::SSM::Parameter").items():
        assert parameter["Value"] and parameter["Type"] == "String" and parameter["Description"], name


@pytest.mark.parametrize(
    ("stage", "mode", "dispatch"),
    [("local", "fake", "true"), ("dev", "live", "false"), ("prod", "live", "false")],
)
def test_only_the_local_stage_fakes_providers_and_sends_by_itself(
    written: Template, stage: str, mode: str, dispatch: str
) -> None:
    values = written.document["Mappings"]["ByStage"][stage]
    assert (values["RunwareMode"], values["FalMode"], values["QueueAutoDispatch"]) == (mode, mode, dispatch)


def test_only_the_local_stage_fetches_outputs_from_this_machine(written: Template) -> None:
    for stage, values in written.document["Mappings"]["ByStage"].items():
        hosts = json.loads(values["ProviderOutputHosts"])
        assert {"im.runware.ai", "*.fal.media"} <= set(hosts)
        assert ("127.0.0.1" in hosts) == (stage == "local"), stage


def test_json_settings_are_json(written: Template) -> None:
    assert json.loads(str(parameters(written)["blocked_terms"])) == []
    assert json.loads(str(parameters(written)["watermark"])) == {
        "image_key": None, "position": "bottom_right", "opacity": 0.8, "scale": 0.18, "padding": 0.02, "enabled": True,
    }  # fmt: skip
