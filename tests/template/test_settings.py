"""Settings are no resources of the stack: who may read them, how a change reaches the functions, and the stages' defaults."""

from __future__ import annotations

import json
from typing import Any

import pytest
import source
from sam_template import Template, referred, text

PATH = "/magic-edits/${Stage}/settings/"
#: Functions that read no setting: what organisers see and allow at their own events, and what superadmins manage.
WITHOUT_SETTINGS = {
    "TenantListEdits", "TenantGetEdit", "TenantListStyles", "TenantGetSettings", "TenantUpdateSettings",
    "AdminAiStyles", "AdminPackages", "AdminAddons", "AdminTenants", "AdminEvents", "AdminEventAddons",
    "TenantListEvents", "TenantGuestLinks", "TenantGetActivity", "TenantExportEdits", "TenantGetUsage",
    "TenantListUsageEntries", "TenantListAudit", "AdminListAudit", "AdminTryStyle",
    "TenantCreateLogo", "TenantHideEdit", "TenantShowEdit", "TenantApproveEdit", "TenantDeleteEdit",
    "TenantDeletePhoto", "TenantListPhotos", "TenantGetPhoto",
    "AdminEventTokens", "AdminWatermarks", "GetOpenapi", "HookRunware", "PruneSchedule",
}  # fmt: skip
#: Functions that write the copy of the settings.
COPIERS = {"CopySettings", "RecoverStuck", "AdminAiSettings"}


def test_no_setting_is_a_resource(written: Template) -> None:
    """CloudFormation would write a setting again when any line of its resource changes, and fail over one that was reset."""
    assert written.of_type("AWS::SSM::Parameter") == {}


def test_the_read_policy_covers_the_settings_and_their_copy_and_nothing_else(deployed: Template) -> None:
    (policy,) = deployed.of_type("AWS::IAM::ManagedPolicy").values()
    copy, parameters = policy["PolicyDocument"]["Statement"]
    assert copy["Action"] == "dynamodb:GetItem" and is_table(copy["Resource"])
    assert copy["Condition"] == {"ForAllValues:StringEquals": {"dynamodb:LeadingKeys": [source.settings_partition()]}}
    prefix = f"arn:${{AWS::Partition}}:ssm:${{AWS::Region}}:${{AWS::AccountId}}:parameter{PATH}"
    assert parameters["Action"] == "ssm:GetParameters"
    assert text(parameters["Resource"]) == f"{prefix}*"


def test_every_function_that_reads_settings_has_the_read_policy(deployed: Template) -> None:
    for name, role in deployed.of_type("AWS::IAM::Role").items():
        expected = [] if name.removesuffix("Role") in WITHOUT_SETTINGS else [{"Ref": "SettingsReadPolicy"}]
        assert role.get("ManagedPolicyArns", []) == expected, name


def test_whoever_copies_settings_may_write_the_table(deployed: Template) -> None:
    roles = deployed.of_type("AWS::IAM::Role")
    for name in COPIERS:
        statements = roles[f"{name}Role"]["Policies"][0]["PolicyDocument"]["Statement"]
        assert any("dynamodb:PutItem" in each["Action"] and is_table(each["Resource"]) for each in statements)


def test_a_changed_setting_and_nothing_else_invokes_the_function_that_copies(deployed: Template) -> None:
    found = {
        name: rule
        for name, rule in deployed.of_type("AWS::Events::Rule").items()
        if "CopySettingsFunction" in {referred(target["Arn"]) for target in rule["Targets"]}
    }
    ((name, rule),) = found.items()
    pattern: dict[str, Any] = rule["EventPattern"]
    assert (pattern["source"], pattern["detail-type"]) == (["aws.ssm"], ["Parameter Store Change"])
    ((operator, prefix),) = pattern["detail"]["name"][0].items()
    assert (operator, text(prefix)) == ("prefix", PATH), "secrets are not copied"
    assert set(pattern["detail"]["operation"]) == {"Create", "Update", "Delete"}
    assert "EventBusName" not in rule, "AWS's own events are on the default bus"
    (target,) = rule["Targets"]
    assert referred(target["Arn"]) == "CopySettingsFunction" and "Input" not in target
    permissions = deployed.of_type("AWS::Lambda::Permission").values()
    assert any(referred(each["SourceArn"]) == name and each["Principal"] == "events.amazonaws.com" for each in permissions)


def defaults(written: Template) -> dict[str, dict[str, Any]]:
    """The settings whose default is not the code's, by stage."""
    stages = written.document["Mappings"]["ByStage"]
    return {stage: json.loads(values["SettingDefaults"]) for stage, values in stages.items()}


def test_every_stage_names_settings_that_the_code_knows(written: Template) -> None:
    for stage, values in defaults(written).items():
        assert values.keys() <= source.settings(), stage


@pytest.mark.parametrize("stage", ["dev", "prod"])
def test_on_aws_every_default_is_the_codes(written: Template, stage: str) -> None:
    assert defaults(written)[stage] == {}


def test_only_the_local_stage_fakes_providers_dispatches_automatically_and_fetches_from_its_own_machine(
    written: Template,
) -> None:
    local = defaults(written)["local"]
    hosts = local.pop("provider_output_hosts")
    modes = {f"{provider}_mode": "fake" for provider in source.providers()}
    assert local == {**modes, "queue_auto_dispatch": True}, "SettingDefaults of the stage local"
    assert set(hosts) == {*source.output_hosts(), "127.0.0.1"}, "SettingDefaults of the stage local"


def test_functions_and_the_command_line_have_the_same_defaults(written: Template) -> None:
    variables = written.document["Globals"]["Function"]["Environment"]["Variables"]
    assert variables["SETTING_DEFAULTS"] == written.document["Outputs"]["SettingDefaults"]["Value"]


def is_table(resource: Any) -> bool:
    """Whether a policy names the table in use, and nothing of it."""
    return text(resource).endswith(":table/magic-edits-${Stage}${TableSuffix}")
