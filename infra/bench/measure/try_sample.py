"""`python -m measure.try_sample`: runs a sample event against the local stack, or prepares `sam local invoke`."""

from __future__ import annotations

import argparse
import json
import sys
from typing import Any

from local_stack import template
from local_stack.config import LAMBDA_FOLDERS

from . import samples
from .rie import ROOT, Function

FOR_SAM = ROOT / ".local" / "events"
ENDPOINT = "AWS_ENDPOINT_URL"


def main() -> int:
    """Reads the command line."""
    parser = argparse.ArgumentParser(prog="measure.try_sample", description=__doc__)
    parser.add_argument("sample", nargs="?", choices=samples.names(), help="run this one under the RIE")
    parser.add_argument("--as-it-is", action="store_true", help="keep the placeholders: the answer is a 404")
    parser.add_argument("--edit", metavar="ID", help="an edit to put in place of the sample's")
    parser.add_argument(
        "--for-sam", action="store_true", help=f"write {FOR_SAM.relative_to(ROOT)}/ for sam local invoke"
    )
    arguments = parser.parse_args()
    if bool(arguments.sample) == arguments.for_sam:
        parser.error("name a sample, or use --for-sam")
    if not samples.STACK_FILE.exists():
        sys.exit("✗ No stack is running.\n  → Start one with `make up`.")
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
    """Writes samples with the demo's values, the functions' variables, and a template that declares the endpoint.

    A template of its own, because `sam local invoke` only passes declared variables, and the template for AWS must not
    declare AWS_ENDPOINT_URL.
    """
    FOR_SAM.mkdir(parents=True, exist_ok=True)
    for name in samples.names():
        path = FOR_SAM / f"{name}.json"
        path.write_text(json.dumps(samples.load(name, values), indent=2) + "\n", encoding="utf-8")
    variables = samples.environment(stack, samples.names()[0])
    own = {name: value for name, value in variables.items() if not name.startswith(("AWS_", "_"))}
    parameters = {"Parameters": {**own, ENDPOINT: variables[ENDPOINT]}}
    (FOR_SAM / "environment.json").write_text(json.dumps(parameters, indent=2) + "\n", encoding="utf-8")
    document = template.document()
    for logical_id, properties in template.resources(document, template.FUNCTION).items():
        properties["CodeUri"] = str(LAMBDA_FOLDERS / template.package_of(logical_id, properties))
    document["Globals"]["Function"]["Environment"]["Variables"][ENDPOINT] = "set by --env-vars"
    # JSON is YAML, and `sam` reads a template.yaml.
    (FOR_SAM / "template.yaml").write_text(json.dumps(document, indent=2) + "\n", encoding="utf-8")
    print(f"Wrote samples, environment.json and template.yaml to {FOR_SAM.relative_to(ROOT)}/.")


if __name__ == "__main__":
    sys.exit(main())
