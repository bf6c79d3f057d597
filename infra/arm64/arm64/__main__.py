"""`make arm64`: builds both packages for arm64, runs an edit with them under qemu, and compares its picture with x86_64's.

ARM64_PROFILE=dev builds faster; without it, the release profile is built, as for AWS.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import requests
from botocore.exceptions import BotoCoreError, ClientError
from local_stack import build, config, template
from local_stack.console import console, fail, run_program, step
from local_stack.errors import StackError
from measure.__main__ import running_stack

from .journey import make_edit
from .toolchain import Missing, find_builder, find_emulator

PROFILE_VARIABLE = "ARM64_PROFILE"
OUT = config.SHARED / "arm64"
LIKENESS = Path(__file__).resolve().parents[1] / "likeness.py"
PILLOW_PYTHON = config.SHARED / "venv-test" / "bin" / "python"
#: The SIMD code of the codecs rounds differently on the two processors.
AIM_DB = 45.0


def run() -> bool:
    """Builds, runs, compares; true when the pictures are alike."""
    emulator = find_emulator()
    builder = find_builder(os.environ.get(PROFILE_VARIABLE) or "release")
    with step(f"Build {' and '.join(template.packages())} for arm64 with {builder.name}", live=False):
        binaries = builder.build()
    native = {package: build.bootstrap(package) for package in template.packages()}
    with running_stack() as stack:
        with step("Run an edit with the arm64 packages under qemu"):
            arm64 = make_edit(stack, binaries, OUT / "arm64", emulator)
        with step("Run the same edit with the local stack's packages"):
            x86_64 = make_edit(stack, native, OUT / "x86_64")
    return all([_alike(name, arm64[name], x86_64[name]) for name in arm64])


def _alike(name: str, one: Path, other: Path) -> bool:
    compared = subprocess.run([PILLOW_PYTHON, LIKENESS, one, other], capture_output=True, text=True, check=False)
    if compared.returncode != 0:
        raise StackError(f"The {name}s cannot be compared: {compared.stderr.strip()}", f"They are {one} and {other}.")
    ratio = float(compared.stdout)
    mark = "[green]✓[/]" if ratio >= AIM_DB else "[red]✗[/]"
    console.print(f"{mark} {name}: {ratio:.1f} dB between arm64 and x86_64 (at least {AIM_DB:g})", soft_wrap=True)
    return ratio >= AIM_DB


def main() -> int:
    """Runs the comparison. A machine without the tools is no failure."""
    config.isolate_environment()
    try:
        return 0 if run() else 1
    except Missing as missing:
        console.print(f"Skipped: {missing}", soft_wrap=True, markup=False)
        return 0
    except StackError as error:
        fail(error)
    except (BotoCoreError, ClientError, requests.RequestException, RuntimeError) as error:
        fail(StackError(f"{error}", f"{config.shown(config.EMULATOR_LOG)} and `make logs` may say more."))
    except KeyboardInterrupt:
        return 130
    return 1


if __name__ == "__main__":
    sys.exit(run_program(main))
