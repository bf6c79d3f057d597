"""A rush on one event or one tenant, simulated: see infra/bench/rush."""

from __future__ import annotations

import json
import subprocess
from typing import Any

from local_stack.config import ROOT
from local_stack.console import step
from local_stack.errors import StackError

from . import report

#: The whole workspace chooses the features, so that nothing is built twice.
COMMAND = ["cargo", "run", "--quiet", "--workspace", "--bin", "rush", "--", "--json"]
TIMEOUT_SECONDS = 1800


def measure_rush() -> dict[str, Any]:
    """Runs the simulation and shows what each scene came to."""
    report.heading("A rush, simulated with DynamoDB's rule of conflicts")
    with step("Build and run the simulation (slow the first time)", live=False):
        ran = subprocess.run(COMMAND, cwd=ROOT, check=False, stdout=subprocess.PIPE, timeout=TIMEOUT_SECONDS)
    if ran.returncode != 0:
        raise StackError("The simulation failed; see above.", f"Run it alone: {' '.join(COMMAND[:-2])}")
    scenes: list[dict[str, Any]] = json.loads(ran.stdout)
    shown = report.table(
        "scene", "requests", "admitted", "refused", "5xx", "other", "tries", "p50 ms", "p99 ms", "longest", "given back"
    )
    for scene in scenes:
        counts = [scene[name] for name in ("requests", "admitted", "refused", "failed", "other")]
        times = [scene[name] for name in ("p50_ms", "p99_ms", "longest_ms")]
        shown.add_row(
            scene["scene"], *(f"{count:,}" for count in counts), f"{scene['tries']:.2f}",
            *(f"{time:,}" for time in times), f"{scene['given_back']:,}",
        )  # fmt: skip
    report.show(shown)
    report.say(
        "Tries: transactions sent for an admission. Given back: messages that come again 20 s later, because a worker's "
        "transaction met others until it gave up."
    )
    for scene in scenes:
        report.verdict(scene["reached"], f"{scene['scene']}: no 5xx, and as many admitted as there is room for")
    report.verdict(all(scene["adds_up"] for scene in scenes), "budget, counters and ledger agree, within the cap")
    return {"scenes": scenes}
