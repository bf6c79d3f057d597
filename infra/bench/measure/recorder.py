"""A proxy between a function and the local stack that records AWS calls, or replays their answers.

A recording shows the order of the calls and which of them are concurrent. A replay answers at once, so that a measured time
is the function's own and not the emulator's.
"""

from __future__ import annotations

import hashlib
import json
import sys
import threading
import time
from concurrent.futures import Future, wait
from dataclasses import dataclass
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any
from urllib.parse import urlsplit

from .units import read_units

#: Headers of one connection, not of the message.
HOP_BY_HOP = {"connection", "keep-alive", "transfer-encoding", "content-length", "date", "server"}
#: The emulator walks through the whole partition for a query: about 50 s for a million items.
EMULATOR_SECONDS, PATIENT_SECONDS = 60, 900
SERVICES = {"DynamoDB": "dynamodb", "AmazonSQS": "sqs", "AmazonSSM": "ssm"}


@dataclass(frozen=True)
class Call:
    """One AWS call; times are seconds of the monotonic clock."""

    name: str
    started: float
    ended: float
    #: DynamoDB capacity that it consumed, if it was a read.
    read_units: float = 0


@dataclass(frozen=True)
class Answer:
    """An answer of the local stack."""

    status: int
    headers: list[tuple[str, str]]
    body: bytes


class Server(ThreadingHTTPServer):
    """A server whose callers may hang up."""

    daemon_threads = True

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A function that gave up waiting has closed its connection: that is no error of the server."""
        if not isinstance(sys.exc_info()[1], ConnectionError):
            super().handle_error(request, client_address)


class Recorder:
    """A server for the time of a `with` block; functions use its `url` as their endpoint.

    A patient one asks the emulator each query once, however often the function gives up waiting and tries again, and keeps
    the answer for the next time.
    """

    def __init__(self, upstream: str, *, patient: bool = False) -> None:
        self.calls: list[Call] = []
        self.replaying = False
        self._queries: dict[bytes, Future[Answer]] | None = {} if patient else None
        self._upstream = urlsplit(upstream)
        self._lock = threading.Lock()
        self._answers: dict[str, Answer] = {}
        self._server = Server(("127.0.0.1", 0), self._handler())
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"

    def __enter__(self) -> Recorder:
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._server.shutdown()
        self._server.server_close()

    def take_calls(self) -> list[Call]:
        """The calls since the last time, by the time of their start."""
        with self._lock:
            taken, self.calls = self.calls, []
        return sorted(taken, key=lambda call: call.started)

    def wait_for_queries(self) -> None:
        """Waits until the emulator has answered every query that a patient recorder has passed on."""
        wait(list((self._queries or {}).values()))

    def answer(self, method: str, path: str, headers: list[tuple[str, str]], body: bytes) -> Answer:
        """Forwards a request to the local stack, or replays its answer."""
        name = name_of(method, dict(headers))
        keys = [f"{name} {hashlib.sha256(path.encode() + canonical(body)).hexdigest()}", name]
        started = time.monotonic()
        if self.replaying:
            # Writes contain new ids every time, so a call of the same name must do; reads of the same item match exactly.
            found = next((self._answers[key] for key in keys if key in self._answers), None)
            answer = found or Answer(500, [], f"{name} was not recorded".encode())
        elif self._queries is not None and name == "dynamodb.Query":
            answer = self._once(question(body), method, path, headers, body)
        else:
            answer = self._forward(method, path, headers, body)
        ended = time.monotonic()
        units = read_units(name, body, answer.body) if answer.status == 200 else 0
        with self._lock:
            self.calls.append(Call(name, started, ended, units))
            if not self.replaying:
                self._answers.update(dict.fromkeys(keys, answer))
        return answer

    def _once(self, key: bytes, method: str, path: str, headers: list[tuple[str, str]], body: bytes) -> Answer:
        """The answer to a query that may have been asked before, or is being asked."""
        assert self._queries is not None
        with self._lock:
            known = self._queries.get(key)
            if known is None:
                asked = self._queries[key] = Future()
        if known is not None:
            return known.result()
        try:
            asked.set_result(self._forward(method, path, headers, body))
        except BaseException as error:
            asked.set_exception(error)
            raise
        return asked.result()

    def _forward(self, method: str, path: str, headers: list[tuple[str, str]], body: bytes) -> Answer:
        patience = EMULATOR_SECONDS if self._queries is None else PATIENT_SECONDS
        connection = HTTPConnection(self._upstream.hostname or "", self._upstream.port, timeout=patience)
        try:
            # The host must stay as it was, because the signature covers it.
            connection.putrequest(method, path, skip_host=True, skip_accept_encoding=True)
            for header, value in headers:
                if header.lower() not in HOP_BY_HOP - {"content-length"}:
                    connection.putheader(header, value)
            connection.endheaders(body)
            got = connection.getresponse()
            kept = [(header, value) for header, value in got.getheaders() if header.lower() not in HOP_BY_HOP]
            return Answer(got.status, kept, got.read())
        finally:
            connection.close()

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        recorder = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            # Sends the answer in one packet; otherwise the second half waits 40 ms for an acknowledgement.
            wbufsize = -1
            disable_nagle_algorithm = True

            def _any(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                answer = recorder.answer(self.command, self.path, self.headers.items(), body)
                self.send_response(answer.status)
                for header, value in answer.headers:
                    self.send_header(header, value)
                self.send_header("Content-Length", str(len(answer.body)))
                self.end_headers()
                self.wfile.write(answer.body)

            do_GET = do_PUT = do_POST = do_DELETE = _any

            def log_message(self, format: str, *arguments: object) -> None:
                """Logs nothing."""

        return Handler


def name_of(method: str, headers: dict[str, str]) -> str:
    """The name of a call as functions log it, such as `dynamodb.GetItem`."""
    target = next((value for header, value in headers.items() if header.lower() == "x-amz-target"), None)
    if target is None:
        return f"s3.{method.capitalize()}Object"
    service, _, operation = target.partition(".")
    return f"{SERVICES.get(service.split('_')[0], service)}.{operation}"


def canonical(body: bytes) -> bytes:
    """The body with sorted keys: the SDK writes the attributes of an item in a different order every time."""
    try:
        return json.dumps(json.loads(body), sort_keys=True).encode()
    except ValueError:
        return body


def question(body: bytes) -> bytes:
    """What a query asks, without the values behind its partition's: one of them may be the time."""
    asked = json.loads(body)
    values = asked.get("ExpressionAttributeValues", {})
    return json.dumps({**asked, "ExpressionAttributeValues": values.get(min(values, default=""))}, sort_keys=True).encode()


def in_order(calls: list[Call]) -> list[list[str]]:
    """The calls as steps; the calls of a step were concurrent."""
    steps: list[list[str]] = []
    ended = float("-inf")
    for call in calls:
        if call.started < ended:
            steps[-1].append(call.name)
            ended = max(ended, call.ended)
        else:
            steps.append([call.name])
            ended = call.ended
    return steps
