"""`python -m measure.try_sample`: run a sample against the local stack, or get ready for `sam local invoke`."""

from __future__ import annotations

import argparse
import json
import re
import sys
from typing import Any

from . import samples
from .rie import ROOT, Function

FOR_SAM = ROOT / ".local" / "events"
CODE_URI = re.compile(r"CodeUri: target/lambda/")
VARIABLES = re.compile(r"^( +)Variables:\n", re.MULTILINE)


def main() -> int:
    """Reads the command line."""
    parser = argparse.ArgumentParser(prog="measure.try_sample", description=__doc__)
    parser.add_argument("sample", nargs="?", choices=samples.names(), help="run this one under the RIE")
    parser.add_argument("--as-it-is", action="store_true", help="leave the sample token in: the answer is a 404")
    parser.add_argument("--edit", metavar="ID", help="put this edit in instead of the sample's")
    parser.add_argument(
        "--for-sam", action="store_true", help=f"write {FOR_SAM.relative_to(ROOT)}/ for sam local invoke"
    )
    arguments = parser.parse_args()
    if bool(arguments.sample) == arguments.for_sam:
        parser.error("name a sample, or say --for-sam")
    if not samples.STACK_FILE.exists():
        sys.exit("✗ No stack is up.\n  → Start one with `make up`.")
    stack = json.loads(samples.STACK_FILE.read_text(encoding="utf-8"))
    values = {} if arguments.as_it_is else samples.of_demo(stack)
    if arguments.edit:
        values[samples.EDIT] = arguments.edit
    if arguments.for_sam:
        write_for_sam(stack, values)
        return 0
    name = arguments.sample
    with Function(samples.bootstrap(name), samples.environment(stack, name)) as function:
        print(json.dumps(function.invoke(samples.load(name, values)), indent=2))
    return 0


def write_for_sam(stack: dict[str, Any], values: dict[str, str]) -> None:
    """Samples with the demo's values, the functions' variables, and a template that lets the endpoint through.

    A template of its own, because `sam local invoke` hands over declared variables only, and AWS_ENDPOINT_URL must
    not be declared in the one that goes to AWS.
    """
    FOR_SAM.mkdir(parents=True, exist_ok=True)
    for name in samples.names():
        path = FOR_SAM / f"{name}.json"
        path.write_text(json.dumps(samples.load(name, values), indent=2) + "\n", encoding="utf-8")
    variables = samples.environment(stack, samples.names()[0])
    own = {name: value for name, value in variables.items() if not name.startswith("AWS_")}
    parameters = {"Parameters": {**own, "AWS_ENDPOINT_URL": variables["AWS_ENDPOINT_URL"]}}
    (FOR_SAM / "environment.json").write_text(json.dumps(parameters, indent=2) + "\n", encoding="utf-8")
    template = (ROOT / "template.yaml").read_text(encoding="utf-8")
    template = CODE_URI.sub(lambda _: f"CodeUri: {samples.LAMBDA_FOLDERS}/", template)
    template = VARIABLES.sub(r"\g<0>\1  AWS_ENDPOINT_URL: set by --env-vars\n", template, count=1)
    (FOR_SAM / "template.yaml").write_text(template, encoding="utf-8")
    print(f"Written to {FOR_SAM.relative_to(ROOT)}/: samples, environment.json, template.yaml")


if __name__ == "__main__":
    sys.exit(main())
