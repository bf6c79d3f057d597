"""Work on pictures: the media crate against sharp, in turn."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

from local_stack.config import ROOT
from local_stack.errors import StackError

from . import report

PROGRAM = ROOT / "infra" / "bench" / "media" / "bench.py"
FIGURES = report.HOME / "media" / "report.json"
ROUNDS = 3


def measure_pictures() -> dict[str, Any]:
    """Runs the comparison, which prints its own progress; returns its figures."""
    report.heading("Work on pictures: watermark, thumbnail, provenance; CPU of one job")
    FIGURES.unlink(missing_ok=True)
    subprocess.run([sys.executable, str(PROGRAM), str(ROUNDS)], cwd=ROOT, check=False)
    if not FIGURES.exists():
        raise StackError("The picture benchmark failed; see above.", f"Run it alone: {PROGRAM.relative_to(ROOT)}")
    measured: dict[str, Any] = json.loads(FIGURES.read_text(encoding="utf-8"))
    return measured
