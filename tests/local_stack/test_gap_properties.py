"""Gaps `table-ttl`, `reserved-concurrency` and `schedule-timezone` of MiniStack 1.5.33."""

from __future__ import annotations

from emulators import Emulator

TABLE = {
    "Table": {
        "Type": "AWS::DynamoDB::Table",
        "Properties": {
            "TableName": "expiring",
            "BillingMode": "PAY_PER_REQUEST",
            "AttributeDefinitions": [{"AttributeName": "pk", "AttributeType": "S"}],
            "KeySchema": [{"AttributeName": "pk", "KeyType": "HASH"}],
            "TimeToLiveSpecification": {"AttributeName": "expires_at", "Enabled": True},
        },
    }
}
FUNCTION = {
    "Function": {
        "Type": "AWS::Lambda::Function",
        "Properties": {
            "FunctionName": "limited",
            "Runtime": "python3.12",
            "Handler": "index.handler",
            "Role": "arn:aws:iam::000000000000:role/any",
            "Code": {"ZipFile": "def handler(event, context): return 1"},
            "ReservedConcurrentExecutions": 3,
        },
    }
}

SCHEDULE = {
    "Schedule": {
        "Type": "AWS::Scheduler::Schedule",
        "Properties": {
            "Name": "nightly",
            "ScheduleExpression": "cron(30 2 * * ? *)",
            "ScheduleExpressionTimezone": "Europe/Berlin",
            "FlexibleTimeWindow": {"Mode": "OFF"},
            "Target": {
                "Arn": "arn:aws:lambda:eu-central-1:000000000000:function:any",
                "RoleArn": "arn:aws:iam::000000000000:role/any",
            },
        },
    }
}


def time_to_live(emulator: Emulator) -> dict[str, str]:
    """The time to live of the table."""
    emulator.deploy("expiring", TABLE)
    described = emulator.client("dynamodb").describe_time_to_live(TableName="expiring")
    found: dict[str, str] = described["TimeToLiveDescription"]
    return found


def reserved(emulator: Emulator) -> int | None:
    """The reserved concurrency of the function."""
    emulator.deploy("limited", FUNCTION)
    asked = emulator.client("lambda").get_function_concurrency(FunctionName="limited")
    found: int | None = asked.get("ReservedConcurrentExecutions")
    return found


def test_with_the_gap_nothing_expires(opened: Emulator) -> None:
    assert time_to_live(opened)["TimeToLiveStatus"] == "DISABLED"


def test_closed_the_table_expires_items_by_the_attribute_of_the_template(closed: Emulator) -> None:
    assert time_to_live(closed) == {"TimeToLiveStatus": "ENABLED", "AttributeName": "expires_at"}


def test_with_the_gap_reserved_concurrency_is_ignored(opened: Emulator) -> None:
    assert reserved(opened) is None


def test_closed_reserved_concurrency_is_set(closed: Emulator) -> None:
    assert reserved(closed) == 3


def zone(emulator: Emulator) -> str:
    """The time zone of the schedule."""
    emulator.deploy("nightly", SCHEDULE)
    return str(emulator.client("scheduler").get_schedule(Name="nightly")["ScheduleExpressionTimezone"])


def test_with_the_gap_schedules_run_in_utc(opened: Emulator) -> None:
    assert zone(opened) == "UTC"


def test_closed_a_schedule_runs_in_the_time_zone_of_the_template(closed: Emulator) -> None:
    assert zone(closed) == "Europe/Berlin"
