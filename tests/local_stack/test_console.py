"""The output of the Python programs, where its reader goes away, the disk is full, or the stack's folder is another one."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
import requests
from emulators import PYTHON, ROOT

sys.path.insert(0, str(ROOT / "infra" / "local"))

from local_stack.api import data  # noqa: E402
from local_stack.errors import StackError  # noqa: E402

#: More than a pipe or a buffer takes.
LONG = "'x' * 300_000"
PROGRAMS = {
    "printed": f"print('token'); print({LONG})",
    "by rich": f"console.print('token'); console.print({LONG})",
    "short": "print('token')",
    "help": "parser().parse_args(['--help'])",
}
FRAME = """
import sys
from local_stack.__main__ import parser
from local_stack.console import console, run_program
def main():
    {program}
    open(sys.argv[1], "w").close()
    return 0
sys.exit(run_program(main))
"""


def environment(**more: str) -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": str(ROOT / "infra" / "local"), "PYTHONDONTWRITEBYTECODE": "1", **more}


def closed_pipe() -> int:
    reader, writer = os.pipe()
    os.close(reader)
    return writer


def ran(stdout: int, *command: str, **more: str) -> subprocess.CompletedProcess[str]:
    try:
        return subprocess.run(
            [str(PYTHON), *command], stdout=stdout, stderr=subprocess.PIPE, text=True, cwd=ROOT, check=False,
            env=environment(**more),
        )  # fmt: skip
    finally:
        os.close(stdout)


#: Python writes at once, or when it ends; an empty value is none.
UNBUFFERED = ["", "1"]


@pytest.mark.parametrize("unbuffered", UNBUFFERED)
@pytest.mark.parametrize("program", PROGRAMS)
def test_a_closed_pipe_is_no_failure(program: str, unbuffered: str, tmp_path: Path) -> None:
    code = FRAME.format(program=PROGRAMS[program])
    ended = ran(closed_pipe(), "-c", code, str(tmp_path / "done"), PYTHONUNBUFFERED=unbuffered)
    assert (ended.returncode, ended.stderr) == (0, "")


def test_a_closed_pipe_ends_the_output_and_not_the_work(tmp_path: Path) -> None:
    """`make up | head` brings the stack up."""
    ended = ran(closed_pipe(), "-c", FRAME.format(program=PROGRAMS["by rich"]), str(tmp_path / "done"))
    assert ended.returncode == 0 and (tmp_path / "done").exists()


@pytest.mark.parametrize("unbuffered", UNBUFFERED)
@pytest.mark.parametrize("program", PROGRAMS)
def test_output_that_cannot_be_written_is_a_failure(program: str, unbuffered: str, tmp_path: Path) -> None:
    full = os.open("/dev/full", os.O_WRONLY)
    code = FRAME.format(program=PROGRAMS[program])
    ended = ran(full, "-c", code, str(tmp_path / "done"), PYTHONUNBUFFERED=unbuffered)
    assert ended.returncode == 1
    assert "the disk is full" in ended.stderr and "Traceback" not in ended.stderr


@pytest.mark.parametrize("script", ["infra/local/stack.py", "infra/bench/start.py", "infra/arm64/start.py"])
def test_the_entries_bear_a_closed_pipe(script: str, tmp_path: Path) -> None:
    """Before there is anything to hand over to, such as `make stop | true` in a fresh clone."""
    copied = tmp_path / script
    for path in ("infra/local/stack.py", "infra/handover.py", script):
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_bytes((ROOT / path).read_bytes())
    ended = ran(closed_pipe(), str(copied), "stop", PATH="/no/such/folder")
    assert "Traceback" not in ended.stderr and "Exception ignored" not in ended.stderr


def test_a_message_names_the_folder_of_its_stack() -> None:
    code = (
        "from local_stack import config, emulator, report; from local_stack.api import Guest\n"
        "try: Guest('http://127.0.0.1:1', 'token').edit('edit')\n"
        "except Exception as error: print(error.way_on)\n"
        "print(config.shown(config.STACK_FILE), config.shown(emulator.LOG))"
    )
    said = subprocess.run(
        [str(PYTHON), "-c", code], env=environment(MAGIC_EDITS_FOLDER=".local/another"), cwd=ROOT, capture_output=True,
        text=True, check=True,
    )  # fmt: skip
    assert said.stdout.count(".local/another/") == 3 and ".local/stack.json" not in said.stdout


def test_no_message_writes_the_folder_of_a_stack_out() -> None:
    """Another stack has another folder, so its paths come from `config` alone."""
    sources = [*(ROOT / "infra").rglob("*.py"), *(ROOT / "infra").rglob("*.rs")]
    files = ("stack.json", "ministack.log", "bench/report.json", "sam-local")
    written = [
        f"{path.relative_to(ROOT)}: {line.strip()}"
        for path in sources
        for line in path.read_text(encoding="utf-8").splitlines()
        if any(f".local/{name}" in line for name in files) and not line.lstrip().startswith(('"""', "//!"))
    ]
    assert written == []


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "answered 202 with nothing"),
        (b"<html>", "answered 202 with '<html>'"),
        (b"null", "answered 202 with 'null'"),
        (b'{"message": "x"}', '{"message": "x"}'),
    ],
)
def test_an_answer_without_a_resource_is_refused_with_what_it_is(content: bytes, said: str) -> None:
    """`make bench` once ended with a bare JSONDecodeError at its first edit."""
    answer = requests.Response()
    answer.status_code, answer._content = 202, content
    answer.url = "http://127.0.0.1/api/v1/events/the-token/photos/photo/ai-edits?x=1"
    answer.request = requests.Request("POST", answer.url).prepare()
    with pytest.raises(StackError) as refused:
        data(answer)
    assert said in refused.value.problem and "POST …/ai-edits" in refused.value.problem
    assert "the-token" not in refused.value.problem
