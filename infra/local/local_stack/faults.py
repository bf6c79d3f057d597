"""The fault suite: a stack of its own whose functions reach AWS through a proxy that misbehaves.

The suite itself (`tests/faults`) is the proxy and the providers, and does the sums at the end.
"""

from __future__ import annotations

import os
import socket
import subprocess

from . import config, emulator
from .console import step
from .errors import StackError
from .up import alone, up_bare

#: The one test target of `tests/faults`.
SUITE = "storm"


def run(arguments: list[str]) -> bool:
    """Brings the stack up, takes edits through the storm, and ends what it started; true when every sum is right."""
    with alone("faults", "The fault suite is running already."):
        return _run(arguments)


def _run(arguments: list[str]) -> bool:
    os.environ[config.PORT_VARIABLE], os.environ[emulator.PROXY_VARIABLE] = map(str, _free_ports(2))
    _build()
    try:
        up_bare()
        return subprocess.run(_cargo("--", *arguments), cwd=config.ROOT, check=False).returncode == 0
    finally:
        emulator.stop()


def _build() -> None:
    with step("Build the fault suite", live=False):
        if subprocess.run(_cargo("--no-run"), cwd=config.ROOT, check=False).returncode != 0:
            raise StackError("The fault suite does not build (cargo's messages are above).", "Mend it, then again.")


def _cargo(*arguments: str) -> list[str]:
    # The whole workspace, so that its crates are built with the features that everything else has built them with.
    return ["cargo", "test", "--quiet", "--workspace", "--test", SUITE, *arguments]


def _free_ports(count: int) -> list[int]:
    """Ports that nobody listens on. Held at the same time, so that they differ."""
    probes = [socket.socket() for _ in range(count)]
    try:
        for probe in probes:
            probe.bind(("127.0.0.1", 0))
        return [probe.getsockname()[1] for probe in probes]
    finally:
        for probe in probes:
            probe.close()
