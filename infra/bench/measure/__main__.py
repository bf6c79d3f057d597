"""`make bench` measures everything, or the sections that BENCH_ONLY names: size,cold,calls,endpoints,capacity,media,terms."""

from __future__ import annotations

import os
import platform
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import requests
from botocore.exceptions import BotoCoreError, ClientError
from local_stack import config, emulator, manifest
from local_stack.console import console, fail
from local_stack.errors import StackError

from . import report
from .calls import measure_calls
from .capacity import measure_capacity
from .cold import measure_cold_starts
from .endpoints import measure_endpoints
from .pictures import measure_pictures
from .release import build, measure_sizes
from .terms import measure_terms

SECTIONS = ("size", "cold", "calls", "endpoints", "capacity", "media", "terms")
#: Sections that need a stack and the Runtime Interface Emulator.
ON_A_STACK = {"cold", "calls", "endpoints", "capacity"}
VARIABLE = "BENCH_ONLY"


def wanted(arguments: list[str]) -> list[str]:
    """The sections that the command line or the environment names; without either, all."""
    text = ",".join(arguments) or os.environ.get(VARIABLE, "")
    named = [name.strip() for name in text.split(",") if name.strip()]
    unknown = [name for name in named if name not in SECTIONS]
    if unknown:
        raise StackError(f"{VARIABLE}: there is no {', '.join(unknown)}.", f"Use some of {','.join(SECTIONS)}.")
    found = named or list(SECTIONS)
    if platform.system() != "Linux" and ON_A_STACK & set(found):
        report.say("The Runtime Interface Emulator only runs on Linux, so cold starts, calls and capacity are skipped.")
        found = [name for name in found if name not in ON_A_STACK]
    return found


def run(sections: list[str]) -> None:
    """Measures the sections one after the other, so that they do not disturb each other."""
    results = report.Report()
    if {"size", "cold"} & set(sections):
        binaries = build()
        if "size" in sections:
            results.add("size", measure_sizes(binaries))
    if ON_A_STACK & set(sections):
        with running_stack() as stack:
            if "cold" in sections:
                results.add("cold", measure_cold_starts(stack, binaries))
            if "calls" in sections:
                results.add("calls", measure_calls(stack))
            if "endpoints" in sections:
                results.add("endpoints", measure_endpoints(stack))
            if "capacity" in sections:
                results.add("capacity", measure_capacity(stack))
    if "media" in sections:
        results.add("media", measure_pictures())
    if "terms" in sections:
        results.add("terms", measure_terms())
    results.close()


@contextmanager
def running_stack() -> Iterator[dict[str, Any]]:
    """The running stack as it is, or a new one for the time of the measurement."""
    running = emulator.find_running()
    if running is not None and config.STACK_FILE.exists():
        os.environ[config.PORT_VARIABLE] = str(running.port)
        report.say("This uses the stack that is running. If the code has changed since, run `make up` first.")
        yield manifest.read()
        return
    from local_stack.up import up

    stack = up()
    try:
        yield stack
    finally:
        emulator.stop()
        console.print("Stopped the stack that this command started.")


def main() -> int:
    """Runs the measurements. A person sees what is wrong and what to do; only unforeseen errors show a traceback."""
    config.isolate_environment()
    try:
        run(wanted(sys.argv[1:]))
        return 0
    except StackError as error:
        fail(error)
    except (BotoCoreError, ClientError, requests.RequestException) as error:
        fail(StackError(f"A call to the emulator failed: {error}", f"{config.shown(emulator.LOG)} says more."))
    except (RuntimeError, OSError) as error:
        fail(StackError(str(error), "Earlier results are in .local/bench/report.json."))
    except KeyboardInterrupt:
        console.print("\nInterrupted. The results so far are in .local/bench/report.json.")
        return 130
    return 1


if __name__ == "__main__":
    sys.exit(main())
