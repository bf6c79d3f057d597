"""The short report at the end of `run`."""

from __future__ import annotations

import io
from typing import Any

import segno
from rich.table import Table

from .api import Guest
from .config import STACK_FILE, shown
from .console import console
from .edit import Journey, states
from .invocations import Share


def print_report(journey: Journey, shares: dict[str, Share], stack: dict[str, Any]) -> None:
    """Prints states with their times, AWS calls, the picture, and an address to try."""
    console.print(f"\n[bold]Edit {journey.edit_id}[/]")
    console.print(_states(states(stack, journey.edit_id)))
    if shares:
        console.print("\n[bold]Work[/]")
        console.print(_calls(shares))
    else:
        console.print("The functions logged no invocation for this edit, so its AWS calls are unknown.")
    output = journey.edit["output"]
    size = f"{output['width']}×{output['height']}, {output['bytes'] / 1024:.0f} KiB"
    guest = Guest(stack["api_url"], stack["demo"]["event_token"])
    if journey.picture is not None:
        console.print(f"\nPicture   {shown(journey.picture)}  ({size})", soft_wrap=True)
    # In single quotes, because the address contains `$default`.
    console.print(f"Try       curl '{guest.base}/ai-edits/{journey.edit_id}'", soft_wrap=True, markup=False)
    console.print(f"Stack     described in {shown(STACK_FILE)}; `make stop` ends it\n", soft_wrap=True)


def print_pages(stack: dict[str, Any], *, with_code: bool = False) -> None:
    """Prints the addresses of the pages and how to sign in; with a code of the guest page's, as on a table of the event."""
    if with_code:
        drawn = io.StringIO()
        segno.make(stack["guest_page_url"], error="m").terminal(out=drawn, border=2, compact=True)
        console.print(f"\n{drawn.getvalue()}", markup=False, soft_wrap=True)
    console.print(f"\nGuest page    {stack['guest_page_url']}", soft_wrap=True, markup=False)
    console.print(f"Control room  {stack['control_room_url']}", soft_wrap=True, markup=False)
    for who, person in (("organiser", stack["demo"]["organiser"]), ("superadmin", stack["superadmin"])):
        console.print(f"  {who:<11} {person['email']}  {person['password']}", soft_wrap=True, markup=False)


def _states(began: list[tuple[str, float]]) -> Table:
    table = Table("state", "began after", "lasted")
    ends: list[float | None] = [*(seconds for _, seconds in began[1:]), None]
    for (status, seconds), end in zip(began, ends, strict=True):
        table.add_row(status, f"{seconds:.2f} s", "–" if end is None else f"{end - seconds:.2f} s")
    return table


def _calls(shares: dict[str, Share]) -> Table:
    table = Table("function", "runs", "ms", "peak MB", "AWS calls")
    total = 0
    for name, share in shares.items():
        calls = ", ".join(f"{call} {count}" for call, count in sorted(share.aws_calls.items()))
        total += share.aws_calls.total()
        memory = f"{share.peak_memory_mb:.0f}" if share.peak_memory_mb else "–"
        table.add_row(name, str(share.invocations), f"{share.duration_ms:.0f}", memory, calls or "–")
    table.add_section()
    table.add_row("all", str(sum(share.invocations for share in shares.values())), "", "", f"{total} calls")
    return table
