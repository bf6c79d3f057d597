"""Console output: steps with their times, in the same words with and without a terminal."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.markup import escape

from .errors import StackError

#: rich omits colours and control codes where the output is no terminal.
console = Console(highlight=False)
errors = Console(highlight=False, stderr=True)


class Step:
    """A running step; its closing line shows `note` beside the time."""

    def __init__(self, status: object | None) -> None:
        self._status = status
        self.note = ""

    def show(self, text: str) -> None:
        """Replaces the live text of the step on a terminal."""
        if self._status is not None:
            self._status.update(escape(text))  # type: ignore[attr-defined]


@contextmanager
def step(title: str, *, live: bool = True) -> Iterator[Step]:
    """Shows a step while it runs and, at its end, how long it took.

    `live=False` is for steps with output of their own, such as cargo's.
    """
    started = time.monotonic()
    if live and console.is_terminal:
        with console.status(escape(title)) as status:
            running = Step(status)
            yield running
    else:
        if not live:
            console.print(f"[bold]▸[/] {escape(title)}")
        running = Step(None)
        yield running
    note = f" [dim]{escape(running.note)}[/]" if running.note else ""
    console.print(f"[green]✓[/] {escape(title)}{note} [dim]{time.monotonic() - started:.1f} s[/]", soft_wrap=True)


def fail(error: StackError) -> None:
    """Prints the two lines that a person needs: what is wrong and what to do."""
    errors.print(f"\n[red]✗[/] {escape(error.problem)}\n  → {escape(error.way_on)}\n", soft_wrap=True)
