"""Properties of a template that the emulator ignores."""

from __future__ import annotations

from typing import Any

from .gaps import after, gap


@gap(
    "table-ttl",
    consequence="the emulator ignores TimeToLiveSpecification of a table: nothing ever expires",
    test="test_gap_properties.py",
)
def apply_table_ttl() -> None:
    """Enables the time to live that the template specifies."""
    after("AWS::DynamoDB::Table", _apply_ttl)


def _apply_ttl(name: str, properties: dict[str, Any]) -> None:
    from ministack.services import dynamodb

    specification = properties.get("TimeToLiveSpecification")
    if specification:
        enabled = str(specification.get("Enabled")).lower() == "true"
        dynamodb._ttl_settings[name] = {
            "TimeToLiveStatus": "ENABLED" if enabled else "DISABLED",
            "AttributeName": specification.get("AttributeName", ""),
        }


@gap(
    "reserved-concurrency",
    consequence="the emulator ignores ReservedConcurrentExecutions of a function: the limit does not hold",
    test="test_gap_properties.py",
)
def apply_reserved_concurrency() -> None:
    """Sets the concurrency that the template reserves."""
    after("AWS::Lambda::Function", _reserve)


def _reserve(name: str, properties: dict[str, Any]) -> None:
    from ministack.services import lambda_svc

    reserved = properties.get("ReservedConcurrentExecutions")
    function = lambda_svc._functions.get(name)
    if function is not None:
        function["concurrency"] = None if reserved is None else int(reserved)


@gap(
    "schedule-timezone",
    consequence="the emulator ignores ScheduleExpressionTimezone of a schedule: 02:30 is 02:30 in UTC",
    test="test_gap_properties.py",
)
def apply_schedule_timezone() -> None:
    """Sets the time zone that the template specifies."""
    after("AWS::Scheduler::Schedule", _apply_timezone)


def _apply_timezone(name: str, properties: dict[str, Any]) -> None:
    from ministack.services import scheduler

    schedule = scheduler._schedules.get(f"{properties.get('GroupName', 'default')}/{name}")
    if schedule is not None:
        schedule["ScheduleExpressionTimezone"] = properties.get("ScheduleExpressionTimezone", "UTC")
