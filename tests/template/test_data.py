"""Table and bucket: kept, encrypted, private."""

from __future__ import annotations

import re
import sys
import zoneinfo
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from local_stack import config
from sam_template import ROOT, Template, as_list, referred, text

sys.path.insert(0, str(ROOT / "infra"))

import retained  # noqa: E402


def bucket(template: Template) -> dict[str, Any]:
    (found,) = template.of_type("AWS::S3::Bucket").values()
    return found


def table(template: Template) -> dict[str, Any]:
    (found,) = template.of_type("AWS::DynamoDB::Table").values()
    return found


def test_resources_with_data_outlive_the_stack(deployed: Template) -> None:
    for name in ("Table", "Bucket", "UserPool"):
        resource = deployed.resources[name]
        assert resource["DeletionPolicy"] in {"Retain", "RetainExceptOnCreate"}, name
        assert resource["UpdateReplacePolicy"] == "Retain", name


TABLE_IN_USE = "magic-edits-${Stage}${TableSuffix}"


def test_functions_use_the_table_that_a_suffix_names_and_no_other(written: Template, deployed: Template) -> None:
    """A restore makes another table. Environment, policies, output and dashboard follow the name, and nothing the resource."""
    assert written.document["Parameters"]["TableSuffix"]["Default"] == ""
    assert text(table(written)["TableName"]) == TABLE_IN_USE.removesuffix("${TableSuffix}"), "the resource stays"
    for name, function in deployed.of_type("AWS::Lambda::Function").items():
        assert text(function["Environment"]["Variables"]["TABLE_NAME"]) == TABLE_IN_USE, name
    arn = f"arn:${{AWS::Partition}}:dynamodb:${{AWS::Region}}:${{AWS::AccountId}}:table/{TABLE_IN_USE}"
    for name, statement in deployed.statements():
        for resource in as_list(statement["Resource"]):
            if any(action.startswith("dynamodb:") for action in as_list(statement["Action"])):
                assert re.sub(r"/index/(by_status|open_edits|by_guest|gallery|by_photo)$", "", text(resource)) == arn, name
    assert text(written.document["Outputs"]["TableName"]["Value"]) == TABLE_IN_USE
    assert "Table" not in {referred(each) for each in values({**written.document, "Resources": others(written)})}


def others(template: Template) -> dict[str, Any]:
    return {name: resource for name, resource in template.resources.items() if name != "Table"}


def values(value: Any) -> Iterator[Any]:
    """Every value within a value."""
    yield value
    for each in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from values(each)


def test_a_suffix_cannot_name_the_table_of_another_stage(written: Template) -> None:
    pattern = written.document["Parameters"]["TableSuffix"]["AllowedPattern"]
    assert all(re.fullmatch(pattern, suffix) for suffix in ("", "-restored", "-2026-11-27"))
    assert not any(re.fullmatch(pattern, suffix) for suffix in ("restored", "-", "-A", "/index", "-" + 33 * "a"))


def test_a_bucket_in_another_region_has_a_name_of_its_own_and_those_that_exist_keep_theirs(written: Template) -> None:
    condition, at_home, elsewhere = bucket(written)["BucketName"]["Fn::If"]
    assert written.document["Conditions"][condition] == {"Fn::Equals": [{"Ref": "HomeRegion"}, {"Ref": "AWS::Region"}]}
    assert written.document["Parameters"]["HomeRegion"]["Default"] == config.REGION
    assert text(at_home) == "magic-edits-${Stage}-media-${AWS::AccountId}"
    assert text(elsewhere) == "magic-edits-${Stage}-media-${AWS::AccountId}-${AWS::Region}"
    longest = text(elsewhere).replace("${Stage}", "local").replace("${AWS::AccountId}", 12 * "1")
    assert len(longest.replace("${AWS::Region}", "ap-southeast-1")) <= 63


def test_table_and_user_pool_can_be_protected_once_the_first_deploy_is_through(written: Template) -> None:
    """A protected table would stay when a first deploy rolls back, and would be in the way of the second."""
    assert written.document["Parameters"]["DeletionProtection"]["Default"] == "false"
    assert table(written)["DeletionProtectionEnabled"] == {"Ref": "DeletionProtection"}
    (pool,) = written.of_type("AWS::Cognito::UserPool").values()
    condition, protected, free = pool["DeletionProtection"]["Fn::If"]
    assert written.document["Conditions"][condition] == {"Fn::Equals": [{"Ref": "DeletionProtection"}, "true"]}
    assert (protected, free) == ("ACTIVE", "INACTIVE")


def test_what_outlives_the_stack_can_be_imported_into_another(written: Template) -> None:
    """An import takes no resource besides, no transform, and none without a deletion policy."""
    kept = {name for name, resource in written.resources.items() if "Retain" in resource.get("DeletionPolicy", "")}
    template = retained.retained()
    assert set(template["Resources"]) == set(retained.IDENTIFIERS) == kept
    assert "Transform" not in template
    used = {referred(each) for each in values(template["Resources"])} - {None}
    assert {name for name in used if not name.startswith("AWS::")} <= set(template["Parameters"])


def test_the_table_is_on_demand_encrypted_restorable_and_expires_items(deployed: Template) -> None:
    found = table(deployed)
    assert found["BillingMode"] == "PAY_PER_REQUEST"
    assert "SSESpecification" not in found, "DynamoDB always encrypts; only its own key costs nothing per request"
    assert found["PointInTimeRecoverySpecification"]["PointInTimeRecoveryEnabled"] is True
    assert found["TimeToLiveSpecification"] == {"AttributeName": "expires_at", "Enabled": True}


def test_the_table_has_its_keys_and_indexes(deployed: Template) -> None:
    found = table(deployed)
    assert keys(found) == ("pk", "sk")
    indexes = {index["IndexName"]: index for index in found["GlobalSecondaryIndexes"]}
    assert {name: keys(index) for name, index in indexes.items()} == {
        "by_status": ("status_pk", "status_sk"),
        "open_edits": ("open_pk", "due_at"),
        "by_guest": ("guest", "sk"),
        "gallery": ("gallery_pk", "sk"),
        "by_photo": ("photo_id", "sk"),
    }
    projections = {name: index["Projection"]["ProjectionType"] for name, index in indexes.items()}
    keys_only = dict.fromkeys(("open_edits", "by_guest", "gallery", "by_photo"), "KEYS_ONLY")
    assert projections == {"by_status": "ALL", **keys_only}
    assert {entry["AttributeType"] for entry in found["AttributeDefinitions"]} == {"S"}


def keys(described: dict[str, Any]) -> tuple[str, ...]:
    by_type = {entry["KeyType"]: entry["AttributeName"] for entry in described["KeySchema"]}
    return by_type["HASH"], by_type["RANGE"]


def test_the_bucket_is_private(deployed: Template) -> None:
    switches = ("BlockPublicAcls", "BlockPublicPolicy", "IgnorePublicAcls", "RestrictPublicBuckets")
    assert bucket(deployed)["PublicAccessBlockConfiguration"] == dict.fromkeys(switches, True)
    assert bucket(deployed)["OwnershipControls"] == {"Rules": [{"ObjectOwnership": "BucketOwnerEnforced"}]}


def test_the_bucket_is_encrypted_and_aborts_unfinished_uploads(deployed: Template) -> None:
    (rule,) = bucket(deployed)["BucketEncryption"]["ServerSideEncryptionConfiguration"]
    assert rule["ServerSideEncryptionByDefault"]["SSEAlgorithm"] in {"AES256", "aws:kms"}
    (cleaning,) = bucket(deployed)["LifecycleConfiguration"]["Rules"]
    assert cleaning["Status"] == "Enabled" and cleaning["AbortIncompleteMultipartUpload"]["DaysAfterInitiation"] <= 7


def test_the_bucket_requires_tls(deployed: Template) -> None:
    (policy,) = deployed.of_type("AWS::S3::BucketPolicy").values()
    assert policy["Bucket"] == {"Ref": "Bucket"}
    (statement,) = policy["PolicyDocument"]["Statement"]
    assert (statement["Effect"], statement["Principal"], statement["Action"]) == ("Deny", "*", "s3:*")
    assert statement["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}
    assert len(as_list(statement["Resource"])) == 2


def test_browsers_may_only_use_presigned_addresses(deployed: Template) -> None:
    (rule,) = bucket(deployed)["CorsConfiguration"]["CorsRules"]
    site = {"Fn::If": ["HasSiteOrigin", {"Ref": "SiteOrigin"}, {"Ref": "AWS::NoValue"}]}
    assert rule["AllowedOrigins"] == [{"Ref": "AllowedOrigin"}, site]
    assert set(rule["AllowedMethods"]) == {"GET", "PUT"}
    assert set(rule["AllowedHeaders"]) == {"content-type", "content-length"}
    assert rule["ExposedHeaders"] == ["ETag"]


ORIGINS = (
    "*", "https://photos.example.com", "https://photos.example.com:8443", "http://localhost:5173",
    "http://127.0.0.1:4566",
)  # fmt: skip
NO_ORIGINS = (
    "", "https://photos.example.com/", "https://photos.example.com/e", "https://*.example.com",
    "http://photos.example.com", "photos.example.com", "https://Photos.example.com", "https://a.example b", "null",
    "https://a.example,https://b.example", "https://", "https://-a.example.", "https://a.example:0",
    "https://user@a.example", "**", "https://a.example\n",
)  # fmt: skip


def test_the_allowed_origin_is_an_origin(deployed: Template) -> None:
    parameter = deployed.document["Parameters"]["AllowedOrigin"]
    # CloudFormation compares the whole value.
    taken = [origin for origin in ORIGINS + NO_ORIGINS if re.fullmatch(parameter["AllowedPattern"], origin)]
    assert taken == list(ORIGINS)
    assert parameter["Default"] in ORIGINS and parameter["ConstraintDescription"]


def test_pruning_starts_every_night_at_half_past_two_standard_time(deployed: Template) -> None:
    """EventBridge Scheduler skips a run at a time that a change of clocks leaves out, as 02:30 in Berlin on 2027-03-28."""
    zone = deployed.document["Parameters"]["PruneZone"]
    assert zone["Default"] == "Etc/GMT-1"
    skipping = [name for name in zoneinfo.available_timezones() if re.fullmatch(zone["AllowedPattern"], name) and changes(name)]
    assert skipping == []
    assert changes("Europe/Berlin") and not re.fullmatch(zone["AllowedPattern"], "Europe/Berlin")
    (schedule,) = deployed.of_type("AWS::Scheduler::Schedule").values()
    assert schedule["ScheduleExpression"] == "cron(30 2 * * ? *)"
    assert schedule["ScheduleExpressionTimezone"] == {"Ref": "PruneZone"}
    assert schedule.get("State", "ENABLED") == "ENABLED"


def changes(zone: str) -> bool:
    """Whether a time zone changes its clocks within the year."""
    summer, winter = (datetime(2027, month, 1, tzinfo=zoneinfo.ZoneInfo(zone)) for month in (7, 1))
    return summer.utcoffset() != winter.utcoffset()
