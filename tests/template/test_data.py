"""Table and bucket: kept, encrypted, private."""

from __future__ import annotations

import re
from typing import Any

from sam_template import Template, as_list


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
    }
    projections = {name: index["Projection"]["ProjectionType"] for name, index in indexes.items()}
    assert projections == {"by_status": "ALL", "open_edits": "KEYS_ONLY"}
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
    assert rule["AllowedOrigins"] == [{"Ref": "AllowedOrigin"}]
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


def test_pruning_starts_every_night_at_half_past_two_local_time(deployed: Template) -> None:
    assert deployed.document["Parameters"]["PruneTimezone"]["Default"] == "Europe/Berlin"
    (schedule,) = deployed.of_type("AWS::Scheduler::Schedule").values()
    assert schedule["ScheduleExpression"] == "cron(30 2 * * ? *)"
    assert schedule["ScheduleExpressionTimezone"] == {"Ref": "PruneTimezone"}
    assert schedule.get("State", "ENABLED") == "ENABLED"
