"""A client that is generated from `openapi.json` takes a photo through a whole edit, with types all the way."""

from __future__ import annotations

import importlib
import subprocess
import sys
import time
import uuid
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
import requests
from test_openapi import BASE_URL, DEMO, ROOT

PACKAGE = "magic_edits_client"
PHOTO = ROOT / "tests" / "fixtures" / "photos" / "cat.jpg"


@pytest.fixture(scope="module")
def generated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the generated package; a warning of the generator is a part of the document that it left out."""
    folder = tmp_path_factory.mktemp("client")
    configuration = folder / "configuration.yaml"
    configuration.write_text(f"package_name_override: {PACKAGE}\npost_hooks: []\n", encoding="utf-8")
    command = [
        *(str(Path(sys.executable).with_name("openapi-python-client")), "generate"),
        *("--path", str(ROOT / "openapi.json")),
        *("--config", str(configuration)),
        *("--output-path", str(folder / "package"), "--meta", "none", "--fail-on-warning"),
    ]
    made = subprocess.run(command, capture_output=True, text=True, check=False)
    assert made.returncode == 0, made.stdout + made.stderr
    (folder / "package").rename(folder / PACKAGE)
    return folder


@pytest.fixture
def client(generated: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.syspath_prepend(str(generated))
    return module("client").Client(base_url=BASE_URL, headers={"x-guest-id": f"guest-{uuid.uuid4().hex}"})


def module(name: str) -> ModuleType:
    return importlib.import_module(f"{PACKAGE}.{name}")


def call(client: Any, operation: str, *arguments: Any, **named: Any) -> Any:
    """The resource that an operation answers with."""
    answer = module(f"api.default.{operation}").sync_detailed(*arguments, client=client, **named)
    assert 200 <= answer.status_code < 300, answer.content
    return answer.parsed.data


def test_a_generated_client_takes_a_photo_through_an_edit(client: Any) -> None:
    models = module("models")
    token = DEMO["event_token"]
    event = call(client, "get_event", token)
    assert event.ai_edits.available and event.name

    photo = PHOTO.read_bytes()
    announced = models.PhotoInput(mime_type=models.MimeType.IMAGEJPEG, size_bytes=len(photo))
    registered = call(client, "create_photo", token, body=announced)
    upload = registered.upload
    headers = dict(upload.headers.additional_properties)
    requests.request(upload.method, upload.url, data=photo, headers=headers, timeout=30).raise_for_status()

    styles = call(client, "list_styles", token)
    style = next(style for style in styles if style.key == DEMO["style_keys"][0])
    asked = models.EditInput(style_key=style.key)
    key = uuid.uuid4().hex
    edit = call(client, "create_edit", token, registered.id, body=asked, idempotency_key=key)
    assert call(client, "create_edit", token, registered.id, body=asked, idempotency_key=key).id == edit.id

    deadline = time.monotonic() + 60
    while edit.status not in (models.Status.SUCCEEDED, models.Status.FAILED, models.Status.BLOCKED):
        assert time.monotonic() < deadline, edit
        time.sleep(edit.wait.retry_after_ms / 1_000)
        edit = call(client, "get_edit", token, edit.id)
    assert edit.status == models.Status.SUCCEEDED, edit.failure
    picture = requests.get(edit.output.url, timeout=30)
    assert (picture.status_code, len(picture.content)) == (200, edit.output.bytes_)


def test_a_generated_client_gets_a_problem_with_its_code(client: Any) -> None:
    models = module("models")
    answer = module("api.default.get_event").sync_detailed("no-such-token", client=client)
    assert answer.status_code == 404
    assert answer.parsed.code == models.ProblemCode.EVENT_NOT_FOUND
