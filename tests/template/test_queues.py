"""Queues and their workers: rules that only AWS enforces and no emulator shows."""

from __future__ import annotations

from typing import Any

from sam_template import Template, referred, text

VISIBILITY_FACTOR = 6
LONGEST_DELAY_SECONDS = 900
LONGEST_RETENTION_SECONDS = 14 * 24 * 3600
WORKERS = ("ProcessEditFunction", "PollEditFunction")


def working_queues(template: Template) -> dict[str, dict[str, Any]]:
    """Every queue that is not a dead-letter queue."""
    queues = template.of_type("AWS::SQS::Queue")
    redriven = [queue["RedrivePolicy"] for queue in queues.values() if "RedrivePolicy" in queue]
    dead = {referred(policy["deadLetterTargetArn"]) for policy in redriven} | dead_letters_of_functions(template)
    return {name: queue for name, queue in queues.items() if name not in dead}


def test_every_queue_has_a_dead_letter_queue_of_its_own_that_keeps_messages_for_14_days(deployed: Template) -> None:
    queues, working = deployed.of_type("AWS::SQS::Queue"), working_queues(deployed)
    dead = [referred(queue["RedrivePolicy"]["deadLetterTargetArn"]) for queue in working.values()]
    assert len(set(dead)) == len(working) == len(queues) - len(working) - len(dead_letters_of_functions(deployed))
    for name, target in zip(working, dead, strict=True):
        assert queues[target or ""]["MessageRetentionPeriod"] == LONGEST_RETENTION_SECONDS, target
        assert queues[name]["RedrivePolicy"]["maxReceiveCount"] == 5, name


def test_an_upload_that_is_given_up_is_kept_for_14_days(deployed: Template) -> None:
    (name,) = dead_letters_of_functions(deployed)
    queue = deployed.resources[name]["Properties"]
    assert text(queue["QueueName"]) == "magic-edits-${Stage}-photos-dead"
    assert queue["MessageRetentionPeriod"] == LONGEST_RETENTION_SECONDS


def test_only_uploads_of_photos_wake_the_function_that_prepares_them(deployed: Template) -> None:
    """Its own files would wake it again."""
    rules = deployed.of_type("AWS::Events::Rule").values()
    (rule,) = (each for each in rules if "aws.s3" in each.get("EventPattern", {}).get("source", []))
    assert rule["EventPattern"]["detail"]["object"] == {"key": [{"prefix": "uploads/"}]}
    (target,) = rule["Targets"]
    assert referred(target["Arn"]) == "PreparePhotoFunction"
    for part in deployed.of_type("AWS::IAM::Role")["PreparePhotoRole"]["Policies"][0]["PolicyDocument"]["Statement"]:
        assert part["Action"] != "s3:PutObject" or text(part["Resource"]) == "${Bucket.Arn}/events/*"


def test_queues_have_their_documented_names_and_are_encrypted(deployed: Template) -> None:
    names = {text(queue["QueueName"]) for queue in working_queues(deployed).values()}
    assert names == {f"magic-edits-${{Stage}}-{name}" for name in ("submit", "submit-standby", "poll")}
    assert all(queue.get("SqsManagedSseEnabled") is True for queue in deployed.of_type("AWS::SQS::Queue").values())


def test_every_working_queue_has_exactly_one_worker(deployed: Template) -> None:
    sources = [referred(mapping["EventSourceArn"]) for mapping in mappings(deployed)]
    assert sorted(str(source) for source in sources) == sorted(working_queues(deployed))


def test_a_message_stays_hidden_for_six_times_the_workers_timeout(deployed: Template) -> None:
    """Lambda retries within the visibility timeout; with a shorter one two workers get a message at once."""
    for mapping in mappings(deployed):
        queue, function = referred(mapping["EventSourceArn"]), referred(mapping["FunctionName"])
        visibility = deployed.resources[queue or ""]["Properties"]["VisibilityTimeout"]
        timeout = deployed.resources[function or ""]["Properties"]["Timeout"]
        assert visibility >= VISIBILITY_FACTOR * timeout, queue


def test_workers_report_failures_per_message(deployed: Template) -> None:
    for mapping in mappings(deployed):
        assert mapping["FunctionResponseTypes"] == ["ReportBatchItemFailures"]


def test_a_worker_has_a_concurrency_limit_that_lambda_accepts(deployed: Template) -> None:
    for mapping in mappings(deployed):
        assert mapping["ScalingConfig"]["MaximumConcurrency"] >= 2


def test_no_event_source_filters_messages(deployed: Template) -> None:
    """Lambda deletes a message that does not match a filter, and these messages are paid work."""
    assert [mapping for mapping in mappings(deployed) if "FilterCriteria" in mapping] == []


def test_workers_may_feed_their_own_queue(deployed: Template) -> None:
    """Otherwise Lambda stops them after about 16 rounds, without a trace in the function's log."""
    functions = deployed.of_type("AWS::Lambda::Function")
    assert {referred(mapping["FunctionName"]) for mapping in mappings(deployed)} == set(WORKERS)
    assert {functions[name].get("RecursiveLoop") for name in WORKERS} == {"Allow"}


def test_no_delay_is_longer_than_sqs_allows(deployed: Template) -> None:
    """Of queues; the fault suite's proxy checks the delays of single messages."""
    for name, queue in deployed.of_type("AWS::SQS::Queue").items():
        assert queue.get("DelaySeconds", 0) <= LONGEST_DELAY_SECONDS, name


def mappings(template: Template) -> list[dict[str, Any]]:
    """Every event source mapping: queue to worker."""
    return list(template.of_type("AWS::Lambda::EventSourceMapping").values())


def dead_letters_of_functions(template: Template) -> set[str]:
    """The queues to which Lambda sends events that it gave up."""
    functions = template.of_type("AWS::Lambda::Function").values()
    targets = [function["DeadLetterConfig"]["TargetArn"] for function in functions if "DeadLetterConfig" in function]
    return {referred(target) or "" for target in targets}
