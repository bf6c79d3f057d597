"""`python -m local_stack.launcher [--without GAP …]`: runs the emulator in the foreground with its gaps closed.

`--without` leaves a gap open; the gap tests use it to show that the gap is still there.
"""

from __future__ import annotations

import argparse
import sys
from importlib.metadata import PackageNotFoundError, version

from . import (  # noqa: F401  (importing registers their gaps)
    alarms,
    conditions,
    expressions,
    http_api,
    latency,
    parameters,
    permissions,
    properties,
    sign_in,
    site,
)
from . import witness
from .gaps import GAPS, VERSION


def check_version() -> None:
    """Refuses any version but the one that the patches were written for, because they change the emulator's internals."""
    try:
        installed = version("ministack")
    except PackageNotFoundError:
        sys.exit("MiniStack is not installed here. → Start the stack with `make up`, which sets it up.")
    if installed != VERSION:
        sys.exit(
            f"MiniStack {installed} is installed, but {__package__} closes the gaps of {VERSION}.\n"
            f"→ Go back to ministack=={VERSION} in infra/local/requirements.txt, or run the tests in\n"
            f"  tests/local_stack against {installed}, delete what closes gaps that are gone, and set VERSION there."
        )


def main() -> None:
    """Closes the gaps, then serves until a signal ends it."""
    parser = argparse.ArgumentParser(prog="local_stack.launcher")
    parser.add_argument("--without", action="append", default=[], choices=sorted(GAPS), metavar="GAP")
    left_open = parser.parse_args().without
    check_version()
    # First, so that it records every decision, also those that the patches below add.
    witness.watch()
    for each in GAPS.values():
        if each.name not in left_open:
            each.close()
    sys.argv[1:] = []
    from ministack.app import main as serve

    serve()


if __name__ == "__main__":
    main()
