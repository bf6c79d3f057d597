"""What runs by itself: how often, and with what it is told to do."""

from __future__ import annotations

import json

from sam_template import Template, referred

#: What a guest is promised at admission (`PATIENCE` in shared/domain/src/edit).
PROMISED_MINUTES = 10


def test_an_edit_whose_message_was_lost_is_found_before_its_guest_was_promised_an_answer(deployed: Template) -> None:
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
    assert asked["minutes"] + int(number) <= PROMISED_MINUTES - 2, "two minutes are left for the edit itself"
    # A schedule gives nobody's edit up, and lets nothing through that an operator holds back.
    assert (asked["action"], asked["spare_held"]) == ("requeue", True)
