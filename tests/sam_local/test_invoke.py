"""`sam local invoke` and `sam local start-api` as events/README.md says, in real containers."""

from __future__ import annotations

import json
import re
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from engine import WITHOUT_CERTIFICATES, Engine
from local_stack import samples, template

START_SECONDS = 120
API_PORT = "3000"


@pytest.fixture(scope="module")
def edit_id(engine: Engine, with_stack: Path) -> str:
    """An edit of the demo event, in place of the samples' placeholder. Their idempotency key always returns the same."""
    made = _invoke(engine, with_stack, "guest-create-edit")
    found: str = json.loads(made["body"])["data"]["id"]
    for path in (with_stack / "events").glob("*-get-edit.json"):
        path.write_text(path.read_text().replace(samples.EDIT, found))
    return found


def _invoke(engine: Engine, folder: Path, name: str, *options: str) -> Any:
    """The answer. SAM's report with the function's log appears with a failed test."""
    event = folder / "events" / f"{name}.json"
    ran = engine.run_sam(
        "local", "invoke", template.function(name).logical_id, "-t", folder / "template.yaml", "-e", event,
        "--skip-pull-image", *options,
    )  # fmt: skip
    print(ran.stderr)
    assert ran.returncode == 0 and "panicked" not in ran.stderr, ran.stderr
    try:
        return json.loads(ran.stdout)
    except ValueError:
        pytest.fail(f"{name} printed {ran.stdout!r}\n{ran.stderr}")


# One after the other: of containers that Podman starts at the same moment, one now and then reaches nobody.
@pytest.mark.usefixtures("edit_id")
def test_a_sample_gets_its_answer_from_the_local_stack(name: str, engine: Engine, with_stack: Path) -> None:
    answer, event = _invoke(engine, with_stack, name), samples.load(name)
    if samples.is_of_a_provider(event):
        assert (answer["statusCode"], json.loads(answer["body"])["code"]) == (404, "edit_not_found")
    elif samples.is_http(event):
        assert answer["statusCode"] == samples.ACCEPTED.get(name, 200), answer["body"]
    elif samples.is_a_batch(event):
        assert answer == {"batchItemFailures": []}
    else:
        assert answer and "errorType" not in answer, answer


def test_a_sample_without_a_stack_gets_a_clear_refusal(
    name_of_package: str, engine: Engine, without_stack: Path
) -> None:
    """From an image without certificates, too: nothing there may end the process."""
    answer = _invoke(engine, without_stack, name_of_package, "--invoke-image", WITHOUT_CERTIFICATES)
    assert samples.says_unavailable(name_of_package, answer), answer


@pytest.fixture(scope="module")
def ask(engine: Engine, with_stack: Path) -> Iterator[Callable[..., tuple[int, dict[str, Any]]]]:
    """Asks a running `sam local start-api`: path and options of curl in, status and body out."""
    options = ("-t", with_stack / "template.yaml", "--port", API_PORT, "--skip-pull-image")
    process = subprocess.Popen(
        engine.sam("local", "start-api", *options), env=engine.environment(), stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
        # A shell starts its background jobs, and so everything below them, with interrupts ignored.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )  # fmt: skip
    assert process.stderr is not None
    # SAM reports every request there: somebody must read it, or SAM stops when the pipe is full.
    said: list[str] = []
    with ThreadPoolExecutor(1) as reading:
        reading.submit(said.extend, process.stderr)

        def asked(path: str, *more: str) -> tuple[int, dict[str, Any]]:
            command = ("curl", "--silent", "--max-time", "60", "--write-out", "\n%{http_code}", *more)
            ran = subprocess.run(
                engine.inside(*command, f"http://127.0.0.1:{API_PORT}{path}"), capture_output=True, text=True, check=False
            )
            body, _, status = ran.stdout.rpartition("\n")
            return int(status or 0), json.loads(body) if body.startswith("{") else {"text": body}

        try:
            deadline = time.monotonic() + START_SECONDS
            while asked("/")[0] == 0:
                assert process.poll() is None and time.monotonic() < deadline, "".join(said)
                time.sleep(0.2)
            yield asked
        finally:
            # SAM removes its containers on an interrupt alone.
            process.send_signal(signal.SIGINT)
            try:
                process.wait(60)
            finally:
                process.kill()  # whoever reads what it says would wait for ever


def test_the_api_answers_a_guest(ask: Callable[..., tuple[int, dict[str, Any]]], stack: dict[str, Any]) -> None:
    demo = stack["demo"]
    guest = f"/api/v1/events/{demo['event_token']}"
    status, styles = ask(f"{guest}/ai-styles")
    # Other tests add styles.
    assert status == 200 and set(demo["style_keys"]) <= {style["key"] for style in styles["data"]}, styles
    status, refused = ask("/api/v1/events/sample-event-token/ai-styles")
    assert (status, refused["code"]) == (404, "event_not_found")
    body = json.dumps({"style_key": demo["style_keys"][0]})
    headers = ("--header", "content-type: application/json", "--header", "idempotency-key: sam-local")
    status, made = ask(f"{guest}/photos/{demo['photo_id']}/ai-edits", *headers, "--data", body)
    assert status == 202 and re.fullmatch(r"edit_[0-9A-Z]{26}", made["data"]["id"]), made
    status, seen = ask(f"{guest}/ai-edits/{made['data']['id']}")
    assert (status, seen["data"]["id"]) == (200, made["data"]["id"])


def test_the_api_lets_no_organiser_in(ask: Callable[..., tuple[int, dict[str, Any]]], stack: dict[str, Any]) -> None:
    """SAM checks no JWT and hands over no claims, so these functions must refuse."""
    header = ("--header", f"authorization: Bearer {stack['superadmin_jwt']}")
    for path in ("/api/v1/admin/ai-styles", f"/api/v1/tenant/events/{stack['demo']['event_slug']}/ai-edits"):
        status, refused = ask(path, *header)
        assert status in (401, 403), refused
