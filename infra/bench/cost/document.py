"""The computed parts of `docs/COST.md`, each between two comments that name it."""

from __future__ import annotations

import re
from dataclasses import replace

from . import prices
from .model import MOST_A_MONTH, MOST_PER_1000, Stack, free_edits, per_edit, per_month, per_request, per_visit, total
from .usage import MB, Edit, Month, Visit

#: Measured: the control room's largest part, compressed.
LARGEST_FILE_MB = 0.041
STORAGE_AND_TRANSFER = ("S3 storage", "Transfer")


def parts(stack: Stack) -> dict[str, str]:
    """Every computed part, by name."""
    edit, month, visit = Edit(), Month(), Visit()
    return {
        "summary": _summary(stack, edit, month, visit),
        "edit": _edit(stack, edit),
        "site": _site(stack, edit, visit),
        "month": _month(stack, month),
        "moves": _moves(stack, edit, month),
        "flood": _flood(stack, edit),
    }


def update(text: str, stack: Stack) -> str:
    """The document with every part computed anew."""
    for name, part in parts(stack).items():
        begin, end = f"<!-- computed: {name} -->", f"<!-- end: {name} -->"
        if begin not in text or end not in text:
            raise ValueError(f"docs/COST.md has no part {name}: {begin} … {end}")
        text = re.sub(f"{begin}.*?{end}", lambda _: f"{begin}\n{part}\n{end}", text, flags=re.DOTALL)  # noqa: B023
    return text


def _summary(stack: Stack, edit: Edit, month: Month, visit: Visit) -> str:
    aws, idle, site = total(per_edit(stack, edit)), total(per_month(stack, month)), total(per_visit(edit, visit))
    return (
        f"1,000 edits cost {aws:.2f} USD at AWS, storage and transfer included, next to {edit.provider_usd * 1_000:.2f} USD for the\n"
        f"provider. A stage that nobody uses costs {idle:.2f} USD a month. The aims are {MOST_PER_1000:.2f} and {MOST_A_MONTH:.2f}. The pages in front of them\n"
        f"add {site:.2f} by CloudFront's list price, and nothing below {_thousands(free_edits(edit, visit))} edits a month, because that much is free in every account."
    )


def _thousands(count: float) -> str:
    """Rounded down."""
    return f"{int(count) // 1_000 * 1_000:,}"


def _site(stack: Stack, edit: Edit, visit: Visit) -> str:
    lines = per_visit(edit, visit)
    aws = total(per_edit(stack, edit))
    return "\n".join(
        [
            "| per guest with one edit | amount | price | per 1,000 |",
            "| --- | --- | --- | --- |",
            *(f"| {line.what} | {line.amount} | {line.price} | {line.usd:.4f} |" for line in lines),
            f"| **The site** | | | **{total(lines):.3f}** |",
            f"| with the edits | | | {aws + total(lines):.2f} |",
        ]
    )


def _edit(stack: Stack, edit: Edit) -> str:
    lines = per_edit(stack, edit)
    kept = total([line for line in lines if not line.what.startswith(STORAGE_AND_TRANSFER)])
    return "\n".join(
        [
            "| per edit | amount | price | per 1,000 edits |",
            "| --- | --- | --- | --- |",
            *(f"| {line.what} | {line.amount} | {line.price} | {line.usd:.4f} |" for line in lines),
            f"| **AWS total** | | | **{total(lines):.2f}** |",
            f"| of which other than storage and transfer | | | {kept:.2f} |",
        ]
    )


def _month(stack: Stack, month: Month) -> str:
    lines = per_month(stack, month)
    return "\n".join(
        [
            "| item | amount | price | a month |",
            "| --- | --- | --- | --- |",
            *(f"| {line.what} | {line.amount} | {line.price} | {line.usd:.2f} |" for line in lines),
            f"| **Total** | | | **{total(lines):.2f}** |",
        ]
    )


def _moves(stack: Stack, edit: Edit, month: Month) -> str:
    """Each row changes one assumption."""
    now, idle = total(per_edit(stack, edit)), total(per_month(stack, month))

    def an_edit(**changed: float) -> float:
        return total(per_edit(stack, replace(edit, **changed))) - now  # type: ignore[arg-type]

    def a_month(**changed: float) -> float:
        return total(per_month(replace(stack, **changed), month)) - idle  # type: ignore[arg-type]

    edits = [
        ("the original is kept (`keep_originals`), 3 MB", an_edit(original_mb=3)),
        ("outputs of 4 megapixels, 1.5 MB", an_edit(output_mb=1.5)),
        ("pictures are kept for a year (`request_retention_days`)", an_edit(days=365)),
        ("pictures are kept for 30 days", an_edit(days=30)),
        ("guests page through 10 lists of 25 instead of one of 10", an_edit(list_views=10, list_length=25)),
        ("the list links to originals of 3 MB instead of thumbnails", an_edit(listed_mb=3)),
        ("the picture is viewed 5 times instead of once", an_edit(picture_views=5)),
        ("a guest looks 30 times at a waiting edit instead of 5 times", an_edit(looks=30)),
        ("one poll more", an_edit(polls=2)),
        ("1,000 edits over a month instead of an evening: our metrics have values in every hour", an_edit(hours=prices.HOURS)),
    ]  # fmt: skip
    months = [
        ("the dashboard (`WithDashboard=true`)", a_month(has_dashboard=not stack.has_dashboard)),
        ("an alarm on one metric more", a_month(alarm_metrics=stack.alarm_metrics + 1)),
        ("a queue with a worker more", a_month(queues=stack.queues + 1)),
        ("recovery every minute", a_month(runs_a_month={**stack.runs_a_month, "recover-stuck": prices.HOURS * 60})),
    ]
    return "\n".join(
        [
            "| if | 1,000 edits | a month |",
            "| --- | --- | --- |",
            *(f"| {what} | {_signed(usd)} | |" for what, usd in edits),
            *(f"| {what} | | {_signed(usd)} |" for what, usd in months),
        ]
    )


def _flood(stack: Stack, edit: Edit) -> str:
    one = per_request(stack, edit)
    busiest, rate = max(stack.open_routes.items(), key=lambda each: each[1])
    every = sum(stack.open_routes.values())
    million = one * prices.MILLION
    protected = (prices.CLOUDFRONT_REQUEST + prices.WAF_REQUEST) * prices.MILLION
    million_of_files = (prices.CLOUDFRONT_REQUEST + LARGEST_FILE_MB * MB * prices.CLOUDFRONT_GB) * prices.MILLION
    path = busiest.replace("/api/v1", "")
    return "\n".join(
        [
            "| flood at the limit | requests a second | an hour | a day |",
            "| --- | --- | --- | --- |",
            f"| `{path}` | {rate:g} | {one * rate * 3_600:.2f} | {one * rate * 86_400:.0f} |",
            f"| every route that needs no sign-in | {every:g} | {one * every * 3_600:.2f} | {one * every * 86_400:.0f} |",
            "",
            f"A million requests cost {million:.2f} USD. Where the site's distribution has a WAF rate rule, a million that the rule refuses cost "
            f"{protected:.2f} USD\n(CloudFront {prices.CLOUDFRONT_REQUEST * prices.MILLION:.2f}, WAF {prices.WAF_REQUEST * prices.MILLION:.2f}) "
            f"and reach nothing behind it; WAF itself costs {prices.WAF_ACL_AND_RULE:.2f} USD a month. Without it nothing limits requests for files of the\n"
            f"pages: a million of the largest, {LARGEST_FILE_MB * 1_000:.0f} kB, cost {million_of_files:.2f} USD.",
        ]
    )


def _signed(usd: float) -> str:
    return f"{usd:+.2f}".replace("-", "−")

