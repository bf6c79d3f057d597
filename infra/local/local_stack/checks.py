"""`test` and `lint`: every check of the project, in the order in which they fail fastest."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass

from rich.table import Table

from . import emulator, transform
from .config import MONITORING, REGION, ROOT, SHARED, TEMPLATE, TESTS
from .console import console, fail
from .errors import StackError

TOOLS = SHARED / "venv-test" / "bin"
ENTRY = ROOT / "infra" / "local" / "stack.py"
CHECKOV = SHARED / "venv-checkov" / "bin" / "checkov"
#: Warnings are errors here and nowhere else, so that work in progress still builds.
CLIPPY = ["cargo", "clippy", "--workspace", "--all-targets", "--", "-D", "warnings"]
CARGO_TEST = ["cargo", "test", "--workspace", "--no-fail-fast"]
#: The tests of the stack wait most of their time: one at a time for every core would leave the machine idle.
TEST_THREADS = os.environ.get("RUST_TEST_THREADS", "6")
#: Tells the tests of what is left behind when this run began.
BEGAN_VARIABLE = "MAGIC_EDITS_RUN_BEGAN"
PYTEST = [str(TOOLS / "python"), "-m", "pytest", "-q", "-p", "no:cacheprovider"]


@dataclass(frozen=True)
class Section:
    """A named check; true when it passed."""

    name: str
    check: Callable[[], bool]


def lint_sections() -> list[Section]:
    """What needs no stack."""
    return [
        Section("cargo fmt", lambda: _passes(["cargo", "fmt", "--all", "--check"])),
        Section("cfn-lint", lambda: _passes(_tool("cfn-lint", "--regions", REGION, "--", str(TEMPLATE), str(MONITORING)))),
        Section("sam validate", lambda: _passes(_tool("sam", "validate", "--lint", "--config-env", "prod"))),
        Section("checkov", _checkov),
        Section("cargo clippy", lambda: _passes(CLIPPY)),
    ]


def test_sections() -> list[Section]:
    """Everything, the quick checks first."""
    return [
        *lint_sections(),
        Section("template tests", lambda: _passes([*PYTEST, str(TESTS / "template")])),
        Section("emulator gap tests", lambda: _passes([*PYTEST, str(TESTS / "local_stack")])),
        Section("stack up", _up),
        Section("sample events", lambda: _passes([*PYTEST, str(TESTS / "events")])),
        Section("cargo test", lambda: _passes(CARGO_TEST, RUST_TEST_THREADS=TEST_THREADS)),
        # A stack of its own, and fewer edits than `make test-faults` takes.
        Section("fault suite", lambda: _passes([sys.executable, str(ENTRY), "test-faults", "--", "--edits", "60"])),
        # Last, because it changes settings at random until it puts them back.
        Section("contract tests", lambda: _passes([*PYTEST, str(TESTS / "contract")])),
        # What the whole run has left behind: permissions used, and nothing secret in any log.
        Section("afterwards", lambda: _passes([*PYTEST, str(TESTS / "afterwards")])),
    ]


def run_lint() -> int:
    """Runs the linters; the number of failures decides the exit code."""
    return _run(lint_sections())


def run_all() -> int:
    """Runs every check and leaves the machine as it was: a stack that was up before stays up."""
    was_running = emulator.find_running() is not None
    os.environ[BEGAN_VARIABLE] = str(time.time())
    try:
        return _run(test_sections())
    finally:
        if not was_running and emulator.stop():
            console.print("Stopped the stack that the tests started.")


def _run(sections: list[Section]) -> int:
    """Runs them all, because the second failure is worth knowing too, and sums up."""
    summary = Table("check", "", "s")
    failures = 0
    for section in sections:
        console.print(f"\n[bold]━━ {section.name}[/]")
        started = time.monotonic()
        passed = section.check()
        failures += not passed
        summary.add_row(section.name, "ok" if passed else "[red]FAILED[/]", f"{time.monotonic() - started:.1f}")
    console.print()
    console.print(summary)
    return 1 if failures else 0


def _up() -> bool:
    from .up import up

    try:
        up()
    except StackError as error:
        fail(error)
        return False
    return True


def _checkov() -> bool:
    """The template as it is written and as CloudFormation gets it, and the stack within the stack."""
    paths = (TEMPLATE, transform.write_transformed(), MONITORING)
    files = [argument for path in paths for argument in ("--file", str(path))]
    settings = ["--config-file", str(ROOT / "infra" / "local" / "checkov.yaml"), "--skip-download"]
    return _passes([str(CHECKOV), *settings, *files])


def _tool(name: str, *arguments: str) -> list[str]:
    return [str(TOOLS / name), *arguments]


def _passes(command: list[str], **variables: str) -> bool:
    environment = {
        **os.environ,
        **variables,
        # The SAM CLI writes its settings into the home folder and calls home, unless it is told not to.
        "SAM_CLI_TELEMETRY": "0",
        "__SAM_CLI_APP_DIR": str(SHARED / "sam"),
        "PYTHONDONTWRITEBYTECODE": "1",
    }
    return subprocess.run(command, cwd=ROOT, env=environment, check=False).returncode == 0
