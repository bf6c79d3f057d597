"""`test` and `lint`: every check of the project.

Checks only wait for each other where they must, and for a processor: while cargo builds, Python checks the template and the
emulator; while a browser looks at the pages, the stack starts and runs the sample events; the tests of the stack mostly wait, and
beside them clippy checks the code a second time.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable

from . import build, emulator, template
from .config import LOCAL, MONITORING, REGION, ROOT, SHARED, SITE, TEMPLATE
from .console import console, fail
from .errors import StackError
from .lanes import Check, passes, run_lanes

TOOLS = SHARED / "venv-test" / "bin"
ENTRY = ROOT / "infra" / "local" / "stack.py"
CHECKOV = SHARED / "venv-checkov" / "bin" / "checkov"
CHECKOV_CONFIG = ROOT / "infra" / "local" / "checkov.yaml"
#: checkov looks at the template as it is written, and as CloudFormation gets it.
TRANSFORMED = LOCAL / "template.transformed.json"
TESTS = ROOT / "tests"
#: Warnings are errors only here, so that unfinished work still builds.
CLIPPY = ["cargo", "clippy", "--quiet", "--workspace", "--all-targets", "--", "-D", "warnings"]
#: Most tests of the stack wait: one thread per core would leave the machine idle.
TEST_THREADS = os.environ.get("RUST_TEST_THREADS", "6")
#: `sam local` needs the stack's settings, which the tests of the stack change.
BEFORE_CARGO_TEST = ("sam local", "web screens")
#: Tells the tests in `tests/afterwards` when this run began.
BEGAN_VARIABLE = "MAGIC_EDITS_RUN_BEGAN"


def run_lint() -> int:
    """Runs the linters; returns the exit code."""
    return run_lanes([[_fmt(), Check("cargo clippy", _shell(CLIPPY))], [_tools(), *_template_linters()]])


def run_all() -> int:
    """Runs every check and leaves the machine as it was: a stack that was up before stays up."""
    was_running = emulator.find_running() is not None
    os.environ[BEGAN_VARIABLE] = str(time.time())
    # One cargo build for everything; see `build.TARGETS_VARIABLE`. The fault suite inherits it.
    os.environ[build.TARGETS_VARIABLE] = build.WITH_TESTS
    try:
        return run_lanes([_cargo_lane(), _template_lane(), _stack_lane(), _fault_lane(), _web_lane(), _screens_lane()])
    finally:
        if not was_running and emulator.stop():
            console.print("Stopped the stack that the tests started.")


def _cargo_lane() -> list[Check]:
    """Beside the tests of the stack, clippy takes one processor at most, and that only while nothing else wants it. Cargo locks
    its folder, so clippy has one of its own."""
    clippy = _shell(["nice", "-n", "19", *CLIPPY], CARGO_BUILD_JOBS="1", CARGO_TARGET_DIR=str(build.target_folder() / "clippy"))
    return [
        _fmt(),
        Check("cargo build", _shell(build.command()), live=True),
        Check("cargo clippy", clippy, needs=("cargo build",), after=BEFORE_CARGO_TEST),
    ]


def _template_lane() -> list[Check]:
    return [
        _tools(),
        *_template_linters(),
        Check("template tests", _pytest("template"), needs=("test tools",)),
        Check("emulator gap tests", _pytest("local_stack"), needs=("test tools",)),
        Check("doubles against official clients", _pytest("doubles"), needs=("cargo build", "test tools")),
        # Skipped, with the reason, where no container can run.
        Check("sam local", _pytest("sam_local"), needs=("stack up", "test tools"), after=("sample events",)),
    ]


def _stack_lane() -> list[Check]:
    """Each of these uses the stack, and the later ones change it, so they run one after the other."""
    up = ("stack up",)
    return [
        # It builds the pages, too: two builds at once would write the same files.
        Check("stack up", _up, needs=("cargo build",), after=("web build",), live=True),
        Check("sample events", _pytest("events"), needs=(*up, "test tools")),
        Check("cargo test", _cargo_test(), needs=up, after=BEFORE_CARGO_TEST, live=True),
        # Near the end, because these tests change settings at random until they restore them. Not while the pages are timed.
        Check("contract tests", _pytest("contract"), needs=(*up, "test tools"), after=("web budgets",), live=True),
        # Last, because these tests judge the whole run: which permissions it used, and what it logged.
        Check("afterwards", _pytest("afterwards"), needs=(*up, "test tools")),
    ]


def _fault_lane() -> list[Check]:
    """On a stack of its own, with fewer edits than `make test-faults`. Its functions would take time from those of the other."""
    command = [sys.executable, str(ENTRY), "test-faults", "--", "--edits", "60"]
    return [Check("fault suite", _shell(command), needs=("cargo build",), after=("cargo test",))]


def _fmt() -> Check:
    return Check("cargo fmt", _shell(["cargo", "fmt", "--all", "--check"]))


def _cargo_test() -> Callable[[Check], bool]:
    return _shell(["cargo", "test", "--workspace", "--no-fail-fast"], RUST_TEST_THREADS=TEST_THREADS)


def _web_lane() -> list[Check]:
    """The pages. Those that need a browser say so where there is none; with CI set that is a failure."""
    from . import site

    return [
        Check("web install", site.checking("install")),
        Check("web build", _build_pages, needs=("web install",)),
        Check("web check", site.checking("check"), needs=("web install",)),
        Check("web api types", site.checking("api:check"), needs=("web install",)),
        Check("web unit", site.checking("unit", browser=True), needs=("web install",)),
        Check("web end to end", site.checking("e2e:stack", browser=True), needs=("stack up",), after=("cargo test",)),
        # Anything beside it makes the pages seem slow.
        Check("web budgets", site.checking("budgets", browser=True), needs=("web build",), after=("cargo clippy",)),
    ]


def _screens_lane() -> list[Check]:
    """Hundreds of tests in a browser take all of a small machine: neither build nor tests of the stack get on beside them."""
    from . import site

    screens = site.checking("e2e:mocked", browser=True)
    return [Check("web screens", screens, needs=("web build",), after=("cargo build", "web unit"))]


def _build_pages(_: Check) -> bool:
    from . import site

    site.build()
    return True


def _tools() -> Check:
    """Installs the tools that the other Python checks run, which takes minutes the first time."""
    return Check("test tools", _shell([sys.executable, str(ENTRY), "tools"]))


def _template_linters() -> list[Check]:
    tools = ("test tools",)
    cfn_lint = [str(TOOLS / "cfn-lint"), "--regions", REGION, "--", str(TEMPLATE), str(MONITORING), str(SITE)]
    sam = [str(TOOLS / "sam"), "validate", "--lint", "--config-env", "prod"]
    return [
        Check("cfn-lint", _shell(cfn_lint), needs=tools),
        Check("sam validate", _shell(sam), needs=tools),
        Check("checkov", _checkov, needs=tools),
    ]


def _pytest(folder: str) -> Callable[[Check], bool]:
    return _shell([str(TOOLS / "python"), "-m", "pytest", "-q", "-rs", "-p", "no:cacheprovider", str(TESTS / folder)])


def _shell(command: list[str], **variables: str) -> Callable[[Check], bool]:
    def run(check: Check) -> bool:
        return passes(check, command, _environment(variables))

    return run


def _up(_: Check) -> bool:
    from .up import up

    try:
        up(build.binaries())
    except StackError as error:
        fail(error)
        return False
    return True


def _checkov(check: Check) -> bool:
    """The template as it is written and as CloudFormation gets it, and the nested stacks."""
    TRANSFORMED.write_text(template.transformed_text(), encoding="utf-8")
    files = [argument for path in (TEMPLATE, TRANSFORMED, MONITORING, SITE) for argument in ("--file", str(path))]
    settings = ["--config-file", str(CHECKOV_CONFIG), "--skip-download"]
    return passes(check, [str(CHECKOV), *settings, *files], _environment({}))


def _environment(variables: dict[str, str]) -> dict[str, str]:
    return {
        **os.environ,
        **variables,
        # Without these, the SAM CLI writes its settings into the home folder and sends telemetry.
        "SAM_CLI_TELEMETRY": "0",
        "__SAM_CLI_APP_DIR": str(SHARED / "sam"),
        "PYTHONDONTWRITEBYTECODE": "1",
    }
