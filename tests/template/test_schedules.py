"""Schedules: how often functions run, and with which payload."""

from __future__ import annotations

import json

from sam_template import Template, referred

#: The time within which guests are promised an answer (`PATIENCE` in shared/domain/src/edit).
PROMISED_MINUTES = 10


def test_recovery_finds_an_edit_with_a_lost_message_before_its_promised_time(deployed: Template) -> None:
    (rule,) = [
        rule["Properties"]
        for rule in deployed.resources.values()
        if rule["Type"] == "AWS::Events::Rule" and "recover-stuck" in json.dumps(rule["Properties"])
    ]
    (number, unit) = rule["ScheduleExpression"].removeprefix("rate(").removesuffix(")").split(" ")
    assert unit == "minutes"
    (target,) = rule["Targets"]
    assert referred(target["Arn"]) == "RecoverStuckFunction"
    asked = json.loads(target["Input"])
    assert asked["minutes"] + int(number) <= PROMISED_MINUTES - 2, "two minutes must be left for the edit itself"
    # A schedule must not give up edits, and must not send those that an operator holds back.
    assert (asked["action"], asked["spare_held"]) == ("requeue", True)


def test_a_scheduled_run_that_fails_is_repeated_by_the_schedule_and_not_by_lambda(deployed: Template) -> None:
    """Lambda would try twice more, and run those that waited for concurrency all at once, up to six hours later."""
    found = {
        referred(each["FunctionName"]): (each["MaximumRetryAttempts"], each["MaximumEventAgeInSeconds"])
        for each in deployed.of_type("AWS::Lambda::EventInvokeConfig").values()
    }
    assert found == {"RecoverStuckFunction": (0, 300), "PruneFunction": (0, 3_600)}
