"""Delays that the emulator adds to every invocation."""

from __future__ import annotations

import socketserver

from .gaps import gap


@gap(
    "log-wait",
    consequence="every invocation waits up to 50 ms for a log line and 40 ms for a delayed ACK: 9 requests a second",
    test="test_gap_latency.py",
)
def wait_less_for_logs() -> None:
    """Waits only 3 ms for log lines (the next invocation delivers a late one) and disables Nagle's algorithm."""
    from ministack.core.lambda_runtime import Worker

    first_line_wait, idle_confirm, hard_cap = 0.003, 0.002, 0.250
    Worker._drain_stderr_bounded.__defaults__ = (first_line_wait, idle_confirm, hard_cap)
    socketserver.StreamRequestHandler.disable_nagle_algorithm = True
