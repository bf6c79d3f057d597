"""Gap `pseudo-parameters-of-conditions` of MiniStack 1.5.33."""

from __future__ import annotations

from emulators import REGION, Emulator

CONDITIONS = {
    "IsHere": {"Fn::Equals": [{"Ref": "AWS::Region"}, REGION]},
    "IsElsewhere": {"Fn::Equals": [{"Ref": "AWS::Region"}, "eu-west-1"]},
}
QUEUES = {
    "Here": {"Type": "AWS::SQS::Queue", "Condition": "IsHere"},
    "Elsewhere": {"Type": "AWS::SQS::Queue", "Condition": "IsElsewhere"},
    "Everywhere": {"Type": "AWS::SQS::Queue"},
}


def test_with_the_gap_a_region_is_no_region(opened: Emulator) -> None:
    assert set(opened.deploy("regions", QUEUES, Conditions=CONDITIONS)) == {"Everywhere"}


def test_closed_a_condition_knows_the_region(closed: Emulator) -> None:
    assert set(closed.deploy("regions", QUEUES, Conditions=CONDITIONS)) == {"Here", "Everywhere"}
