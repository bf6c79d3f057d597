"""Results: tables for people, `.local/bench/report.json` for programs."""

from __future__ import annotations

import json
import os
import platform
import statistics
from collections.abc import Iterable
from datetime import datetime, timezone
from typing import Any

from local_stack.config import LOCAL, shown
from local_stack.console import console
from rich.console import Console
from rich.markup import escape
from rich.table import Table

HOME = LOCAL / "bench"
REPORT = HOME / "report.json"


class Report:
    """Writes every section as soon as it is measured, so that an interrupted run keeps its results."""

    def __init__(self) -> None:
        self._sections: dict[str, Any] = {}

    def add(self, section: str, measured: dict[str, Any]) -> None:
        """Adds a section and writes the file; keeps sections of earlier runs until they are measured again."""
        now = datetime.now(timezone.utc).isoformat(timespec="seconds")
        # The load shows whether the machine was busy with something else.
        where = {"machine": platform.machine(), "cpus": os.cpu_count(), "load": round(os.getloadavg()[0], 2)}
        self._sections[section] = {"measured_at": now, **where, **measured}
        HOME.mkdir(parents=True, exist_ok=True)
        before = json.loads(REPORT.read_text(encoding="utf-8")) if REPORT.exists() else {}
        text = json.dumps({**before, **self._sections}, indent=2) + "\n"
        fresh = REPORT.with_suffix(".new")
        fresh.write_text(text, encoding="utf-8")
        fresh.replace(REPORT)

    def close(self) -> None:
        """Prints where the results are."""
        console.print(f"\nWritten to {shown(REPORT)}\n", soft_wrap=True)


def heading(text: str) -> None:
    """The title of a section."""
    console.print(f"\n[bold]━━ {escape(text)}[/]")


def table(*columns: str) -> Table:
    """A table whose first column is text and whose other columns are figures."""
    made = Table()
    for index, column in enumerate(columns):
        made.add_column(column, justify="left" if index == 0 else "right")
    return made


def show(made: Table) -> None:
    """Prints a table."""
    # Without a terminal rich uses 80 columns and wraps figures.
    (console if console.is_terminal else Console(highlight=False, width=120)).print(made)


def say(text: str) -> None:
    """Prints a line of explanation."""
    console.print(f"[dim]{escape(text)}[/]", soft_wrap=True)


def warn_if_busy() -> None:
    """Warns that other programs use the processors, so that times are too long."""
    load, processors = os.getloadavg()[0], os.cpu_count() or 1
    if load > processors:
        text = (
            f"The machine is busy (load {load:.1f} on {processors} processors): times are longer than on a quiet one."
        )
        console.print(f"[yellow]![/] {text} Measure again.", soft_wrap=True)


def verdict(reached: bool, text: str) -> None:
    """Prints an aim and whether the measurement reached it."""
    mark = "[green]✓ reached[/]" if reached else "[red]✗ missed[/]"
    console.print(f"{mark}  {escape(text)}", soft_wrap=True)


def spread(values: Iterable[float]) -> dict[str, float]:
    """Median, minimum and maximum, to a tenth."""
    known = list(values)
    return {
        "median": round(statistics.median(known), 1),
        "min": round(min(known), 1),
        "max": round(max(known), 1),
    }


def shown_spread(values: dict[str, float]) -> str:
    """`12.3 (11.0–19.8)`."""
    return f"{values['median']:.1f} ({values['min']:.1f}–{values['max']:.1f})"
