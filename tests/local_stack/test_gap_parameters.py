"""Gap `parameter-events` of MiniStack 1.5.33."""

from __future__ import annotations

import json
import time
from typing import Any

from emulators import Emulator


def listen(emulator: Emulator) -> str:
    """The address of a queue to which EventBridge sends what it hears of changed parameters below one path."""
    sqs, events = emulator.client("sqs"), emulator.client("events")
    address = str(sqs.create_queue(QueueName="told")["QueueUrl"])
    arn = sqs.get_queue_attributes(QueueUrl=address, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    pattern = {
        "source": ["aws.ssm"],
        "detail-type": ["Parameter Store Change"],
        "detail": {"name": [{"prefix": "/listened/"}]},
    }
    events.put_rule(Name="changes", EventPattern=json.dumps(pattern))
    events.put_targets(Rule="changes", Targets=[{"Id": "queue", "Arn": arn}])
    return address


def change(emulator: Emulator) -> None:
    ssm = emulator.client("ssm")
    ssm.put_parameter(Name="/elsewhere/a", Type="String", Value="1")
    ssm.put_parameter(Name="/listened/a", Type="String", Value="1")
    ssm.put_parameter(Name="/listened/a", Value="2", Overwrite=True)
    ssm.delete_parameter(Name="/listened/a")
    ssm.put_parameter(Name="/listened/b", Type="SecureString", Value="secret")
    ssm.delete_parameters(Names=["/listened/b", "/listened/missing"])


def heard(emulator: Emulator, address: str, seconds: float) -> list[dict[str, Any]]:
    """The events that arrive within these seconds, five at most."""
    sqs, found = emulator.client("sqs"), []
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline and len(found) < 5:
        for message in sqs.receive_message(QueueUrl=address, WaitTimeSeconds=1).get("Messages", []):
            sqs.delete_message(QueueUrl=address, ReceiptHandle=message["ReceiptHandle"])
            found.append(json.loads(message["Body"]))
    return found


def test_with_the_gap_nobody_hears_of_a_change(opened: Emulator) -> None:
    address = listen(opened)
    change(opened)
    # The emulator dispatches an event within the call that sends it, so an event of our own comes after all others.
    entry = {"Source": "test", "DetailType": "end", "Detail": '{"name": "/listened/end"}'}
    opened.client("events").put_rule(Name="end", EventPattern='{"source": ["test"]}')
    arn = opened.client("sqs").get_queue_attributes(QueueUrl=address, AttributeNames=["QueueArn"])
    target = {"Id": "queue", "Arn": arn["Attributes"]["QueueArn"]}
    opened.client("events").put_targets(Rule="end", Targets=[target])
    opened.client("events").put_events(Entries=[entry])
    assert [event["source"] for event in heard(opened, address, 3)] == ["test"]


def test_closed_every_change_is_told_as_aws_tells_it(closed: Emulator) -> None:
    address = listen(closed)
    change(closed)
    events = heard(closed, address, 30)
    told = sorted((event["detail"]["name"], event["detail"]["operation"]) for event in events)
    assert told == [
        ("/listened/a", "Create"), ("/listened/a", "Delete"), ("/listened/a", "Update"),
        ("/listened/b", "Create"), ("/listened/b", "Delete"),
    ]  # fmt: skip
    for event in events:
        assert event["resources"] == [f"arn:aws:ssm:eu-central-1:000000000000:parameter{event['detail']['name']}"]
        assert "secret" not in json.dumps(event)
