"""Starts, finds and stops the emulator. It ends only processes that it started."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path

import requests

from .config import (
    CREDENTIALS,
    DEPLOYED,
    EMULATOR_LOG,
    LOCAL,
    PORT_VARIABLE,
    REGION,
    STACK_FILE,
    Endpoint,
    endpoint,
    shown,
)
from .errors import StackError

PID_FILE = LOCAL / "ministack.pid"
NOTE = LOCAL / "ministack.json"
LOG = EMULATOR_LOG
#: Temporary files, such as unpacked packages. The emulator keeps its state in memory.
SCRATCH = LOCAL / "tmp"

START_SECONDS = 60
STOP_SECONDS = 10
#: `off` allows every role everything, for tools between functions and emulator that break signatures.
IAM_VARIABLE = "MAGIC_EDITS_IAM"
#: Port of a proxy that functions call instead of the emulator; empty for none.
PROXY_VARIABLE = "MAGIC_EDITS_PROXY_PORT"
#: Services that functions call, as the SDK's variables spell them.
PROXIED_SERVICES = ("DYNAMODB", "S3", "SQS", "SSM", "EVENTBRIDGE")


@dataclass(frozen=True)
class Running:
    """An emulator that this project started."""

    pid: int
    port: int
    #: Digest of the launcher and its settings: after a change of either, the emulator is restarted.
    started_by: str
    #: Differs with every start: the deployments of an earlier start are gone.
    id: str


def find_running() -> Running | None:
    """The emulator that this project started, if it still runs; cleans up after one that was killed."""
    if not (PID_FILE.exists() and NOTE.exists()):
        return None
    running = Running(**json.loads(NOTE.read_text()))
    if _is_emulator(running.pid):
        return running
    _end_functions(running.pid)
    _forget()
    return None


def check_port() -> None:
    """Refuses a port that another program uses, before a long build."""
    if find_running() is None:
        _refuse_taken_port(endpoint())


def ensure_running() -> tuple[Running, str]:
    """The running emulator and, in a word, what was done."""
    wanted = endpoint()
    running = find_running()
    if running and running.port == wanted.port and running.started_by == _fingerprint() and _answers(wanted):
        return running, "already running"
    if running:
        stop()
    _refuse_taken_port(wanted)
    return _start(wanted), "started"


def stop() -> bool:
    """Ends the emulator and its functions; returns whether one was running."""
    running = find_running()
    if running is None:
        _forget()
        return False
    _end(running.pid)
    return True


def _end(pid: int) -> None:
    for ending in (signal.SIGTERM, signal.SIGKILL):
        if _is_emulator(pid):
            os.kill(pid, ending)
            _wait_until_gone(pid)
    _end_functions(pid)
    _forget()


def _start(wanted: Endpoint) -> Running:
    shutil.rmtree(SCRATCH, ignore_errors=True)
    SCRATCH.mkdir(parents=True)
    started_by = _fingerprint()
    with LOG.open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "local_stack.launcher"],
            env=environment(wanted.port, SCRATCH), stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT,
            # A process group of its own: it outlives this command, and its functions end with it.
            start_new_session=True,
        )  # fmt: skip
    try:
        running = Running(process.pid, wanted.port, started_by, f"{process.pid}-{time.time_ns()}")
        NOTE.write_text(json.dumps(asdict(running)))
        PID_FILE.write_text(f"{process.pid}\n")
        _wait_until_ready(process, wanted)
    except BaseException:
        # Ctrl-C included. Not `stop`, which needs the notes: without them the emulator would keep the port for good.
        _end(process.pid)
        raise
    return running


def _wait_until_ready(process: subprocess.Popen[bytes], wanted: Endpoint) -> None:
    deadline = time.monotonic() + START_SECONDS
    while not _answers(wanted):
        if process.poll() is not None:
            problem = "The emulator did not start"
        elif time.monotonic() > deadline:
            problem = f"The emulator did not answer within {START_SECONDS} s"
        else:
            time.sleep(0.1)
            continue
        raise StackError(f"{problem}:\n{_last_lines()}", f"The whole log is in {shown(LOG)}.")


def environment(port: int, scratch: Path) -> dict[str, str]:
    """The whole environment of the emulator. Functions inherit it, so it contains nothing of the machine's own."""
    return {
        **CREDENTIALS,
        "PATH": os.environ.get("PATH", os.defpath),
        "HOME": str(scratch),
        "TMPDIR": str(scratch),
        "LANG": "C.UTF-8",
        "PYTHONPATH": str(Path(__file__).resolve().parents[1]),
        "PYTHONDONTWRITEBYTECODE": "1",
        "GATEWAY_PORT": str(port),
        # Without this variable the emulator listens on every interface of the machine.
        "BIND_HOST": "127.0.0.1",
        "MINISTACK_HOST": "127.0.0.1",
        "MINISTACK_REGION": REGION,
        "IOT_MTLS_ENABLED": "0",
        # Enforces the template's roles and policies: what AWS forbids is forbidden here.
        "AUTH": "false" if os.environ.get(IAM_VARIABLE) == "off" else "true",
        # The emulator passes this on to functions, so that they call it.
        "AWS_ENDPOINT_URL": f"http://127.0.0.1:{port}",
        **_through_proxy(),
    }


def _through_proxy() -> dict[str, str]:
    port = os.environ.get(PROXY_VARIABLE)
    if not port:
        return {}
    return {f"AWS_ENDPOINT_URL_{service}": f"http://127.0.0.1:{port}" for service in PROXIED_SERVICES}


def _refuse_taken_port(wanted: Endpoint) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", wanted.port))
        except OSError:
            raise StackError(
                f"Another program uses port {wanted.port}.",
                f"Choose another port: {PORT_VARIABLE}={wanted.port + 10} make run — or end that program "
                f"(`lsof -i :{wanted.port}` names it).",
            ) from None


def _answers(wanted: Endpoint) -> bool:
    try:
        return requests.get(f"{wanted.url}/_ministack/health", timeout=2).ok
    except requests.RequestException:
        return False


def _is_emulator(pid: int) -> bool:
    """Whether this process is the emulator: after a restart of the machine another process may have its id."""
    state, _, command = _processes("stat=,command=", "-p", str(pid)).strip().partition(" ")
    return bool(state) and not state.startswith("Z") and "local_stack.launcher" in command


def _wait_until_gone(pid: int) -> None:
    deadline = time.monotonic() + STOP_SECONDS
    while time.monotonic() < deadline:
        with suppress(ChildProcessError):
            os.waitpid(pid, os.WNOHANG)
        if not _is_emulator(pid):
            return
        time.sleep(0.05)


def _end_functions(group: int) -> None:
    """Ends functions that outlived their emulator, and waits until they are gone."""
    deadline = time.monotonic() + STOP_SECONDS
    while (left := _functions_of(group)) and time.monotonic() < deadline:
        for pid in left:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        time.sleep(0.05)


def _functions_of(group: int) -> list[int]:
    """Functions of an emulator: the processes of its group that run from its scratch folder."""
    rows = (line.split(maxsplit=2) for line in _processes("pid=,pgid=,command=", "-A").splitlines())
    return [int(pid) for pid, pgid, command in rows if int(pgid) == group and str(SCRATCH) in command]


def _processes(columns: str, *which: str) -> str:
    """The output of `ps`; without `-ww` it cuts commands at the width of the terminal."""
    asked = subprocess.run(["ps", "-ww", "-o", columns, *which], capture_output=True, text=True, check=False)
    return asked.stdout


def _forget() -> None:
    """Removes the notes about the emulator, and about the stack, which ends with it."""
    for path in (PID_FILE, NOTE, STACK_FILE, DEPLOYED):
        path.unlink(missing_ok=True)


def _fingerprint() -> str:
    sources = sorted((Path(__file__).parent / "launcher").glob("*.py"))
    content = b"".join(path.read_bytes() for path in sources)
    settings = [os.environ.get(name, "") for name in (IAM_VARIABLE, PROXY_VARIABLE)]
    return hashlib.sha256(content + "\0".join(settings).encode()).hexdigest()[:16]


def _last_lines() -> str:
    lines = LOG.read_text(errors="replace").splitlines() if LOG.exists() else []
    return "\n".join(f"  {line}" for line in lines[-8:])
