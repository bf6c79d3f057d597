"""The sums."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from . import prices
from .usage import KB, MB, Edit, Month, Visit

#: What a quiet stage and 1,000 edits may cost.
MOST_A_MONTH = 4.00
MOST_PER_1000 = 0.40


@dataclass(frozen=True)
class Line:
    """A line of a bill."""

    what: str
    amount: str
    price: str
    usd: float


@dataclass(frozen=True)
class Stack:
    """What the templates say."""

    alarm_metrics: int
    has_dashboard: bool
    #: Queues that a function polls.
    queues: int
    runs_a_month: dict[str, float]
    memory_gb: dict[str, float]
    #: Requests a second of each route that needs no sign-in, by route.
    open_routes: dict[str, float]

    @staticmethod
    def of(template: dict[str, Any], monitoring: dict[str, Any]) -> Stack:
        """Counts what costs money in both templates."""
        resources = template["Resources"]
        standard = template["Globals"]["Function"]["MemorySize"]
        functions = {
            each["Properties"]["Handler"]: each["Properties"]
            for each in resources.values()
            if each["Type"] == "AWS::Serverless::Function"
        }
        events = [(name, event) for name, each in functions.items() for event in each.get("Events", {}).values()]
        routes = resources["Api"]["Properties"]["RouteSettings"]
        return Stack(
            alarm_metrics=sum(
                len([query for query in each["Properties"].get("Metrics", [{"MetricStat": 1}]) if "MetricStat" in query])
                for each in monitoring["Resources"].values()
                if each["Type"] == "AWS::CloudWatch::Alarm"
            ),
            has_dashboard=template["Parameters"]["WithDashboard"]["Default"] == "true",
            queues=len([event for _, event in events if event["Type"] == "SQS"]),
            runs_a_month={
                name: _runs(event["Properties"].get("Schedule") or event["Properties"]["ScheduleExpression"])
                for name, event in events
                if event["Type"] in {"Schedule", "ScheduleV2"}
            },
            memory_gb={name: each.get("MemorySize", standard) / 1024 for name, each in functions.items()},
            open_routes={
                route: settings["ThrottlingRateLimit"] for route, settings in routes.items() if "/tenant/" not in route
            },
        )


def _runs(schedule: str) -> float:
    """Runs in a month."""
    if rate := re.fullmatch(r"rate\((\d+) minutes?\)", schedule):
        return prices.HOURS * 60 / int(rate[1])
    if re.fullmatch(r"cron\(\d+ \d+ \* \* \? \*\)", schedule):
        return prices.DAYS
    raise ValueError(f"how often is {schedule}?")


def per_edit(stack: Stack, edit: Edit) -> list[Line]:
    """What an edit costs, by 1,000 edits."""
    http_gb, worker_gb = stack.memory_gb["guest-get-edit"], stack.memory_gb["poll-edit"]
    gb_seconds = edit.requests * edit.http_seconds * http_gb + edit.worker_runs * edit.worker_seconds * worker_gb
    # Sent, received and deleted.
    queued = 3 * (edit.messages + edit.polls - 1)
    puts = 1 + edit.puts + 2  # the guest's upload; the prepared photo and its thumbnail
    gets = edit.gets + edit.thumbnail_views + edit.picture_views + edit.list_views * edit.list_length
    logged = (edit.runs * edit.log_kb_per_run + edit.requests * edit.access_log_kb) * KB
    series = edit.series * edit.hours / prices.HOURS / prices.THOUSAND
    rows: list[tuple[str, str, str, float]] = [
        ("HTTP API: page, styles, photo, list, edit, and looks at it", f"{edit.requests}", "1.20 / million", edit.requests * prices.HTTP_API_REQUEST),
        ("Lambda requests: the same, prepare, submit, poll", f"{edit.runs}", "0.20 / million", edit.runs * prices.LAMBDA_REQUEST),
        (f"Lambda time, arm64: {edit.requests} × {edit.http_seconds:g} s × {http_gb:g} GB, {edit.worker_runs} × {edit.worker_seconds:g} s × {worker_gb:g} GB", f"{gb_seconds:.2f} GB-s", "0.0000133334 / GB-s", gb_seconds * prices.LAMBDA_GB_SECOND),
        ("DynamoDB writes", f"{edit.write_units:g} units", "0.7625 / million", edit.write_units * prices.DYNAMODB_WRITE_UNIT),
        ("DynamoDB reads", f"{edit.read_units:g} units", "0.1525 / million", edit.read_units * prices.DYNAMODB_READ_UNIT),
        ("SQS: each message sent, received, deleted, on a fair queue", f"{queued}", "0.50 / million", queued * (prices.SQS_REQUEST + prices.SQS_FAIR_REQUEST)),
        ("S3 writes: upload, prepared photo, picture, two thumbnails", f"{puts}", "5.40 / million", puts * prices.S3_PUT),
        ("S3 reads: by the workers, by guests", f"{gets}", "0.43 / million", gets * prices.S3_GET),
        (f"S3 storage for {edit.days} days", f"{edit.stored_gb_months:.5f} GB-months", "0.0245", edit.stored_gb_months * prices.S3_GB_MONTH),
        ("Transfer to guests", f"{edit.transfer_gb * 1_000:.2f} MB", "0.09 / GB", edit.transfer_gb * prices.TRANSFER_GB),
        ("Logs: ours, Lambda's, the access log", f"{logged / KB:.0f} kB", "0.63 / GB", logged * prices.LOGS_GB),
        (f"Our metrics: {edit.series} time series in {edit.hours:g} of 730 hours", f"{series * 1_000:.3f} of a series", "0.30", series * prices.CUSTOM_METRIC),
    ]  # fmt: skip
    return [Line(what, amount, price, usd * prices.THOUSAND) for what, amount, price, usd in rows]


def per_visit(edit: Edit, visit: Visit) -> list[Line]:
    """What the site adds to an edit, by 1,000 edits."""
    requests = visit.files + edit.requests
    runs = visit.files_outside_assets + edit.requests
    sent = visit.files_mb * MB + edit.requests * visit.answer_kb * KB
    rows: list[tuple[str, str, str, float]] = [
        ("CloudFront requests: files of the page, and the edit's requests of the API", f"{requests}", "1.20 / million", requests * prices.CLOUDFRONT_REQUEST),
        ("CloudFront functions: paths of pages, address of the viewer", f"{runs}", "0.10 / million", runs * prices.CLOUDFRONT_FUNCTION_RUN),
        ("CloudFront transfer: the page and the API's answers", f"{sent * 1_000:.3f} MB", "0.085 / GB", sent * prices.CLOUDFRONT_GB),
        ("S3 reads: files that CloudFront asks for again", f"{visit.files_outside_assets}", "0.43 / million", visit.files_outside_assets * prices.S3_GET),
    ]  # fmt: skip
    return [Line(what, amount, price, usd * prices.THOUSAND) for what, amount, price, usd in rows]


def free_edits(edit: Edit, visit: Visit) -> float:
    """Edits a month for which CloudFront bills nothing, because of what every account has for nothing."""
    requests, sent = visit.files + edit.requests, visit.files_mb * MB + edit.requests * visit.answer_kb * KB
    return min(
        prices.CLOUDFRONT_FREE_REQUESTS / requests,
        prices.CLOUDFRONT_FREE_FUNCTION_RUNS / (visit.files_outside_assets + edit.requests),
        prices.CLOUDFRONT_FREE_GB / sent,
    )


def per_month(stack: Stack, month: Month) -> list[Line]:
    """What a stage costs that nobody uses."""
    polls = stack.queues * month.pollers * prices.HOURS * 3600 / month.poll_seconds
    runs = sum(stack.runs_a_month.values())
    seconds = {"recover-stuck": month.recovery_seconds, "prune": month.prune_seconds}
    lambda_usd = sum(
        count * (prices.LAMBDA_REQUEST + seconds.get(name, 0.1) * stack.memory_gb[name] * prices.LAMBDA_GB_SECOND)
        for name, count in stack.runs_a_month.items()
    )
    reads = stack.runs_a_month["recover-stuck"] * month.recovery_read_units * prices.DYNAMODB_READ_UNIT
    logs = runs * month.log_kb_per_run * KB * prices.LOGS_GB
    found = [
        Line("Alarms: the metrics that they read", f"{stack.alarm_metrics}", "0.10", stack.alarm_metrics * prices.ALARM_METRIC),
        Line(f"SQS: Lambda polls empty queues, {stack.queues} queues × {month.pollers} pollers, every {month.poll_seconds} s", f"{polls / prices.MILLION:.2f} million", "0.40 / million", polls * prices.SQS_REQUEST),
        Line("Scheduled runs: Lambda, reads of the table, logs", f"{runs:,.0f} runs", "", lambda_usd + reads + logs),
        Line("The site: uploads and storage of its releases", f"{month.releases} × {month.release_files} files", "", _site(month)),
    ]  # fmt: skip
    if stack.has_dashboard:
        found.append(Line("Dashboard", "1", "3.00", prices.DASHBOARD))
    return found


def _site(month: Month) -> float:
    """The distribution itself, its certificate and so many invalidations cost nothing."""
    if month.releases * month.release_paths > prices.CLOUDFRONT_FREE_PATHS:
        raise ValueError("invalidations cost something now")
    return month.releases * (month.release_files * prices.S3_PUT + month.release_mb * MB * prices.S3_GB_MONTH)


def total(lines: list[Line]) -> float:
    """The sum of a bill."""
    return sum(line.usd for line in lines)


def per_request(stack: Stack, edit: Edit) -> float:
    """What one look at an edit costs without transfer: what a flood consists of."""
    time = edit.http_seconds * stack.memory_gb["guest-get-edit"] * prices.LAMBDA_GB_SECOND
    logs = (edit.log_kb_per_run + edit.access_log_kb) * KB * prices.LOGS_GB
    return prices.HTTP_API_REQUEST + prices.LAMBDA_REQUEST + time + logs + 3 * prices.DYNAMODB_READ_UNIT
