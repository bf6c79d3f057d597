#!/usr/bin/env python3
"""Measures the media crate against sharp: the same job on the same pictures, in turn.

    infra/bench/media/bench.py [rounds, 5 by default]

Each round starts both programs, which do the job once to warm up and then a few times. The result is the CPU time (user and
system, all threads) of one job, and the peak resident memory of the process. All files go to .local/bench/media. Node is that of
the pages (`make web`), else the machine's; without any, the program measures the media crate alone.

CARGO_TARGET_DIR is respected.
"""

import json
import os
import shutil
import statistics
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[2]
sys.path.insert(0, str(ROOT / "infra/local"))

from local_stack import node  # noqa: E402

NODE = [str(node.binary())] if node.binary().exists() else ["node"]
NPM = node.npm() if node.binary().exists() else ["npm"]
HOME = ROOT / ".local/bench/media"
PHOTO = ROOT / "tests/fixtures/photos/portrait.jpg"
MARK = ROOT / "shared/media/assets/ai-mark.png"
# Width, height, jobs per round.
SIZES = [(1024, 1024, 10), (2048, 1536, 6), (4000, 3000, 3)]
TARGET_RATIOS = [0.15, 0.10, 0.10]
TARGET_RSS_MB = 20


def run(*command, **options):
    return subprocess.run([str(part) for part in command], check=True, text=True, **options)


def build():
    run("cargo", "build", "--release", "-q", "-p", "media", "--examples", cwd=ROOT)
    return Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target")) / "release/examples"


def install_sharp():
    """Returns whether sharp is installed."""
    if not shutil.which(NODE[0]) or not shutil.which(NPM[0]):
        print("Node is missing, so sharp is not measured. → Run `make web`, which brings it along.")
        return False
    shutil.copy(HERE / "package.json", HOME)
    shutil.copy(HERE / "package-lock.json", HOME)
    try:
        quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, "env": node.environment()}
        run(*NPM, "ci", "--no-audit", "--no-fund", cwd=HOME, **quiet)
    except subprocess.CalledProcessError as error:
        print(f"npm cannot install sharp ({error}), so it is not measured")
        return False
    return True


def measure(*command):
    environment = os.environ | {"BENCH_HOME": str(HOME)}
    return json.loads(run(*command, capture_output=True, env=environment).stdout)


def main():
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 5
    HOME.mkdir(parents=True, exist_ok=True)
    binaries, has_sharp = build(), install_sharp()

    print("| picture | ours, CPU ms | sharp, CPU ms | ratio | ours, max RSS MB | sharp, max RSS MB |")
    print("| --- | --- | --- | --- | --- | --- |")
    good, rows = True, []
    for (width, height, jobs), aim in zip(SIZES, TARGET_RATIOS):
        picture = HOME / f"{width}x{height}.jpg"
        if not picture.exists():
            run(binaries / "synthesise", PHOTO, width, height, picture)
        ours, sharps = [], []
        for _ in range(rounds):
            # CPU time may be counted in ticks of 4 ms, a twentieth of what six jobs of ours take.
            ours.append(measure(binaries / "finish", "finish", picture, jobs * 3))
            if has_sharp:
                sharps.append(measure(*NODE, HERE / "finish.mjs", picture, MARK, jobs))

        def median(results, field):
            return statistics.median(result[field] for result in results) if results else float("nan")

        cpu, rss = median(ours, "cpu_ms"), max(result["max_rss_mb"] for result in ours)
        ratio = cpu / median(sharps, "cpu_ms")
        good &= rss < TARGET_RSS_MB and not ratio > aim
        print(
            f"| {width}x{height} | {cpu:.1f} | {median(sharps, 'cpu_ms'):.1f} | {ratio:.2f} "
            f"| {rss:.0f} | {median(sharps, 'max_rss_mb'):.0f} |",
            flush=True,
        )
        row = {"picture": f"{width}x{height}", "cpu_ms": round(cpu, 1), "max_rss_mb": round(rss)}
        if sharps:
            row |= {"sharp_cpu_ms": round(median(sharps, "cpu_ms"), 1), "ratio": round(ratio, 3)}
            row |= {"sharp_max_rss_mb": round(median(sharps, "max_rss_mb"))}
        rows.append(row)
    figures = {"rounds": rounds, "aim_ratios": TARGET_RATIOS, "aim_max_rss_mb": TARGET_RSS_MB, "pictures": rows}
    (HOME / "report.json").write_text(json.dumps(figures, indent=2) + "\n")
    verdict = "MISSED" if not good else "reached" if has_sharp else "memory reached, ratio not measured"
    print(f"Aim: ratio at most {' / '.join(map(str, TARGET_RATIOS))}, memory under {TARGET_RSS_MB} MB: {verdict}")
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
