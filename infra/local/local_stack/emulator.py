"""Starts, finds and stops the emulator. Ends only what it started."""

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

from .config import CREDENTIALS, DEPLOYED, LOCAL, PORT_VARIABLE, REGION, STACK_FILE, Endpoint, endpoint, shown
from .errors import StackError

PID_FILE = LOCAL / "ministack.pid"
NOTE = LOCAL / "ministack.json"
LOG = LOCAL / "ministack.log"
#: Unpacked packages and the like; the emulator's state itself lives in its memory and ends with it.
SCRATCH = LOCAL / "tmp"

START_SECONDS = 60
STOP_SECONDS = 10
#: `off` lets every role do everything. For tools between functions and emulator that break signatures.
IAM_VARIABLE = "MAGIC_EDITS_IAM"
#: The port of a proxy that functions call in place of the emulator; empty: none.
PROXY_VARIABLE = "MAGIC_EDITS_PROXY_PORT"
#: The services that functions call, as the SDK's variables spell them.
PROXIED_SERVICES = ("DYNAMODB", "S3", "SQS", "SSM", "EVENTBRIDGE")


@dataclass(frozen=True)
class Running:
    """An emulator that this project started."""

    pid: int
    port: int
    #: Of the launcher and its settings: an emulator that was started by other code is started anew.
    started_by: str
    #: Tells one start from the next; what was deployed to an earlier one is gone.
    id: str


def find_running() -> Running | None:
    """The emulator this project started, if it still lives; clears away what a killed run left behind."""
    if not (PID_FILE.exists() and NOTE.exists()):
        return None
    running = Running(**json.loads(NOTE.read_text()))
    if _is_emulator(running.pid):
        return running
    _end_functions(running.pid)
    _forget()
    return None


def check_port() -> None:
    """Refuses early, before a long build, where the port belongs to somebody else."""
    if find_running() is None:
        _refuse_taken_port(endpoint())


def ensure_running() -> tuple[Running, str]:
    """The running emulator, and in a word what was done for it."""
    wanted = endpoint()
    running = find_running()
    if running and running.port == wanted.port and running.started_by == _fingerprint() and _answers(wanted):
        return running, "already running"
    if running:
        stop()
    _refuse_taken_port(wanted)
    return _start(wanted), "started"


def stop() -> bool:
    """Ends the emulator and the functions it runs; says whether there was one."""
    running = find_running()
    if running is None:
        _forget()
        return False
    os.kill(running.pid, signal.SIGTERM)
    if not _wait_until_gone(running.pid):
        os.kill(running.pid, signal.SIGKILL)
        _wait_until_gone(running.pid)
    _end_functions(running.pid)
    _forget()
    return True


def _start(wanted: Endpoint) -> Running:
    shutil.rmtree(SCRATCH, ignore_errors=True)
    SCRATCH.mkdir(parents=True)
    started_by = _fingerprint()
    with LOG.open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "local_stack.launcher"],
            env=environment(wanted.port, SCRATCH), stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT,
            # A group of its own: it outlives this command, and its functions end with it.
            start_new_session=True,
        )  # fmt: skip
    running = Running(process.pid, wanted.port, started_by, f"{process.pid}-{time.time_ns()}")
    NOTE.write_text(json.dumps(asdict(running)))
    PID_FILE.write_text(f"{process.pid}\n")
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        if process.poll() is not None:
            _forget()
            raise StackError(f"The emulator did not start:\n{_last_lines()}", f"The whole log is in {shown(LOG)}.")
        if _answers(wanted):
            return running
        time.sleep(0.1)
    stop()
    raise StackError(
        f"The emulator has not answered for {START_SECONDS} s:\n{_last_lines()}", f"The whole log is in {shown(LOG)}."
    )


def environment(port: int, scratch: Path) -> dict[str, str]:
    """Exactly what the emulator sees. Functions inherit it, so nothing of the machine's own may be in it."""
    return {
        **CREDENTIALS,
        "PATH": os.environ.get("PATH", os.defpath),
        "HOME": str(scratch),
        "TMPDIR": str(scratch),
        "LANG": "C.UTF-8",
        "PYTHONPATH": str(Path(__file__).resolve().parents[1]),
        "PYTHONDONTWRITEBYTECODE": "1",
        "GATEWAY_PORT": str(port),
        # Without it the emulator listens on every interface of the machine.
        "BIND_HOST": "127.0.0.1",
        "MINISTACK_HOST": "127.0.0.1",
        "MINISTACK_REGION": REGION,
        "IOT_MTLS_ENABLED": "0",
        # Roles and policies of the template are enforced: what is forbidden on AWS is forbidden here.
        "AUTH": "false" if os.environ.get(IAM_VARIABLE) == "off" else "true",
        # What the emulator gives to functions, so that their calls come back to it.
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
                f"Port {wanted.port} is taken by another program.",
                f"Choose another port: {PORT_VARIABLE}={wanted.port + 10} make run — or end that program "
                f"(`lsof -i :{wanted.port}` names it).",
            ) from None


def _answers(wanted: Endpoint) -> bool:
    try:
        return requests.get(f"{wanted.url}/_ministack/health", timeout=2).ok
    except requests.RequestException:
        return False


def _is_emulator(pid: int) -> bool:
    """Whether this process is our emulator: after a restart of the machine the number may be somebody else's."""
    state, _, command = _processes("stat=,command=", "-p", str(pid)).strip().partition(" ")
    return bool(state) and not state.startswith("Z") and "local_stack.launcher" in command


def _wait_until_gone(pid: int) -> bool:
    deadline = time.monotonic() + STOP_SECONDS
    while time.monotonic() < deadline:
        with suppress(ChildProcessError):
            os.waitpid(pid, os.WNOHANG)
        if not _is_emulator(pid):
            return True
        time.sleep(0.05)
    return False


def _end_functions(group: int) -> None:
    """Ends functions that outlived their emulator: its process group, and run from our own scratch folder."""
    for line in _processes("pid=,pgid=,command=", "-A").splitlines():
        pid, pgid, command = line.split(maxsplit=2)
        if int(pgid) == group and str(SCRATCH) in command:
            with suppress(ProcessLookupError):
                os.kill(int(pid), signal.SIGKILL)


def _processes(columns: str, *which: str) -> str:
    """What `ps` says; `-ww` because it cuts commands at the terminal's width otherwise."""
    asked = subprocess.run(["ps", "-ww", "-o", columns, *which], capture_output=True, text=True, check=False)
    return asked.stdout


def _forget() -> None:
    """What was written of the emulator and of the stack in it, which ends with it."""
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
