"""The fault suite: a stack of its own whose functions reach AWS through a proxy that injects faults.

`tests/faults` contains the proxy, the providers' doubles, and the sums at the end.
"""

from __future__ import annotations

import os
import subprocess

from . import build, config, emulator
from .ports import free_ports
from .up import alone, up_bare

#: The only test target of `tests/faults`.
SUITE = "storm"


def run(arguments: list[str]) -> bool:
    """Starts the stack, runs the suite, and ends what it started; true when every sum is right."""
    with alone("faults", "The fault suite is running already."):
        return _run(arguments)


def _run(arguments: list[str]) -> bool:
    os.environ[config.PORT_VARIABLE], os.environ[emulator.PROXY_VARIABLE] = map(str, free_ports(2))
    # The suite is built together with the functions. `make test` has built both already.
    os.environ.setdefault(build.TARGETS_VARIABLE, f"{build.BINARIES} --test {SUITE}")
    # The whole workspace, so that its crates have the features that the build above chose.
    command = ["cargo", "test", "--quiet", "--workspace", "--test", SUITE, "--", *arguments]
    try:
        up_bare()
        return subprocess.run(command, cwd=config.ROOT, check=False).returncode == 0
    finally:
        emulator.stop()
