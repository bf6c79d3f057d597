"""Which browser the tests of the pages take, and what happens where there is none."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from emulators import ROOT

sys.path.insert(0, str(ROOT / "infra" / "local"))

from local_stack import browser, site  # noqa: E402
from local_stack.errors import StackError  # noqa: E402
from local_stack.lanes import Check  # noqa: E402


@pytest.fixture
def nothing_installed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A machine without a browser, and without a way to install one."""
    monkeypatch.delenv("CHROME", raising=False)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(browser, "MAC", tmp_path / "none")
    monkeypatch.setattr(browser, "PLAYWRIGHT", tmp_path / "none")
    return tmp_path


def program(folder: Path, name: str) -> Path:
    path = folder / name
    path.write_text("#!/bin/sh\n")
    path.chmod(0o755)
    return path


def test_the_named_browser_wins_over_the_systems(nothing_installed: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program(nothing_installed, "chromium")
    named = program(nothing_installed, "mine")
    monkeypatch.setenv("CHROME", str(named))
    assert browser.find() == named


def test_a_named_browser_that_is_none_is_an_error(nothing_installed: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CHROME", str(nothing_installed / "none"))
    with pytest.raises(StackError, match="is no program"):
        browser.find()


def test_chromium_on_the_path_is_found(nothing_installed: Path) -> None:
    assert browser.find() is None
    assert browser.find() != program(nothing_installed, "google-chrome")
    assert browser.find() == nothing_installed / "google-chrome"


def test_the_headless_shell_comes_before_a_browser_with_windows(nothing_installed: Path) -> None:
    program(nothing_installed, "chromium")
    shell = program(nothing_installed, "chromium-headless-shell")
    assert browser.find() == shell


@pytest.mark.parametrize("is_ci", [True, False])
def test_a_missing_browser_fails_a_build_server_and_tells_a_person(
    is_ci: bool, nothing_installed: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("CI", "1") if is_ci else monkeypatch.delenv("CI", raising=False)
    check = Check("web unit", site.checking("unit", browser=True))
    if is_ci:
        with pytest.raises(StackError, match="No Chromium"):
            check.run(check)
    else:
        assert check.run(check) is True
        assert "Skipped: No Chromium" in capsys.readouterr().out
