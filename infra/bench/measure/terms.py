"""Blocked terms: the time of one check, and the characters that hide a term."""

from __future__ import annotations

import json
import os
import subprocess
from typing import Any

from local_stack.config import ROOT

from . import report

AIM_US = 2_000
#: Files with a term or a harmless word a line. None is checked in: the lists of others have licences of their own.
TERMS, WORDS = "BENCH_TERMS", "BENCH_WORDS"


def measure_terms() -> dict[str, Any]:
    """Builds and runs the example in release, and prints its figures."""
    report.heading("Blocked terms: one check of a prompt, release profile")
    files = [os.environ[name] for name in (TERMS, WORDS) if name in os.environ]
    command = ["cargo", "run", "--release", "-q", "-p", "domain", "--example", "block_list", "--", *files]
    done = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True)
    measured: dict[str, Any] = json.loads(done.stdout)
    table = report.table(f"prompt, {measured['terms']} terms", "characters", "median µs")
    for check in measured["checks"]:
        table.add_row(check["prompt"], str(check["characters"]), str(check["median_us"]))
    table.add_row("the first one, which prepares the terms", "", str(measured["first_check_us"]))
    report.show(table)
    report.warn_if_busy()
    slowest = max(check["median_us"] for check in measured["checks"])
    report.verdict(slowest <= AIM_US, f"one check at most {AIM_US} µs: {slowest}")
    missed = measured["misses"]
    report.verdict(not missed, f"none of {measured['unseen_characters']} unseen characters hides a term: {len(missed)}")
    if measured["harmless_words"]:
        hits, words = len(measured["false_hits"]), measured["harmless_words"]
        report.verdict(hits * 10_000 <= words, f"false hits at most 1 in 10,000 words: {hits} of {words}")
    else:
        report.say(f"{TERMS}=file {WORDS}=file also counts the harmless words that are taken for a term.")
    return measured
