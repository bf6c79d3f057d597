"""A container engine, and what `make sam-local` prepares: with the running local stack, and with none."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

ROOT = next(folder for folder in Path(__file__).resolve().parents if (folder / "template.yaml").exists())
sys.path.insert(0, str(ROOT / "infra" / "local"))

import engine as engines  # noqa: E402
from local_stack import config, deploy, sam_local, samples  # noqa: E402
from local_stack.ports import free_ports  # noqa: E402


@pytest.fixture(scope="session")
def engine() -> Iterator[engines.Engine]:
    """Skips where containers cannot run; a machine that has the programs must pass."""
    with ExitStack() as ending:
        lacking: object = engines.missing()
        if lacking is None:
            try:
                running = ending.enter_context(engines.running_engine(deploy.architecture()))
            except engines.NoImageError as error:
                lacking = error
        if lacking is not None:
            pytest.skip(f"sam local was not tried: {lacking}")
        yield running


@pytest.fixture(scope="session")
def stack() -> dict[str, Any]:
    """The description of the running local stack."""
    if not config.STACK_FILE.exists():
        pytest.fail("No stack is running. Start one with `make up`.")
    found: dict[str, Any] = json.loads(config.STACK_FILE.read_text(encoding="utf-8"))
    return found


@pytest.fixture(scope="session")
def with_stack(stack: dict[str, Any], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The prepared folder for the running stack."""
    return _prepared(stack, tmp_path_factory.mktemp("with-stack"))


@pytest.fixture(scope="session")
def without_stack(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The prepared folder for a port on which nobody listens."""
    return _prepared(None, tmp_path_factory.mktemp("without-stack"))


def _prepared(stack: dict[str, Any] | None, folder: Path) -> Path:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(config.PORT_VARIABLE, str(free_ports(1)[0]))
        patch.setenv(sam_local.HOST_VARIABLE, engines.HOST)
        sam_local.prepare(stack, folder)
    return folder


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Runs a test once per sample with `FULL=1`; else once per kind of event or once per package, because a container takes
    seconds and `tests/events` runs every sample through the same binaries, with and without a stack."""
    for fixture, few in (("name", samples.one_of_each_kind), ("name_of_package", samples.one_of_each_package)):
        if fixture in metafunc.fixturenames:
            metafunc.parametrize(fixture, samples.names() if os.environ.get("FULL") else few())
