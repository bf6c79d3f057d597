"""Starting, finding and stopping the emulator, also after a crash."""

from __future__ import annotations

import argparse
import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest
from emulators import PYTHON, ROOT, Emulator

sys.path.insert(0, str(ROOT / "infra" / "local"))

from local_stack import __main__ as commands  # noqa: E402
from local_stack import config, deploy, emulator, template  # noqa: E402
from local_stack.errors import StackError  # noqa: E402
from local_stack.ports import free_ports  # noqa: E402


@pytest.fixture
def port() -> int:
    return free_ports(1)[0]


@pytest.fixture(autouse=True)
def folder_of_its_own(tmp_path: Path, port: int, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Keeps these tests away from a stack that may be running."""
    for name in ("PID_FILE", "NOTE", "LOG", "SCRATCH", "STACK_FILE", "DEPLOYED"):
        monkeypatch.setattr(emulator, name, tmp_path / name.lower())
    monkeypatch.setattr(sys, "executable", str(PYTHON))
    monkeypatch.setenv(config.PORT_VARIABLE, str(port))
    yield
    emulator.stop()


def alive(pid: int) -> bool:
    asked = subprocess.run(["ps", "-o", "stat=", "-p", str(pid)], capture_output=True, text=True, check=False)
    return bool(asked.stdout.strip()) and not asked.stdout.startswith("Z")


def test_a_port_in_use_is_refused_before_the_build(port: int) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", port))
        other.listen()
        with pytest.raises(StackError) as refused:
            emulator.check_port()
    assert str(port) in refused.value.problem and config.PORT_VARIABLE in refused.value.way_on


@pytest.mark.parametrize("value", ["http", "80", "70000", "-1"])
def test_an_invalid_port_is_refused(value: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(config.PORT_VARIABLE, value)
    with pytest.raises(StackError, match="is not a port"):
        config.endpoint()


def test_a_running_emulator_is_kept_and_a_killed_one_is_restarted() -> None:
    first, _ = emulator.ensure_running()
    assert emulator.ensure_running() == (first, "already running")
    os.kill(first.pid, signal.SIGKILL)
    os.waitpid(first.pid, 0)
    second, what = emulator.ensure_running()
    assert what == "started" and second.id != first.id


@pytest.mark.parametrize("moment", ["_answers", "asdict"])
def test_ctrl_c_during_the_start_leaves_nothing_behind(
    moment: str, port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """While it waits for the answer, and before it has noted whom it started."""
    started: list[int] = []
    popen = subprocess.Popen

    def starting(*arguments: Any, **options: Any) -> subprocess.Popen[bytes]:
        process = popen(*arguments, **options)
        if "local_stack.launcher" in arguments[0]:
            started.append(process.pid)
        return process

    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(subprocess, "Popen", starting)
    monkeypatch.setattr(emulator, moment, interrupted)
    with pytest.raises(KeyboardInterrupt):
        emulator.ensure_running()
    (pid,) = started
    assert not alive(pid) and emulator.find_running() is None
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        probe.bind(("127.0.0.1", port))


def test_status_says_that_an_emulator_without_a_complete_stack_runs(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """As after Ctrl-C during the deploy."""
    monkeypatch.setattr(config, "STACK_FILE", emulator.STACK_FILE)
    running, _ = emulator.ensure_running()
    assert commands.status(argparse.Namespace()) == 0
    said = capsys.readouterr().out
    assert f"pid {running.pid}" in said and "make up" in said


def test_stop_also_ends_the_functions(port: int) -> None:
    running, _ = emulator.ensure_running()
    here = Emulator(port, emulator.SCRATCH)
    code = here.upload_bootstrap()
    function = {
        "FunctionName": "silent",
        "Runtime": "provided.al2023",
        "Handler": "bootstrap",
        "Role": "arn:aws:iam::000000000000:role/any",
        "Code": {"S3Bucket": code["Bucket"], "S3Key": code["Key"]},
    }
    here.deploy("silent", {"Function": {"Type": "AWS::Lambda::Function", "Properties": function}})
    here.client("lambda").invoke(FunctionName="silent", Payload=b"{}")
    assert functions_of(running.pid)
    assert emulator.stop() is True
    assert not alive(running.pid) and not functions_of(running.pid)
    assert emulator.stop() is False


def test_stop_removes_the_description_of_the_stack() -> None:
    running, _ = emulator.ensure_running()
    described = (emulator.STACK_FILE, emulator.DEPLOYED)
    for path in described:
        path.write_text("{}")
    assert emulator.find_running() == running and all(path.exists() for path in described)
    emulator.stop()
    assert not any(path.exists() for path in described)


def functions_of(group: int) -> list[str]:
    listed = subprocess.run(["ps", "-A", "-ww", "-o", "pgid=,command="], capture_output=True, text=True, check=True)
    rows = [line.split(maxsplit=1) for line in listed.stdout.splitlines()]
    return [row[1] for row in rows if int(row[0]) == group and "bootstrap" in row[1]]


def test_a_process_of_another_program_is_never_ended() -> None:
    """After a restart of the machine the recorded id may belong to any program."""
    other = subprocess.Popen(["sleep", "60"], start_new_session=True)
    try:
        noted = emulator.Running(other.pid, 1, "", "")
        emulator.PID_FILE.write_text(str(other.pid))
        emulator.NOTE.write_text(json.dumps(asdict(noted)))
        assert emulator.find_running() is None
        assert emulator.stop() is False
        assert alive(other.pid)
    finally:
        other.kill()
        other.wait()


def test_a_package_that_was_not_built_stops_the_deploy_with_its_name() -> None:
    with pytest.raises(StackError, match="package api, which was not built"):
        deploy.name_uploaded_code(template.document(), [])
