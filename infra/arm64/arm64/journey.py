"""An edit from the request to the picture, with functions that run under the Runtime Interface Emulator."""

from __future__ import annotations

import json
import secrets
import time
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import requests
from local_stack import samples, template
from local_stack.api import Guest, data
from local_stack.errors import StackError
from measure.rie import Function

from .mailbox import Mailbox, Message

CREATE, PROCESS, POLL = "guest-create-edit", "process-edit", "poll-edit"
#: The fake provider finishes after one poll.
MOST_MESSAGES = 10


def make_edit(
    stack: dict[str, Any], binaries: dict[str, Path], folder: Path, through: Sequence[str] = ()
) -> dict[str, Path]:
    """Creates, processes and polls an edit with these binaries; returns its picture and its thumbnail."""
    with ExitStack() as ending:
        mailbox = ending.enter_context(Mailbox())

        def start(name: str) -> Function:
            environment = {**samples.environment(stack, name), "AWS_ENDPOINT_URL_SQS": mailbox.url}
            binary = binaries[template.function(name).package]
            return ending.enter_context(Function(binary, environment, through))

        workers = {stack["submit_queue_url"]: start(PROCESS), stack["poll_queue_url"]: start(POLL)}
        by_queue = {url.rsplit("/", 1)[-1]: worker for url, worker in workers.items()}
        edit_id = _create(stack, start(CREATE))
        _work(mailbox, by_queue)
    return _download(stack, edit_id, folder)


def _create(stack: dict[str, Any], function: Function) -> str:
    fresh = {samples.IDEMPOTENCY_KEY: secrets.token_hex(8), samples.GUEST: secrets.token_hex(8)}
    answer = function.invoke(samples.load(CREATE, {**samples.of_demo(stack), **fresh}))
    if answer.get("statusCode") != 202:
        raise StackError(f"{CREATE} answered {json.dumps(answer)[:500]}", f"Its log:\n{function.log()}")
    return str(json.loads(answer["body"])["data"]["id"])


def _work(mailbox: Mailbox, workers: dict[str, Function]) -> None:
    """Delivers every message until none is left."""
    for _ in range(MOST_MESSAGES):
        message = mailbox.take()
        if message is None:
            return
        time.sleep(min(message.delay_seconds, 2))
        worker = workers[message.queue]
        answer = worker.invoke(_event(message))
        if answer != {"batchItemFailures": []}:
            raise StackError(
                f"The worker of {message.queue} answered {json.dumps(answer)[:500]}", f"Its log:\n{worker.log()}"
            )
    raise StackError(f"The edit is not finished after {MOST_MESSAGES} messages.", "`make logs` may say why.")


def _event(message: Message) -> dict[str, Any]:
    """The sample of a worker with the body of a message."""
    event = samples.load(PROCESS)
    event["Records"][0]["body"] = message.body
    return event


def _download(stack: dict[str, Any], edit_id: str, folder: Path) -> dict[str, Path]:
    edit = data(Guest(stack["api_url"], stack["demo"]["event_token"]).edit(edit_id))
    if edit["status"] != "succeeded":
        raise StackError(f"Edit {edit_id} is {edit['status']}: {edit.get('failure')}", "`make logs` may say why.")
    folder.mkdir(parents=True, exist_ok=True)
    pictures: dict[str, Path] = {}
    for name, field in (("picture", "url"), ("thumbnail", "thumbnail_url")):
        answer = requests.get(edit["output"][field], timeout=30)
        answer.raise_for_status()
        pictures[name] = folder / f"{name}.jpg"
        pictures[name].write_bytes(answer.content)
    return pictures
