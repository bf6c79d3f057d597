"""Computes the cost anew: `python infra/bench/cost` shows the tables, with `--write` it updates docs/COST.md.

Needs the environment of the local stack: `.local/venv/bin/python`.
"""

from __future__ import annotations

import sys
from pathlib import Path

BENCH = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(BENCH), str(BENCH.parent / "local")]

from cost.document import parts, update  # noqa: E402
from cost.model import Stack  # noqa: E402
from local_stack import config, template  # noqa: E402
from samtranslator.yaml_helper import yaml_parse  # noqa: E402

DOCUMENT = config.ROOT / "docs" / "COST.md"


def main() -> int:
    """Shows or writes the computed parts."""
    stack = Stack.of(template.document(), yaml_parse(config.MONITORING.read_text(encoding="utf-8")))
    if sys.argv[1:] == ["--write"]:
        DOCUMENT.write_text(update(DOCUMENT.read_text(encoding="utf-8"), stack), encoding="utf-8")
        return 0
    for name, part in parts(stack).items():
        print(f"\n{name}\n\n{part}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
