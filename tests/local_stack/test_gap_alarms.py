"""Gap `metric-math-alarms` of MiniStack 1.5.33."""

from __future__ import annotations

import pytest
from emulators import REGION, Emulator

TOPIC = f"arn:aws:sns:{REGION}:000000000000:told"
READ = {"Metric": {"Namespace": "AWS/Lambda", "MetricName": "Errors"}, "Period": 300, "Stat": "Sum"}
ALARM = {
    "Alarm": {
        "Type": "AWS::CloudWatch::Alarm",
        "Properties": {
            "AlarmName": "adding-up",
            "Metrics": [
                {"Id": "all", "Expression": "SUM(METRICS())"},
                {"Id": "m1", "ReturnData": False, "MetricStat": READ},
            ],
            "ComparisonOperator": "GreaterThanOrEqualToThreshold",
            "Threshold": 1,
            "EvaluationPeriods": 1,
            "AlarmActions": [TOPIC],
        },
    }
}


def test_with_the_gap_the_deploy_fails(opened: Emulator) -> None:
    with pytest.raises(AssertionError):
        opened.deploy("adding-up", ALARM)
    (stack,) = opened.client("cloudformation").describe_stacks(StackName="adding-up")["Stacks"]
    assert stack["StackStatus"].endswith(("_FAILED", "ROLLBACK_COMPLETE")), "the deploy must fail, not time out"


def test_closed_the_alarm_exists_and_notifies_the_topic(closed: Emulator) -> None:
    closed.deploy("adding-up", ALARM)
    (alarm,) = closed.client("cloudwatch").describe_alarms(AlarmNames=["adding-up"])["MetricAlarms"]
    assert alarm["AlarmActions"] == [TOPIC]
