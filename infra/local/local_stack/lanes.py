"""Runs checks in lanes: one after the other within a lane, the lanes side by side."""

from __future__ import annotations

import subprocess
import tempfile
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import IO

from rich.table import Table

from .config import ROOT
from .console import console, errors


@dataclass
class Check:
    """A named check. `run` returns whether it passed."""

    name: str
    run: Callable[[Check], bool]
    #: Checks that must have passed before this one runs; without them it cannot say anything.
    needs: tuple[str, ...] = ()
    #: Checks of other lanes that must have ended, however they ended.
    after: tuple[str, ...] = ()
    #: Whether its output goes to the terminal at once; if not, it appears as a whole when the check has ended.
    live: bool = False
    output: IO[bytes] | None = None
    ended: threading.Event = field(default_factory=threading.Event)
    result: str = "not run"
    seconds: float = 0.0

    @property
    def passed(self) -> bool:
        """Whether it ran and passed."""
        return self.result == "ok"


def passes(check: Check, command: list[str], environment: dict[str, str]) -> bool:
    """Runs a command of a check, with its output where the check wants it; true when the command succeeds."""
    ended = subprocess.run(
        command,
        cwd=ROOT,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=check.output,
        stderr=check.output,
        check=False,
    )
    return ended.returncode == 0


def run_lanes(lanes: list[list[Check]]) -> int:
    """Runs every check even after a failure, because a second failure is worth knowing; prints a summary and returns the
    exit code."""
    started = time.monotonic()
    checks = {check.name: check for lane in lanes for check in lane}
    printing, interrupted = threading.Lock(), threading.Event()

    def run_lane(lane: list[Check]) -> None:
        for check in lane:
            try:
                if not interrupted.is_set():
                    _run(check, checks, printing)
            finally:
                check.ended.set()

    with ThreadPoolExecutor(len(lanes)) as pool:
        running = [pool.submit(run_lane, lane) for lane in lanes]
        try:
            for lane in running:
                lane.result()
        except KeyboardInterrupt:
            interrupted.set()
            raise
    _summarise(list(checks.values()), time.monotonic() - started)
    return 0 if all(check.passed for check in checks.values()) else 1


def _run(check: Check, checks: dict[str, Check], printing: threading.Lock) -> None:
    for name in (*check.needs, *check.after):
        checks[name].ended.wait()
    missing = [name for name in check.needs if not checks[name].passed]
    if missing:
        check.result = f"needs {', '.join(missing)}"
        return
    started = time.monotonic()
    if check.live:
        with printing:
            console.print(f"\n[bold]━━ {check.name}[/]")
        passed, said = _passed(check), ""
    else:
        with tempfile.TemporaryFile() as output:
            check.output = output
            passed = _passed(check)
            output.seek(0)
            said = output.read().decode(errors="replace").rstrip()
    check.seconds = time.monotonic() - started
    check.result = "ok" if passed else "FAILED"
    if not check.live:
        with printing:
            console.print(f"\n[bold]━━ {check.name}[/] [dim]{check.seconds:.1f} s[/]")
            if said:
                console.print(said, markup=False, soft_wrap=True)


def _passed(check: Check) -> bool:
    try:
        return check.run(check)
    except Exception:  # the other checks must still run
        errors.print_exception()
        return False


def _summarise(checks: list[Check], seconds: float) -> None:
    summary = Table("check", "", "s")
    for check in checks:
        summary.add_row(check.name, "ok" if check.passed else f"[red]{check.result}[/]", f"{check.seconds:.1f}")
    summary.add_section()
    summary.add_row("all, side by side", "", f"{seconds:.1f}")
    console.print()
    console.print(summary)
