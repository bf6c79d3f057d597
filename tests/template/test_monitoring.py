"""Alarms and the dashboard: everything is watched, every alarm notifies, and every metric exists."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import pytest
import source
from sam_template import ROOT, Template, referred, text

NAMESPACE = "MagicEdits"
#: CloudWatch's limit for metrics in one alarm.
MOST_METRICS = 10
#: CloudFormation's limits for a template in S3.
MOST_BYTES, MOST_RESOURCES = 1_000_000, 500
#: What an alarm's metric and the dashboard cost in a month, and what monitoring may cost of a quiet stage's 4 USD.
METRIC_USD, MOST_USD = 0.10, 3.20
A_DAY = 86_400


def alarms(template: Template) -> dict[str, dict[str, Any]]:
    found = template.of_type("AWS::CloudWatch::Alarm")
    assert found
    return found


def metrics_of(alarm: dict[str, Any]) -> list[dict[str, Any]]:
    """The metrics that an alarm reads, with their dimensions by name."""
    if "MetricName" in alarm:
        read = [alarm]
    else:
        read = [each["MetricStat"]["Metric"] for each in alarm["Metrics"] if "MetricStat" in each]
    return [
        {**metric, "Dimensions": {each["Name"]: each["Value"] for each in metric.get("Dimensions", [])}}
        for metric in read
    ]


def watched(monitoring: Template, namespace: str, name: str, dimension: str) -> dict[str, list[dict[str, Any]]]:
    """Alarms on a metric, by the value of its dimension."""
    found: dict[str, list[dict[str, Any]]] = {}
    for alarm in alarms(monitoring).values():
        for metric in metrics_of(alarm):
            if (metric["Namespace"], metric["MetricName"]) == (namespace, name):
                found.setdefault(text(metric["Dimensions"][dimension]), []).append(alarm)
    return found


def functions(deployed: Template) -> dict[str, dict[str, Any]]:
    """Every function, by its name."""
    return {text(each["FunctionName"]): each for each in deployed.of_type("AWS::Lambda::Function").values()}


def test_the_stack_contains_the_monitoring_stack(written: Template) -> None:
    nested = written.of_type("AWS::CloudFormation::Stack")["Monitoring"]
    assert nested["TemplateURL"] == "infra/monitoring.yaml"
    given = dict(nested["Parameters"])
    assert given.pop("TableName") == {"Fn::Sub": "magic-edits-${Stage}${TableSuffix}"}
    assert {name: value["Ref"] for name, value in given.items()} == {
        "Stage": "Stage", "ApiId": "Api", "AlarmTopic": "AlarmTopic", "HourlySpendUsd": "HourlySpendUsd",
        "WithDashboard": "WithDashboard",
    }  # fmt: skip


def test_every_alarm_notifies_the_topic_when_it_starts_and_ends(monitoring: Template) -> None:
    """A breaker is only measured while there are edits, so the absence of data does not mean that the provider is back."""
    without_end = own(monitoring, "BreakerOpen")
    assert without_end
    for name, alarm in alarms(monitoring).items():
        assert alarm["AlarmActions"] == [{"Ref": "AlarmTopic"}], name
        if alarm in without_end:
            assert "OKActions" not in alarm, name
            assert "No mail says that" in alarm["AlarmDescription"], name
        else:
            assert alarm["OKActions"] == [{"Ref": "AlarmTopic"}], name


def test_missing_data_is_no_breach_except_for_scheduled_runs(monitoring: Template) -> None:
    """Without guests most metrics have no data. A scheduled function without data did not run."""
    runs = [alarm for found in scheduled_runs(monitoring).values() for alarm in found]
    for name, alarm in alarms(monitoring).items():
        assert alarm["TreatMissingData"] == ("breaching" if alarm in runs else "notBreaching"), name


def scheduled_runs(monitoring: Template) -> dict[str, list[dict[str, Any]]]:
    """Alarms on missing runs, by function."""
    return watched(monitoring, "AWS/Lambda", "Invocations", "FunctionName")


def test_alarms_are_mailed_only_where_an_address_is_given(written: Template) -> None:
    assert written.document["Parameters"]["AlarmEmail"]["Default"] == ""
    assert written.resources["AlarmEmailSubscription"]["Condition"] == "HasAlarmEmail"


def test_every_queue_is_watched_for_old_messages_and_every_dead_letter_queue_for_any_message(
    deployed: Template, monitoring: Template
) -> None:
    queues = {text(queue["QueueName"]): queue for queue in deployed.of_type("AWS::SQS::Queue").values()}
    working = {name for name, queue in queues.items() if "RedrivePolicy" in queue}
    assert set(watched(monitoring, "AWS/SQS", "ApproximateAgeOfOldestMessage", "QueueName")) == working
    depth = watched(monitoring, "AWS/SQS", "ApproximateNumberOfMessagesVisible", "QueueName")
    assert set(depth) == set(queues) - working
    assert all(alarm["Threshold"] == 1 for found in depth.values() for alarm in found)


def test_a_crash_that_no_caller_notices_fires_an_alarm(deployed: Template, monitoring: Template) -> None:
    """Of scheduled runs. A crash of an HTTP function is a 5xx of the API, and a queue repeats a message or gives it up to the alarm on
    dead letters."""
    found = watched(monitoring, "AWS/Lambda", "Errors", "FunctionName")
    assert set(found) == set(dict(scheduled(deployed)))
    assert all(alarm["Threshold"] == 1 for alarms_of in found.values() for alarm in alarms_of)


def test_the_account_s_lack_of_concurrency_fires_an_alarm(monitoring: Template) -> None:
    """Without dimensions CloudWatch adds up all functions of the account and region, for the price of one metric."""
    (alarm,) = (each for each in alarms(monitoring).values() if each.get("MetricName") == "Throttles")
    assert (alarm["Namespace"], alarm["Statistic"]) == ("AWS/Lambda", "Sum")
    assert "Dimensions" not in alarm


def test_transactions_that_keep_cancelling_each_other_fire_an_alarm(monitoring: Template) -> None:
    """Not a burst of them: 200 edits asked for within a second of one event cancel some 220 (infra/bench/rush)."""
    found = watched(monitoring, "AWS/DynamoDB", "TransactionConflict", "TableName")
    ((name, (alarm,)),) = found.items()
    assert name == str({"Ref": "TableName"})
    assert (alarm["Statistic"], alarm["EvaluationPeriods"]) == ("Sum", 2)
    assert alarm["Threshold"] >= 10 * 220


@pytest.mark.parametrize("metric", ["5xx", "4xx", "Count", "Latency"])
def test_the_api_is_watched(monitoring: Template, metric: str) -> None:
    found = watched(monitoring, "AWS/ApiGateway", metric, "ApiId")
    assert len(found) == 1 and all(len(of_api) == 1 for of_api in found.values())


def own(monitoring: Template, name: str) -> list[dict[str, Any]]:
    """Alarms on a metric of the namespace of this project."""
    return [
        alarm
        for alarm in alarms(monitoring).values()
        if any((each["Namespace"], each["MetricName"]) == (NAMESPACE, name) for each in metrics_of(alarm))
    ]


@pytest.mark.parametrize(
    ("answers", "refused", "fires"), [(10, None, True), (40, 40, False), (50, 40, True), (None, None, False)]
)
def test_the_error_alarm_does_not_count_refusals_by_the_kill_switch(
    monitoring: Template, answers: int | None, refused: int | None, fires: bool
) -> None:
    (alarm,) = (
        each for each in alarms(monitoring).values() if any(read["MetricName"] == "5xx" for read in metrics_of(each))
    )
    values: dict[str, float | None] = {}
    for query in alarm["Metrics"]:
        if "MetricStat" in query:
            (read,) = metrics_of({"Metrics": [query]})
            assert query["MetricStat"]["Stat"] == "Sum"
            assert read["MetricName"] == "5xx" or read["Dimensions"]["Layer"] == "enabled"
            values[query["Id"]] = answers if read["MetricName"] == "5xx" else refused
    assert (result(alarm, values) >= alarm["Threshold"]) is fires


def test_percentile_alarms_ignore_a_handful_of_samples(monitoring: Template) -> None:
    """CloudWatch takes a percentile p for significant from 10 / (1 - p) samples on."""
    found = {each["AlarmName"]["Fn::Sub"]: each for each in alarms(monitoring).values() if "ExtendedStatistic" in each}
    assert {each["MetricName"] for each in found.values()} == {"ProviderLatency", "Latency"}
    for name, alarm in found.items():
        assert alarm["EvaluateLowSampleCountPercentile"] == "ignore", name
        least = 1_000 // (100 - int(alarm["ExtendedStatistic"].removeprefix("p")))
        assert f"{least} or more" in alarm["AlarmDescription"], name


@pytest.mark.parametrize("metric", ["BreakerOpen", "ProviderLatency", "ProviderFailures", "CostsOutOfBounds"])
def test_every_provider_has_its_alarms(monitoring: Template, metric: str) -> None:
    """Nobody looks at the dashboard at night."""
    found = set(watched(monitoring, NAMESPACE, metric, "Provider"))
    assert found == source.providers(), "infra/monitoring.yaml has an alarm on every provider, and on no other"


@pytest.mark.parametrize(
    ("spent", "fires"), [(None, False), (49_999_999, False), (50_000_000, True)]
)
def test_the_spend_alarm_compares_us_dollars_of_an_hour(
    written: Template, monitoring: Template, spent: int | None, fires: bool
) -> None:
    (alarm,) = own(monitoring, "Spend")
    (query,) = (each for each in alarm["Metrics"] if "MetricStat" in each)
    assert (query["MetricStat"]["Period"], query["MetricStat"]["Stat"]) == (3_600, "Sum")
    assert alarm["Threshold"] == {"Ref": "HourlySpendUsd"}
    default = written.document["Parameters"]["HourlySpendUsd"]["Default"]
    assert (result(alarm, {query["Id"]: spent}) >= default) is fires


@pytest.mark.parametrize(
    ("failed", "succeeded", "fires"), [((4, 0), 6, True), ((2, 2), 6, True), ((3, 0), 6, False), ((3, 0), 7, False),
                                       ((None, None), None, False), ((5, 5), None, True)]
)  # fmt: skip
def test_the_failure_alarm_needs_ten_attempts_and_counts_every_provider(
    monitoring: Template, failed: tuple[int | None, int | None], succeeded: int | None, fires: bool
) -> None:
    (alarm,) = own(monitoring, "ProviderFailures")
    providers = sorted(source.providers())
    for first in range(len(providers)):
        of_provider = dict(zip(providers[first:] + providers[:first], failed, strict=False))
        values: dict[str, float | None] = {}
        for query in (each for each in alarm["Metrics"] if "MetricStat" in each):
            (read,) = metrics_of({"Metrics": [query]})
            provider = read["Dimensions"].get("Provider")
            values[query["Id"]] = of_provider.get(provider) if provider else succeeded
        assert (result(alarm, values) >= alarm["Threshold"]) is fires, of_provider


def result(alarm: dict[str, Any], values: dict[str, float | None]) -> float:
    """The result of an alarm's expressions for these values; `None` is missing data."""
    expressions = {query["Id"]: query["Expression"] for query in alarm["Metrics"] if "Expression" in query}
    (returned,) = [query["Id"] for query in alarm["Metrics"] if query.get("ReturnData", True)]
    known = {
        **values, "METRICS": lambda: [value for value in values.values() if value is not None],
        "IF": lambda condition, then, otherwise: then if condition else otherwise,
        "FILL": lambda value, instead: instead if value is None else value,
        "MAX": lambda numbers: max(numbers, default=0),
        "SUM": sum,
    }  # fmt: skip
    while returned not in known:
        for name, expression in expressions.items():
            with suppress(NameError):  # it needs another expression first
                known[name] = eval(expression, {"__builtins__": {}}, known)
    return float(known[returned])


def test_the_alarm_on_stuck_edits_fires_after_three_findings_even_if_two_runs_end_in_one_period(
    deployed: Template, monitoring: Template
) -> None:
    """A run may take as long as the interval, so the ends of two runs are up to two periods apart."""
    (alarm,) = own(monitoring, "StuckEdits")
    every = dict(scheduled(deployed))["magic-edits-${Stage}-recover-stuck"]
    assert (alarm["Period"], alarm["Threshold"]) == (every, 1)
    assert (alarm["DatapointsToAlarm"], alarm["EvaluationPeriods"]) == (3, 4)


def test_the_alarm_on_pruning_failures_lasts_until_the_next_night(monitoring: Template) -> None:
    """A shorter alarm would end before the next attempt."""
    (alarm,) = own(monitoring, "PruneFailures")
    assert (alarm["Statistic"], alarm["Threshold"], alarm["DatapointsToAlarm"]) == ("Sum", 1, 1)
    assert alarm["Period"] * alarm["EvaluationPeriods"] > A_DAY


def test_a_scheduled_function_that_does_not_run_fires_an_alarm(deployed: Template, monitoring: Template) -> None:
    """Only after a late run: metrics arrive minutes later, and a day in autumn has 25 hours."""
    found = scheduled_runs(monitoring)
    every = dict(scheduled(deployed))
    assert set(found) == set(every)
    for function, (alarm,) in found.items():
        (query,) = (each for each in alarm["Metrics"] if "MetricStat" in each)
        assert query["MetricStat"]["Stat"] == "Sum", function
        assert (alarm["ComparisonOperator"], alarm["Threshold"]) == ("LessThanThreshold", 1), function
        assert alarm.get("DatapointsToAlarm", alarm["EvaluationPeriods"]) == alarm["EvaluationPeriods"], function
        patience = query["MetricStat"]["Period"] * alarm["EvaluationPeriods"] - every[function]
        assert patience >= (2 * 3_600 if every[function] == A_DAY else every[function]), function


#: CloudWatch reads at least as many periods more than an alarm evaluates, in search of real values.
MORE_PERIODS = 2


def missed(alarm: dict[str, Any], runs: list[int | None]) -> bool:
    """Whether an alarm on missing runs fires, by CloudWatch's rule for missing data: as long as the range that it reads has real
    values enough, or the newest ones, it evaluates those and ignores the missing ones. `None` is a period without a value; the
    newest is the last."""
    periods = alarm["EvaluationPeriods"]
    (query,) = (each for each in alarm["Metrics"] if "MetricStat" in each) if "Metrics" in alarm else (alarm,)
    read = runs[-(periods + MORE_PERIODS):]
    series = [result(alarm, {query["Id"]: each}) if "Metrics" in alarm else each for each in read]
    real = [each for each in series if each is not None]
    evaluated = real[-periods:] + [0.0] * max(0, periods - len(real))  # missing is breaching
    return all(each < alarm["Threshold"] for each in evaluated)


def test_missing_runs_are_noticed_after_fifteen_minutes_and_not_before(monitoring: Template) -> None:
    ((alarm,),) = (of for name, of in scheduled_runs(monitoring).items() if name.endswith("recover-stuck"))
    for silent in range(7):
        assert missed(alarm, [1] * 10 + [None] * silent) is (silent >= 3), silent
    # The rule that this replaces: one period of 15 minutes, whose old value keeps the alarm off for two periods more.
    before = {**{key: alarm[key] for key in ("ComparisonOperator", "Threshold")}, "EvaluationPeriods": 1}
    assert not missed(before, [1, None, None])
    # Two runs that end in one period, and the newest value that has not arrived yet, are no reason to wake anybody.
    assert not missed(alarm, [1, 1, 1, None, 2, None])
    assert missed(alarm, [None] * 10), "a rule that was never made"


def scheduled(deployed: Template) -> Iterator[tuple[str, int]]:
    """Scheduled functions, with their interval in seconds."""
    rules = [each for each in deployed.of_type("AWS::Events::Rule").values() if "ScheduleExpression" in each]
    schedules = deployed.of_type("AWS::Scheduler::Schedule").values()
    for when, targets in [
        *((each, each["Targets"]) for each in rules),
        *((each, [each["Target"]]) for each in schedules),
    ]:
        rate = re.fullmatch(r"rate\((\d+) minutes\)", when["ScheduleExpression"])
        assert rate or re.fullmatch(r"cron\(\d+ \d+ \* \* \? \*\)", when["ScheduleExpression"]), when
        for target in targets:
            function = deployed.resources[referred(target["Arn"]) or ""]["Properties"]
            yield text(function["FunctionName"]), 60 * int(rate[1]) if rate else A_DAY


def test_no_alarm_looks_back_further_than_cloudwatch_allows(monitoring: Template) -> None:
    for name, alarm in alarms(monitoring).items():
        periods = {alarm["Period"]} if "Period" in alarm else {
            each["MetricStat"]["Period"] for each in alarm["Metrics"] if "MetricStat" in each
        }  # fmt: skip
        (period,) = periods
        assert period * alarm["EvaluationPeriods"] <= (7 * A_DAY if period >= 3_600 else A_DAY), name


def test_an_alarm_reads_no_more_metrics_than_cloudwatch_allows(monitoring: Template) -> None:
    for name, alarm in alarms(monitoring).items():
        assert 1 <= len(metrics_of(alarm)) <= MOST_METRICS, name


def test_every_alarm_names_its_page_of_the_runbook(monitoring: Template) -> None:
    for name, alarm in alarms(monitoring).items():
        (page,) = re.findall(r"RUNBOOK\.md#([a-z0-9-]+)$", alarm["AlarmDescription"])
        assert page in pages(), f"{name}: {page}"


def test_every_log_command_of_the_runbook_names_a_function(written: Template) -> None:
    runbook = (ROOT / "infra" / "RUNBOOK.md").read_text(encoding="utf-8")
    asked = re.findall(r"sam logs --stack-name \S+\s+--name\s+(\w+)", runbook)
    assert asked
    assert set(asked) <= set(written.of_type("AWS::Serverless::Function"))


def test_every_page_that_the_code_names_exists() -> None:
    named = source.runbook_pages()
    assert named
    assert named <= pages()


def pages() -> set[str]:
    """The anchors that GitHub makes of the runbook's headings."""
    runbook = (ROOT / "infra" / "RUNBOOK.md").read_text(encoding="utf-8")
    headings = re.findall(r"^#+ (.+)$", runbook, re.MULTILINE)
    return {re.sub(r"[^a-z0-9 -]", "", heading.lower()).replace(" ", "-") for heading in headings}


def test_every_metric_of_alarms_and_dashboard_exists_with_its_dimensions(monitoring: Template) -> None:
    measured = source.metrics()
    read = list(own_metrics(monitoring))
    assert {name for name, _ in read} == set(measured), "every metric is on the dashboard or has an alarm"
    watched_values: dict[str, dict[str, set[str]]] = {name: {} for name in measured}
    for name, dimensions in read:
        assert dimensions.pop("Stage")
        assert set(dimensions) == set(measured[name]), name
        for dimension, value in dimensions.items():
            watched_values[name].setdefault(dimension, set()).add(value)
    assert watched_values == measured, "every value of a dimension is on the dashboard or has an alarm, and no other"


def widgets(template: Template) -> list[dict[str, Any]]:
    (dashboard,) = template.of_type("AWS::CloudWatch::Dashboard").values()
    found: list[dict[str, Any]] = json.loads(dashboard["DashboardBody"]["Fn::Sub"])["widgets"]
    return found


def test_the_dashboard_finds_functions_by_words_of_their_names(deployed: Template, monitoring: Template) -> None:
    """A search for a value in quotes matches the whole value; without quotes it matches words between hyphens."""
    rows = [row for widget in widgets(monitoring) for row in widget["properties"]["metrics"]]
    expressions = [row[0]["expression"] for row in rows if isinstance(row[0], dict)]
    searches = [each for each in expressions if each.startswith("SEARCH(")]
    assert len(searches) == 3
    for search in searches:
        (searched,) = re.findall(r"\{AWS/Lambda,FunctionName\} FunctionName=(.+?) MetricName=\"\w+\"'", search)
        assert '"' not in searched, search
        words = set(searched.strip("()").split(" AND "))
        assert "${Stage}" in words, "stages share the account"
        for name in functions(deployed):
            assert words <= set(name.split("-")), name


def own_metrics(template: Template) -> Iterator[tuple[str, dict[str, str]]]:
    """Name and dimensions of every metric of the project's namespace that an alarm or the dashboard reads."""
    for alarm in alarms(template).values():
        for metric in metrics_of(alarm):
            if metric["Namespace"] == NAMESPACE:
                yield metric["MetricName"], metric["Dimensions"]
    for widget in widgets(template):
        for row in widget["properties"]["metrics"]:
            if row[0] == NAMESPACE:
                pairs = [each for each in row[2:] if isinstance(each, str)]
                yield row[1], dict(zip(pairs[::2], pairs[1::2], strict=True))


def test_monitoring_leaves_room_in_the_cost_of_a_quiet_stage(written: Template, monitoring: Template) -> None:
    """docs/COST.md has the whole sum (test_cost.py). An alarm on a symptom is worth more than three on its causes."""
    reads = sum(len(metrics_of(alarm)) for alarm in alarms(monitoring).values())
    assert reads * METRIC_USD <= MOST_USD, reads
    assert written.document["Parameters"]["WithDashboard"]["Default"] == "false"
    (dashboard,) = (each for each in monitoring.resources.values() if each["Type"] == "AWS::CloudWatch::Dashboard")
    assert dashboard["Condition"] == "HasDashboard"
    assert monitoring.document["Conditions"]["HasDashboard"] == {"Fn::Equals": [{"Ref": "WithDashboard"}, "true"]}


def test_both_stacks_are_within_the_limits_of_cloudformation(deployed: Template, monitoring: Template) -> None:
    for template in (deployed, monitoring):
        assert len(json.dumps(template.document)) < MOST_BYTES
        assert len(template.resources) < MOST_RESOURCES
