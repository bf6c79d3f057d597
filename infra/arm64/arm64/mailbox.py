"""A stand-in for SQS that keeps messages, so that no worker of the local stack takes them."""

from __future__ import annotations

import json
import queue
import threading
import uuid
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any


@dataclass(frozen=True)
class Message:
    """A message that a function has sent."""

    #: Last segment of the queue's address.
    queue: str
    body: str
    delay_seconds: int


class Mailbox:
    """A server for the time of a `with` block; functions use its `url` as their endpoint of SQS."""

    def __init__(self) -> None:
        self._messages: queue.Queue[Message] = queue.Queue()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"

    def __enter__(self) -> Mailbox:
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._server.shutdown()
        self._server.server_close()

    def take(self) -> Message | None:
        """The oldest message, if there is one."""
        try:
            return self._messages.get_nowait()
        except queue.Empty:
            return None

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        mailbox = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                asked = json.loads(self.rfile.read(int(self.headers.get("Content-Length") or 0)))
                sends = self.headers.get("X-Amz-Target") == "AmazonSQS.SendMessage"
                if sends:
                    mailbox._keep(asked)
                answer = json.dumps(
                    {"MessageId": str(uuid.uuid4())} if sends else {"message": "SendMessage only"}
                ).encode()
                self.send_response(200 if sends else 400)
                self.send_header("Content-Type", "application/x-amz-json-1.0")
                self.send_header("Content-Length", str(len(answer)))
                self.end_headers()
                self.wfile.write(answer)

            def log_message(self, format: str, *arguments: object) -> None:
                """Logs nothing."""

        return Handler

    def _keep(self, asked: dict[str, Any]) -> None:
        name = asked["QueueUrl"].rsplit("/", 1)[-1]
        self._messages.put(Message(name, asked["MessageBody"], int(asked.get("DelaySeconds") or 0)))
