"""The functions as `make up` built them, under the AWS Runtime Interface Emulator, against the running local stack."""

from __future__ import annotations

import json
import platform
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

ROOT = next(folder for folder in Path(__file__).resolve().parents if (folder / "template.yaml").exists())
sys.path[:0] = [str(ROOT / "infra" / "bench"), str(ROOT / "infra" / "local")]

from local_stack import config, samples  # noqa: E402
from measure.rie import Function  # noqa: E402


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Runs a test once per sample of the kind that its argument names."""
    kinds = {
        "name": lambda _: True,
        "http": samples.is_http,
        "http_of_caller": lambda event: samples.is_http(event) and not samples.is_of_a_provider(event),
        "http_of_event": samples.is_of_an_event,
        "hook": samples.is_of_a_provider,
        "worker": samples.is_a_batch,
        "invoked": lambda event: not samples.is_http(event) and not samples.is_a_batch(event),
    }
    for kind, fits in kinds.items():
        if kind in metafunc.fixturenames:
            metafunc.parametrize(kind, [name for name in samples.names() if fits(samples.load(name))])


@pytest.fixture(scope="session")
def stack() -> dict[str, Any]:
    """The description of the running local stack."""
    if platform.system() != "Linux":
        pytest.skip("the Runtime Interface Emulator only runs on Linux")
    if not config.STACK_FILE.exists():
        pytest.fail("No stack is running. Start one with `make up`.")
    found: dict[str, Any] = json.loads(config.STACK_FILE.read_text(encoding="utf-8"))
    return found


@pytest.fixture(scope="session")
def start(stack: dict[str, Any]) -> Iterator[Callable[[str], Function]]:
    """Starts functions by name, each once; all end with the tests."""
    running: dict[str, Function] = {}
    with ExitStack() as ending:

        def started(name: str) -> Function:
            if name not in running:
                function = Function(samples.bootstrap(name), samples.environment(stack, name))
                running[name] = ending.enter_context(function)
            return running[name]

        yield started
