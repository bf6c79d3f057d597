"""Least privilege: every function has a role of its own that grants access to named resources only."""

from __future__ import annotations

import json
import re
from typing import Any

import source
from sam_template import Template, as_list, referred, text

#: Keys are made at run time, so the key part of an object's ARN may end in a wildcard; the bucket may not.
OBJECT_KEYS = re.compile(r"^\$\{Bucket\.Arn\}/(events/|logos/|uploads/|watermarks/)\*$")
WHOLE_BUCKET = "${Bucket.Arn}/*"
#: All settings, and nothing else: secrets have a path of their own.
SETTINGS = "arn:${AWS::Partition}:ssm:${AWS::Region}:${AWS::AccountId}:parameter/magic-edits/${Stage}/settings/*"

CONSUME = {"sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes", "sqs:ChangeMessageVisibility"}
READ = {"dynamodb:GetItem", "dynamodb:BatchGetItem"}


def test_no_policy_has_a_wildcard_beyond_object_keys_and_settings(written: Template, deployed: Template) -> None:
    for template in (written, deployed):
        for name, statement in template.statements():
            assert "NotResource" not in statement and "NotAction" not in statement, name
            for resource in as_list(statement["Resource"]):
                if text(resource) == SETTINGS or (statement["Effect"] == "Deny" and text(resource) == WHOLE_BUCKET):
                    continue
                assert "*" not in json.dumps(resource) or OBJECT_KEYS.match(text(resource)), f"{name}: {resource}"


def test_no_statement_allows_a_family_of_actions(deployed: Template) -> None:
    for name, statement in deployed.statements():
        if statement["Effect"] == "Allow":
            assert [action for action in as_list(statement["Action"]) if "*" in action] == [], name


def test_no_role_has_a_managed_policy_of_aws(deployed: Template) -> None:
    own = set(deployed.of_type("AWS::IAM::ManagedPolicy"))
    for name, role in deployed.of_type("AWS::IAM::Role").items():
        assert {referred(arn) for arn in role.get("ManagedPolicyArns", [])} <= own, name


def test_every_function_has_a_role_of_its_own_that_only_lambda_may_assume(deployed: Template) -> None:
    roles = deployed.of_type("AWS::IAM::Role")
    taken = [referred(function["Role"]) for function in deployed.of_type("AWS::Lambda::Function").values()]
    assert sorted(str(role) for role in taken) == sorted(roles.keys() - schedules(deployed).keys())
    for name, role in roles.items():
        if name in schedules(deployed):
            continue
        (trust,) = role["AssumeRolePolicyDocument"]["Statement"]
        assert (trust["Principal"], trust["Action"]) == ({"Service": "lambda.amazonaws.com"}, "sts:AssumeRole")


def test_a_schedule_may_only_invoke_its_function(deployed: Template) -> None:
    found = schedules(deployed)
    assert found
    for role, function in found.items():
        (trust,) = deployed.of_type("AWS::IAM::Role")[role]["AssumeRolePolicyDocument"]["Statement"]
        assert (trust["Principal"], trust["Action"]) == ({"Service": "scheduler.amazonaws.com"}, "sts:AssumeRole")
        # A schedule of another account must not reach the role through the service.
        assert trust["Condition"] == {"StringEquals": {"aws:SourceAccount": {"Ref": "AWS::AccountId"}}}
        assert allowed(deployed, role) == {"lambda:InvokeFunction": {function}}, role


def test_a_function_may_only_write_to_its_own_log_group(deployed: Template) -> None:
    for function in deployed.of_type("AWS::Lambda::Function").values():
        role, group = referred(function["Role"]), referred(function["LoggingConfig"]["LogGroup"])
        assert allowed(deployed, role or "")["logs:PutLogEvents"] == {f"{group}.Arn"}


def test_functions_that_only_read_cannot_write(deployed: Template) -> None:
    readers = [role for role in deployed.of_type("AWS::IAM::Role") if re.match(r"(Guest|Tenant)(Get|List)", role)]
    assert readers
    for role in readers:
        actions = {action for action in allowed(deployed, role) if action.split(":")[0] in {"dynamodb", "s3", "sqs"}}
        assert actions <= READ | {"dynamodb:Query", "s3:GetObject"}, role


def test_nobody_but_who_prepares_photos_may_read_an_original(deployed: Template) -> None:
    """Originals hold what a phone writes into them, such as the place. Whoever may read them could hand out their address."""
    readers = {
        role
        for role in deployed.of_type("AWS::IAM::Role")
        if any("uploads/" in arn for arn in allowed(deployed, role).get("s3:GetObject", set()))
    }
    assert readers == {"PreparePhotoRole", "ProcessEditRole"}


def test_only_workers_consume_queues_and_read_provider_keys(deployed: Template) -> None:
    keys = provider_keys()
    expected = {
        "ProcessEditRole": keys | {"webhook_key"},
        "PollEditRole": keys,
        "HookRunwareRole": {"webhook_key"},
        "HookFalRole": {"webhook_key"},
        # Operations call providers too, but consume no messages.
        "RecoverStuckRole": keys,
        "BackfillStorageRole": keys,
    }
    for role in deployed.of_type("AWS::IAM::Role"):
        granted = allowed(deployed, role)
        secrets = {arn.rsplit("/", 1)[1] for arn in granted.get("ssm:GetParameter", set()) if "/secrets/" in arn}
        assert secrets == expected.get(role, set()), role
        if role in {"ProcessEditRole", "PollEditRole"}:
            assert set(granted) >= CONSUME, role
        else:
            assert not CONSUME & set(granted), role


def test_a_webhook_may_only_write_a_hint_and_send_a_poll(deployed: Template) -> None:
    for role in ("HookRunwareRole", "HookFalRole"):
        granted = allowed(deployed, role)
        assert granted["sqs:SendMessage"] == {"PollQueue.Arn"}, role
        assert {action for action in granted if action.startswith(("dynamodb:", "s3:"))} == {"dynamodb:PutItem"}, role


def test_only_the_superadmins_function_may_change_settings_and_secrets(deployed: Template) -> None:
    for role in deployed.of_type("AWS::IAM::Role"):
        granted = allowed(deployed, role)
        is_superadmins = role == "AdminAiSettingsRole"
        keys = provider_keys() if is_superadmins else set()
        for action in ("ssm:PutParameter", "ssm:DeleteParameter"):
            changed = granted.get(action, set())
            settings = {arn for arn in changed if "/settings/" in arn}
            assert settings == ({SETTINGS} if is_superadmins else set()), role
            assert {arn.rsplit("/secrets/", 1)[-1] for arn in changed - settings} == keys, role
        told = {arn.rsplit("/secrets/", 1)[1] for arn in granted.get("ssm:GetParameters", set()) if "/secrets/" in arn}
        assert told == keys, f"{role} tells whether each key is set"


def provider_keys() -> set[str]:
    """The secret of every provider; a new one is in five roles."""
    return {f"{provider}_api_key" for provider in source.providers()}


def test_a_worker_may_only_consume_the_queues_that_invoke_it(deployed: Template) -> None:
    attached: dict[str, set[str]] = {}
    for mapping in deployed.of_type("AWS::Lambda::EventSourceMapping").values():
        function = deployed.resources[referred(mapping["FunctionName"]) or ""]["Properties"]
        attached.setdefault(referred(function["Role"]) or "", set()).add(f"{referred(mapping['EventSourceArn'])}.Arn")
    for role, queues in attached.items():
        assert all(allowed(deployed, role)[action] == queues for action in CONSUME), role


def schedules(template: Template) -> dict[str, str]:
    """The role of every schedule, with the function that it invokes."""
    found = template.of_type("AWS::Scheduler::Schedule").values()
    targets = [schedule["Target"] for schedule in found]
    return {referred(target["RoleArn"]) or "": named(target["Arn"]) for target in targets}


def allowed(template: Template, role: str) -> dict[str, set[str]]:
    """The resources by action, in a role's own policies."""
    found: dict[str, set[str]] = {}
    for policy in template.of_type("AWS::IAM::Role")[role]["Policies"]:
        for statement in policy["PolicyDocument"]["Statement"]:
            for action in as_list(statement["Action"]):
                found.setdefault(action, set()).update(named(each) for each in as_list(statement["Resource"]))
    return found


def named(resource: Any) -> str:
    """A resource as `LogicalId.Arn`, or as its text."""
    logical_id = referred(resource)
    return f"{logical_id}.Arn" if logical_id else text(resource)
