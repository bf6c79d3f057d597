"""The launcher's own promises."""

from __future__ import annotations

import subprocess

import pytest
from emulators import PYTHON, ROOT


def test_every_gap_names_an_existing_test(gaps: dict[str, str]) -> None:
    assert gaps
    assert [test for test in gaps.values() if not (ROOT / test).exists()] == []


@pytest.mark.parametrize("installed", ["1.5.34", None])
def test_another_version_is_refused_with_instructions(installed: str | None) -> None:
    """Patches change the emulator's internals, so in another version they could do anything."""
    pretend = (
        "import local_stack.launcher.__main__ as launcher\n"
        "def version(_):\n"
        f"    if {installed!r} is None: raise launcher.PackageNotFoundError\n"
        f"    return {installed!r}\n"
        "launcher.version = version\n"
        "launcher.check_version()"
    )
    environment = {"PYTHONPATH": str(ROOT / "infra" / "local"), "PYTHONDONTWRITEBYTECODE": "1"}
    ran = subprocess.run([str(PYTHON), "-c", pretend], env=environment, capture_output=True, text=True, check=False)
    assert ran.returncode == 1
    assert "→" in ran.stderr and (installed or "not installed") in ran.stderr
