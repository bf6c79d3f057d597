"""Settings: the template's parameters, the names in the code, and who may read them."""

from __future__ import annotations

import json

import pytest
import source
from sam_template import Template, text

PATH = "/magic-edits/${Stage}/settings/"
#: Functions that read no setting: what organisers see and allow at their own events, and what superadmins manage.
WITHOUT_SETTINGS = {
    "TenantListEdits", "TenantGetEdit", "TenantListStyles", "TenantGetSettings", "TenantUpdateSettings",
    "AdminAiStyles", "AdminPackages", "AdminAddons", "AdminTenants", "AdminEvents", "AdminEventAddons",
    "AdminEventTokens", "AdminWatermarks", "GetOpenapi", "HookRunware", "PruneSchedule",
}  # fmt: skip


def parameters(template: Template) -> dict[str, object]:
    """The value of every setting, by name."""
    found = template.of_type("AWS::SSM::Parameter").values()
    return {text(each["Name"]).removeprefix(PATH): each["Value"] for each in found}


def test_the_read_policy_covers_the_settings_and_nothing_else(deployed: Template) -> None:
    (policy,) = deployed.of_type("AWS::IAM::ManagedPolicy").values()
    (statement,) = policy["PolicyDocument"]["Statement"]
    prefix = f"arn:${{AWS::Partition}}:ssm:${{AWS::Region}}:${{AWS::AccountId}}:parameter{PATH}"
    assert statement["Action"] == "ssm:GetParameters"
    assert text(statement["Resource"]) == f"{prefix}*"
    assert all(text(each["Name"]).startswith(PATH) for each in deployed.of_type("AWS::SSM::Parameter").values())


def test_every_function_that_reads_settings_has_the_read_policy(deployed: Template) -> None:
    for name, role in deployed.of_type("AWS::IAM::Role").items():
        expected = [] if name.removesuffix("Role") in WITHOUT_SETTINGS else [{"Ref": "SettingsReadPolicy"}]
        assert role.get("ManagedPolicyArns", []) == expected, name


def test_the_template_has_exactly_the_settings_that_the_code_knows(deployed: Template) -> None:
    assert parameters(deployed).keys() == source.settings()


def test_every_setting_has_a_value_and_a_description(deployed: Template) -> None:
    for name, parameter in deployed.of_type("AWS::SSM::Parameter").items():
        assert parameter["Value"] and parameter["Type"] == "String" and parameter["Description"], name


@pytest.mark.parametrize(
    ("stage", "mode", "dispatch"),
    [("local", "fake", "true"), ("dev", "live", "false"), ("prod", "live", "false")],
)
def test_only_the_local_stage_fakes_providers_and_dispatches_automatically(
    written: Template, stage: str, mode: str, dispatch: str
) -> None:
    values = written.document["Mappings"]["ByStage"][stage]
    assert (values["RunwareMode"], values["FalMode"], values["QueueAutoDispatch"]) == (mode, mode, dispatch)


def test_only_the_local_stage_fetches_outputs_from_its_own_machine(written: Template) -> None:
    for stage, values in written.document["Mappings"]["ByStage"].items():
        hosts = json.loads(values["ProviderOutputHosts"])
        assert {"im.runware.ai", "*.fal.media"} <= set(hosts)
        assert ("127.0.0.1" in hosts) == (stage == "local"), stage


def test_json_settings_are_json(written: Template) -> None:
    assert json.loads(str(parameters(written)["blocked_terms"])) == []
    assert json.loads(str(parameters(written)["watermark"])) == {
        "image_key": None, "position": "bottom_right", "opacity": 0.8, "scale": 0.18, "padding": 0.02, "enabled": True,
    }  # fmt: skip
