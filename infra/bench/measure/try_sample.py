"""`python -m measure.try_sample`: runs a sample event against the local stack, without a container."""

from __future__ import annotations

import argparse
import json
import sys

from local_stack import config, samples
from local_stack.console import run_program

from .rie import Function


def main() -> int:
    """Reads the command line."""
    parser = argparse.ArgumentParser(prog="measure.try_sample", description=__doc__)
    parser.add_argument("sample", choices=samples.names(), help="run this one under the RIE")
    parser.add_argument("--as-it-is", action="store_true", help="keep the placeholders: the answer is a 404")
    parser.add_argument("--edit", metavar="ID", help="an edit to put in place of the sample's")
    arguments = parser.parse_args()
    if not config.STACK_FILE.exists():
        sys.exit("✗ No stack is running.\n  → Start one with `make up`.")
    stack = json.loads(config.STACK_FILE.read_text(encoding="utf-8"))
    values = {} if arguments.as_it_is else samples.of_demo(stack)
    if arguments.edit:
        values[samples.EDIT] = arguments.edit
    name = arguments.sample
    with Function(samples.bootstrap(name), samples.environment(stack, name)) as function:
        print(json.dumps(function.invoke(samples.load(name, values)), indent=2))
    return 0


if __name__ == "__main__":
    sys.exit(run_program(main))
