"""Lets a stack's settings outlive their resources: the first of two steps from a release that has settings in its template.

Reads the template of the deployed stack from standard input and writes it to standard output, with `DeletionPolicy: Retain`
at every parameter of SSM. CloudFormation makes no update for policies alone, so a note at the event bus goes with them. Uses
only the standard library, and changes no other character of the template. infra/RUNBOOK.md says when to run it.
"""

from __future__ import annotations

import re
import sys

PARAMETER = re.compile(r"^(?P<indent> +)Type: AWS::SSM::Parameter *$", flags=re.MULTILINE)
BUS = re.compile(r"^(?P<indent> +)Type: AWS::Events::EventBus *$", flags=re.MULTILINE)
RETAINED = "DeletionPolicy: Retain"


def retained(template: str) -> str:
    """The template, with every setting retained."""
    if RETAINED in template:
        raise SystemExit("This template retains resources already: go on with the second step.")
    if not PARAMETER.search(template):
        raise SystemExit("This template has no settings: there is nothing to do.")
    template = PARAMETER.sub(lambda found: f"{found[0]}\n{found['indent']}{RETAINED}", template)
    note = "Metadata: { SettingsAreRetained: true }"
    return BUS.sub(lambda found: f"{found[0]}\n{found['indent']}{note}", template, count=1)


if __name__ == "__main__":
    sys.stdout.write(retained(sys.stdin.read()))
