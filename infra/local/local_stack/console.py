"""Console output: steps with their times, in the same words with and without a terminal; and the end of a program."""

from __future__ import annotations

import errno
import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import IO

from rich.console import Console
from rich.markup import escape

from .errors import StackError


class _Console(Console):
    def on_broken_pipe(self) -> None:
        """A reader that goes away (`make up | head`) ends the output, not the work; rich itself would end the program."""
        _drop(self.file)


#: rich omits colours and control codes where the output is no terminal.
console = _Console(highlight=False)
errors = _Console(highlight=False, stderr=True)


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


def run_program(main: Callable[[], int]) -> int:
    """Runs a program until its output is written, and returns its exit code. A closed pipe is no failure, a full disk is."""
    code = 0
    try:
        try:
            code = main()
        except SystemExit as ended:
            if not isinstance(ended.code, int):
                raise
            code = ended.code
        sys.stdout.flush()
    except BrokenPipeError:
        _drop(sys.stdout)
    except OSError as error:
        if error.errno != errno.ENOSPC:
            raise
        _drop(sys.stdout)
        # A command that has failed has said why.
        if code == 0:
            fail(StackError("The output cannot be written: the disk is full.", "Free some space, then try again."))
            code = 1
    return code


def _drop(stream: IO[str]) -> None:
    """Leads a stream to nowhere, with what it still holds: otherwise the interpreter fails once more when it ends."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, stream.fileno())
    os.close(nowhere)
