"""A function under the AWS Runtime Interface Emulator: its real bootstrap, its real runtime API, no container.

Standard library alone: the tests of `events/` use it too, from an environment of their own.
"""

from __future__ import annotations

import json
import os
import platform
import re
import socket
import subprocess
import tempfile
import time
from http.client import HTTPConnection
from pathlib import Path
from types import TracebackType
from typing import Any

ROOT = Path(__file__).resolve().parents[3]
START_SECONDS = 10
#: Longer than any function's own timeout; a function that hangs must not hang what measures it.
ANSWER_SECONDS = 130
#: From the start of the process to its first question for work. The `Init Duration` of the REPORT line is not it:
#: outside AWS that one only times the emulator's own preparations.
INIT_LINE = re.compile(r"INIT REPORT\(durationMs: ([0-9.]+)\)")


def emulator() -> Path:
    """The Runtime Interface Emulator that ships in the SAM CLI's package."""
    machine = "arm64" if platform.machine().lower() in {"arm64", "aarch64"} else "x86_64"
    pattern = f"lib/python*/site-packages/samcli/local/rapid/aws-lambda-rie-{machine}"
    found = sorted((ROOT / ".local" / "venv-test").glob(pattern))
    if not found:
        raise FileNotFoundError(2, "The Runtime Interface Emulator is not installed", f".local/venv-test/{pattern}")
    return found[0]


class Function:
    """One execution environment, for the time of a `with` block. The process starts with the first invocation."""

    def __init__(self, bootstrap: Path, environment: dict[str, str]) -> None:
        self._bootstrap = bootstrap
        self._environment = environment
        self._log = tempfile.TemporaryFile()
        self._process: subprocess.Popen[bytes] | None = None
        self._port = 0

    def __enter__(self) -> Function:
        self._port, runtime_port = free_ports(2)
        self._process = subprocess.Popen(
            [
                str(emulator()),
                "--runtime-interface-emulator-address", f"127.0.0.1:{self._port}",
                "--runtime-api-address", f"127.0.0.1:{runtime_port}",
                str(self._bootstrap),
            ],
            # Nothing of the machine's own: a function sees the variables of the template, as on AWS.
            env={"PATH": os.environ.get("PATH", os.defpath), "AWS_EC2_METADATA_DISABLED": "true", **self._environment},
            stdin=subprocess.DEVNULL, stdout=self._log, stderr=subprocess.STDOUT,
        )  # fmt: skip
        try:
            self._wait_until_listening()
        except BaseException:
            self.end()
            raise
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.end()
        self._log.close()

    def invoke(self, event: dict[str, Any]) -> Any:
        """The function's answer to an event."""
        answer = self.invoke_raw(json.dumps(event).encode())
        return json.loads(answer)

    def invoke_raw(self, payload: bytes) -> bytes:
        """The answer's bytes; nothing but the call itself happens in here, so that it can be timed."""
        connection = HTTPConnection("127.0.0.1", self._port, timeout=ANSWER_SECONDS)
        try:
            connection.request("POST", "/2015-03-31/functions/function/invocations", payload)
            return connection.getresponse().read()
        except OSError as error:
            raise RuntimeError(f"{self._bootstrap} gave no answer ({error}):\n{self.log()}") from error
        finally:
            connection.close()

    def init_ms(self) -> float:
        """Milliseconds from the start of the process until it asked for work. Known after the first answer."""
        found = INIT_LINE.search(self.log())
        if found is None:
            raise RuntimeError(f"{self._bootstrap} has not started:\n{self.log()}")
        return float(found.group(1))

    def log(self) -> str:
        """What the function and the emulator have written."""
        # Not with `seek`: the file's position is shared with the processes that write.
        size = os.fstat(self._log.fileno()).st_size
        return os.pread(self._log.fileno(), size, 0).decode(errors="replace")

    def invocations(self) -> list[dict[str, Any]]:
        """The function's own lines about its invocations."""
        lines = [line for line in self.log().splitlines() if line.startswith("{")]
        return [entry for entry in map(json.loads, lines) if entry.get("message") == "invocation"]

    def end(self) -> None:
        """Ends the emulator, which ends the function with it."""
        if self._process is None:
            return
        self._process.terminate()
        try:
            self._process.wait(5)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._process = None

    def _wait_until_listening(self) -> None:
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline:
            assert self._process is not None
            if self._process.poll() is not None:
                break
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", self._port)) == 0:
                    return
            time.sleep(0.01)
        raise RuntimeError(f"The Runtime Interface Emulator does not listen:\n{self.log()}")


def free_ports(count: int) -> list[int]:
    """Ports of 127.0.0.1 that nobody uses, all different."""
    probes = [socket.socket() for _ in range(count)]
    try:
        for probe in probes:
            probe.bind(("127.0.0.1", 0))
        return [int(probe.getsockname()[1]) for probe in probes]
    finally:
        for probe in probes:
            probe.close()
