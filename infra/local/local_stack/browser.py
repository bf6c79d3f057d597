"""A Chromium for the tests of the pages: what the machine has, else what Playwright or the system can install."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

from . import node
from .config import ROOT
from .errors import StackError

VARIABLE = "CHROME"
#: The headless shell is Chromium without its windows: a test of the pages takes half the time in it.
NAMES = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
#: Packages of Debian, the first choice first; Ubuntu has the second alone.
PACKAGES = ("chromium-headless-shell", "chromium")
MAC = Path("/Applications/Google Chrome.app/Contents/MacOS/Google Chrome")
PLAYWRIGHT = ROOT / "web" / "node_modules" / "playwright" / "cli.js"


def ensure() -> Path:
    """The browser's program; installs one where the machine has none."""
    found = find() or _install()
    if found is None:
        raise StackError(
            "No Chromium or Chrome was found, and none could be installed, so the tests of the pages cannot run.",
            f"Install Chromium or Chrome, or name one: {VARIABLE}=/path/to/chrome make test",
        )
    return found


def find() -> Path | None:
    """The browser that `CHROME` names, one on the PATH, or Playwright's own."""
    if named := os.environ.get(VARIABLE):
        path = shutil.which(named)
        if path is None:
            raise StackError(f"{VARIABLE}={named} is no program.", f"Correct it, or unset {VARIABLE} to have one looked for.")
        return Path(path)
    on_path = next(filter(None, map(shutil.which, NAMES)), None)
    if on_path:
        return Path(on_path)
    return MAC if MAC.exists() else _of_playwright()


def _of_playwright() -> Path | None:
    if not PLAYWRIGHT.exists():
        return None
    asked = subprocess.run(
        [str(node.binary()), "-p", "require('playwright').chromium.executablePath()"],
        cwd=ROOT / "web", env=node.environment(), capture_output=True, text=True, check=False,
    )  # fmt: skip
    path = Path(asked.stdout.strip())
    return path if asked.returncode == 0 and path.is_file() else None


def _install() -> Path | None:
    """Playwright's own browser; where its server cannot be reached, Debian's, for which one must be root."""
    if PLAYWRIGHT.exists():
        command = [str(node.binary()), str(PLAYWRIGHT), "install", "chromium"]
        if _succeeds(command) and (found := _of_playwright()):
            return found
    if os.geteuid() == 0 and shutil.which("apt-get"):
        _succeeds(["apt-get", "update", "-q"])
        if any(_succeeds(["apt-get", "install", "-q", "-y", package]) for package in PACKAGES):
            return find()
    return None


def _succeeds(command: list[str]) -> bool:
    return subprocess.run(command, env=node.environment(), stdin=subprocess.DEVNULL, check=False).returncode == 0
