"""fal's own Python client takes an edit through fal's double: what the double says is what the client expects of fal."""

from __future__ import annotations

import base64
import json
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import fal_client
import pytest
from fal_client import client as client_module

ROOT = next(folder for folder in Path(__file__).resolve().parents if (folder / "template.yaml").exists())
sys.path.insert(0, str(ROOT / "infra" / "local"))

from local_stack import build  # noqa: E402

#: `make test` builds it with everything else.
DOUBLE = build.target_folder() / "debug" / "examples" / "fal_double"
PHOTO = ROOT / "tests" / "fixtures" / "photos" / "cat.jpg"
ENDPOINT = "fal-ai/flux-pro/kontext"
KEY = "key-id:of-the-fal-double"
#: Seconds between two questions of the client.
INTERVAL = 0.01


@dataclass
class Double:
    process: subprocess.Popen[str]
    queue: str

    def requests(self) -> list[dict[str, Any]]:
        """Ends the double; returns the requests that it got."""
        output, _ = self.process.communicate(timeout=10)
        return [json.loads(line) for line in output.splitlines()]


@pytest.fixture
def double(monkeypatch: pytest.MonkeyPatch) -> Iterator[Double]:
    """A running double, to which the client's queue address points."""
    process = subprocess.Popen([DOUBLE], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    with process:
        assert process.stdout
        queue = process.stdout.readline().strip()
        monkeypatch.setattr(client_module, "QUEUE_URL_FORMAT", f"{queue}/")
        yield Double(process, queue)
        process.kill()


@pytest.fixture
def client() -> fal_client.SyncClient:
    return fal_client.SyncClient(key=KEY, default_timeout=10)


def arguments(prompt: str) -> dict[str, Any]:
    photo = base64.b64encode(PHOTO.read_bytes()).decode()
    return {"prompt": prompt, "image_url": f"data:image/jpeg;base64,{photo}"}


@pytest.mark.parametrize("with_logs", [False, True])
def test_an_edit_goes_from_the_queue_over_the_runner_to_the_picture(
    double: Double, client: fal_client.SyncClient, with_logs: bool
) -> None:
    handle = client.submit(ENDPOINT, arguments("as a comic"))
    seen = list(handle.iter_events(with_logs=with_logs, interval=INTERVAL))
    assert [type(status) for status in seen] == [fal_client.Queued, fal_client.InProgress, fal_client.Completed]
    for status in seen[1:]:
        logs = status.logs
        assert (isinstance(logs, list) and all("message" in line for line in logs)) if with_logs else logs is None
    assert seen[-1].metrics["inference_time"] > 0
    assert seen[-1].error is None

    result = handle.get(interval=INTERVAL)
    (image,) = result["images"]
    with urllib.request.urlopen(image["url"]) as picture:
        assert picture.read(2) == b"\xff\xd8"
    assert result["has_nsfw_concepts"] == [False]

    (request,) = double.requests()
    assert (request["id"], request["endpoint"]) == (handle.request_id, ENDPOINT)
    assert (request["results"], request["cancelled"]) == (1, False)


def test_a_handle_of_the_clients_own_making_finds_the_request(
    double: Double, client: fal_client.SyncClient
) -> None:
    """The client makes addresses by fal's rule where it has no answer to a submit."""
    handle = client.submit(ENDPOINT, arguments("as a comic"))
    assert isinstance(client.status(ENDPOINT, handle.request_id), fal_client.Queued)
    for _ in client.get_handle(ENDPOINT, handle.request_id).iter_events(interval=INTERVAL):
        pass
    assert client.result(ENDPOINT, handle.request_id)["images"]


def test_a_model_that_refuses_is_an_error_of_the_client_with_its_status(
    double: Double, client: fal_client.SyncClient
) -> None:
    handle = client.submit(ENDPOINT, arguments("nothing nice"))
    with pytest.raises(fal_client.FalClientHTTPError) as raised:
        handle.get(interval=INTERVAL)
    assert raised.value.status_code == 422
    assert "content_policy_violation" in raised.value.response.text


def test_a_waiting_request_can_be_cancelled(double: Double, client: fal_client.SyncClient) -> None:
    client.submit(ENDPOINT, arguments("as a comic")).cancel()
    (request,) = double.requests()
    assert request["cancelled"]
