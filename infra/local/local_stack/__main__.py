"""Commands of the local stack; see `make help`."""

from __future__ import annotations

import argparse
import errno
import shutil
import sys
import time
from typing import IO

import requests
from botocore.exceptions import BotoCoreError, ClientError

from . import accounts, config, deploy, emulator, invocations, manifest, template
from .console import console, fail, run_program, step
from .errors import StackError


def up(_: argparse.Namespace) -> int:
    """Start the stack with demo data."""
    from .report import print_pages
    from .up import up as bring_up

    stack = bring_up()
    print_pages(stack)
    console.print(f"\nUp at {stack['api_url']}/api/v1 — described in {config.shown(config.STACK_FILE)}\n", soft_wrap=True)
    return 0


def run(_: argparse.Namespace) -> int:
    """Start the stack and take one photo through an edit."""
    from .api import Guest
    from .edit import follow_one_edit
    from .report import print_pages, print_report
    from .up import up as bring_up

    stack = bring_up()
    demo, since_ms = stack["demo"], int(time.time() * 1000) - 1000
    guest = Guest(stack["api_url"], demo["event_token"])
    journey = follow_one_edit(guest, demo["photo_id"], demo["style_keys"][0])
    print_report(journey, invocations.of_edit(journey.edit_id, since_ms), stack)
    print_pages(stack, with_code=True)
    return 0


def stop(_: argparse.Namespace) -> int:
    """End the stack; its data goes with it."""
    console.print("Stopped." if emulator.stop() else "Nothing was running.")
    return 0


def clean(arguments: argparse.Namespace) -> int:
    """End the stack and remove everything it made, except cargo's build."""
    stop(arguments)
    # Printed first: this interpreter itself is part of what is removed.
    console.print(f"Removing {config.shown(config.LOCAL)}. `cargo clean` removes the build.")
    for path in config.LOCAL.iterdir():
        if path.is_dir():
            shutil.rmtree(path, ignore_errors=True)
        else:
            path.unlink(missing_ok=True)
    return 0


def status(_: argparse.Namespace) -> int:
    """Say whether the stack is running."""
    running = emulator.find_running()
    if running is None:
        console.print("Not running. Start it with `make up`.")
        return 0
    if not config.STACK_FILE.exists():
        console.print(f"The emulator runs with pid {running.pid}, but its stack is not complete. `make up` completes it.")
        return 0
    stack = manifest.read()
    console.print(f"Running with pid {running.pid}: {stack['api_url']}/api/v1", soft_wrap=True)
    return 0


def sam_local(_: argparse.Namespace) -> int:
    """Prepare `sam local invoke` and `sam local start-api`."""
    from . import build
    from .sam_local import prepare, tell

    with step("Build the functions", live=False):
        binaries = build.build()
    with step("Pack the functions"):
        build.pack_all(binaries)
    is_complete = emulator.find_running() is not None and config.STACK_FILE.exists()
    stack = manifest.read() if is_complete else None
    prepare(stack)
    tell(stack)
    return 0


def logs(arguments: argparse.Namespace) -> int:
    """Print what the functions logged in the last minutes."""
    _require_running()
    since_ms = int((time.time() - arguments.minutes * 60) * 1000)
    for name in [arguments.function] if arguments.function else template.function_names():
        for line in invocations.lines(name, since_ms):
            console.print(f"{name}  {line}", soft_wrap=True, markup=False)
    return 0


def token(arguments: argparse.Namespace) -> int:
    """Print a fresh ID token."""
    _require_running()
    outputs = deploy.outputs(deploy.find_stack())
    if arguments.superadmin:
        made = accounts.superadmin_token(outputs)
    else:
        made = accounts.tenant_token(outputs, arguments.tenant)
    console.print(made, markup=False, soft_wrap=True)
    return 0


def web(_: argparse.Namespace) -> int:
    """Build the pages into web/dist."""
    from . import site

    with step("Build the pages") as building:
        building.note = site.build()
    console.print(f"Built {config.shown(site.DIST)}. `magic-edits site publish` uploads it.")
    return 0


def pictures(_: argparse.Namespace) -> int:
    """Take the README's pictures of the pages anew."""
    from . import site

    with step("Build the pages") as building:
        building.note = site.build()
    return site.take_pictures()


def test(_: argparse.Namespace) -> int:
    """Run every test."""
    from .checks import run_all

    return run_all()


def test_faults(arguments: argparse.Namespace) -> int:
    """Run edits while faults are injected, on a stack of their own."""
    from .faults import run

    return 0 if run(arguments.suite) else 1


def lint(_: argparse.Namespace) -> int:
    """Run formatters and linters without changing anything."""
    from .checks import run_lint

    return run_lint()


def _require_running() -> None:
    if emulator.find_running() is None:
        raise StackError("No stack is running.", "Start one with `make up`.")


class _Parser(argparse.ArgumentParser):
    def _print_message(self, message: str, file: IO[str] | None = None) -> None:
        """argparse ignores that its help cannot be written."""
        if file is sys.stdout:
            file.write(message)
        else:
            super()._print_message(message, file)


def parser() -> argparse.ArgumentParser:
    """Every command and its options."""
    made = _Parser(prog="python3 infra/local/stack.py", description="The local stack.")
    commands = made.add_subparsers(dest="command", required=True)
    for command in (up, run, stop, clean, status, web, pictures, test, lint):
        commands.add_parser(command.__name__, help=command.__doc__).set_defaults(do=command)
    printing = commands.add_parser("logs", help=logs.__doc__)
    printing.add_argument("function", nargs="?", help="one function; all without it")
    printing.add_argument("--minutes", type=float, default=10)
    printing.set_defaults(do=logs)
    commands.add_parser("sam-local", help=sam_local.__doc__).set_defaults(do=sam_local)
    storming = commands.add_parser("test-faults", help=test_faults.__doc__)
    storming.add_argument("suite", nargs="*", help="options of the suite itself, after `--`; --help lists them")
    storming.set_defaults(do=test_faults)
    signing = commands.add_parser("token", help=token.__doc__)
    whom = signing.add_mutually_exclusive_group(required=True)
    whom.add_argument("--tenant", metavar="ID")
    whom.add_argument("--superadmin", action="store_true")
    signing.set_defaults(do=token)
    return made


def main() -> int:
    """Runs one command. A person sees what is wrong and what to do, never a traceback."""
    arguments = parser().parse_args()
    config.isolate_environment()
    config.LOCAL.mkdir(exist_ok=True)
    try:
        return int(arguments.do(arguments))
    except StackError as error:
        fail(error)
    except (BotoCoreError, ClientError, requests.RequestException) as error:
        fail(StackError(f"A call to the emulator failed: {error}", f"{config.shown(emulator.LOG)} says more."))
    except KeyboardInterrupt:
        console.print("\nInterrupted. Whatever was started keeps running; `make stop` ends it.")
        return 130
    except OSError as error:
        if error.errno != errno.ENOSPC:
            raise
        fail(StackError("The disk is full.", "Free some space, for example with `cargo clean`, then try again."))
    return 1


if __name__ == "__main__":
    sys.exit(run_program(main))
