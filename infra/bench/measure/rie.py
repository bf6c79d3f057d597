"""Runs a function under the AWS Runtime Interface Emulator (RIE): its real binary and runtime API, without a container.

Needs no package that is installed, because the tests of `events/` use it too, from an environment of their own.
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
from collections.abc import Sequence
from http.client import HTTPConnection
from pathlib import Path
from types import TracebackType
from typing import Any

from local_stack.ports import free_ports

ROOT = Path(__file__).resolve().parents[3]
START_SECONDS = 10
#: Longer than the timeout of any function that has a sample event to answer; a hanging function must not hang its caller.
ANSWER_SECONDS = 130
#: From the start of the process to its first request for work. The `Init Duration` of the REPORT line is something else:
#: outside AWS it only times the RIE's own preparations.
INIT_LINE = re.compile(r"INIT REPORT\(durationMs: ([0-9.]+)\)")


def emulator() -> Path:
    """The Runtime Interface Emulator of the SAM CLI's package."""
    machine = "arm64" if platform.machine().lower() in {"arm64", "aarch64"} else "x86_64"
    pattern = f"lib/python*/site-packages/samcli/local/rapid/aws-lambda-rie-{machine}"
    found = sorted((ROOT / ".local" / "venv-test").glob(pattern))
    if not found:
        raise FileNotFoundError(2, "The Runtime Interface Emulator is not installed", f".local/venv-test/{pattern}")
    return found[0]


class Function:
    """One execution environment, for the time of a `with` block. The process starts with the first invocation.

    `through` is a program that runs the bootstrap, such as an emulator of another processor.
    """

    def __init__(self, bootstrap: Path, environment: dict[str, str], through: Sequence[str] = ()) -> None:
        self._bootstrap = bootstrap
        self._through = through
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
                *self._through,
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

    def invoke(self, event: Any) -> dict[str, Any]:
        """The function's answer to an event."""
        return self.parsed(self.invoke_raw(json.dumps(event).encode()))

    def parsed(self, answer: bytes) -> dict[str, Any]:
        """An answer as JSON. A function that ends before it answers leaves an empty one; its log says why."""
        try:
            found = json.loads(answer)
        except ValueError:
            found = None
        if not isinstance(found, dict):
            said = answer.decode(errors="replace")[:500] or "nothing"
            raise RuntimeError(f"{self._name()} answered {said}. Its log:\n{self.log()}")
        return found

    def invoke_raw(self, payload: bytes) -> bytes:
        """The bytes of the answer. This does nothing but the call, so that callers can time it."""
        connection = HTTPConnection("127.0.0.1", self._port, timeout=ANSWER_SECONDS)
        try:
            connection.request("POST", "/2015-03-31/functions/function/invocations", payload)
            return connection.getresponse().read()
        except OSError as error:
            raise RuntimeError(f"{self._name()} did not answer ({error}). Its log:\n{self.log()}") from error
        finally:
            connection.close()

    def init_ms(self) -> float:
        """Milliseconds from the start of the process to its first request for work. Known after the first answer."""
        found = INIT_LINE.search(self.log())
        if found is None:
            raise RuntimeError(f"{self._name()} has not started. Its log:\n{self.log()}")
        return float(found.group(1))

    def log(self) -> str:
        """The output of the function and of the RIE."""
        # `pread`, not `seek`: the writing processes share the position of the file.
        size = os.fstat(self._log.fileno()).st_size
        return os.pread(self._log.fileno(), size, 0).decode(errors="replace")

    def invocations(self) -> list[dict[str, Any]]:
        """The lines that the function logged about its invocations."""
        lines = [line for line in self.log().splitlines() if line.startswith("{")]
        return [entry for entry in map(json.loads, lines) if entry.get("message") == "invocation"]

    def end(self) -> None:
        """Ends the RIE and with it the function."""
        if self._process is None:
            return
        self._process.terminate()
        try:
            self._process.wait(5)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._process = None

    def _name(self) -> str:
        """The function for error messages."""
        return f"{self._environment.get('_HANDLER', '(no handler)')} in {self._bootstrap}"

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
