"""Two emulators: one with every gap closed, one with every gap open."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator

import pytest
from emulators import PYTHON, ROOT, Emulator, run_emulator


@pytest.fixture(scope="session")
def closed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Emulator]:
    """The emulator with every gap closed, as `make up` runs it."""
    yield from run_emulator(tmp_path_factory.mktemp("closed"))


@pytest.fixture(scope="session")
def gaps() -> dict[str, str]:
    """The test of every registered gap, by the gap's name."""
    listing = (
        "import json; from local_stack.launcher import __main__; from local_stack.launcher.gaps import GAPS;"
        "print(json.dumps({gap.name: gap.test for gap in GAPS.values()}))"
    )
    environment = {"PYTHONPATH": str(ROOT / "infra" / "local"), "PYTHONDONTWRITEBYTECODE": "1"}
    listed = subprocess.run([str(PYTHON), "-c", listing], env=environment, capture_output=True, text=True, check=True)
    found: dict[str, str] = json.loads(listed.stdout)
    return found


@pytest.fixture(scope="session")
def opened(gaps: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Emulator]:
    """The unpatched emulator. A test that fails on it shows that the gap is gone: delete the function that closes it."""
    yield from run_emulator(tmp_path_factory.mktemp("opened"), *gaps)
