"""The pages in `web/`: builds them with the project's own Node, publishes them to the stack, and runs their checks."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
from collections.abc import Callable, Iterable
from pathlib import Path

from . import browser, demo, node
from .config import LOCAL, ROOT, SHARED, endpoint, shown
from .console import console
from .errors import StackError
from .lanes import Check, passes
from .ports import free_ports

WEB = ROOT / "web"
DIST = WEB / "dist"
MODULES = WEB / "node_modules"
#: What was installed, built and published last.
INSTALLED = MODULES / ".magic-edits-installed"
BUILT = SHARED / "web-built.json"
PUBLISHED = LOCAL / "web-published.json"
#: What a build reads; tests and their results are no part of it.
SOURCES = ("src", "guest", "control", "public", "scripts", "package.json", "package-lock.json", "vite.config.ts", "svelte.config.js")


def install() -> str:
    """Installs exactly what package-lock.json names, unless that was done; returns in a word what was done."""
    wanted = hashlib.sha256((WEB / "package-lock.json").read_bytes() + node.home().as_posix().encode()).hexdigest()
    if INSTALLED.exists() and INSTALLED.read_text() == wanted:
        return "unchanged"
    _npm("ci", "--no-audit", "--no-fund")
    INSTALLED.write_text(wanted)
    return "installed"


def build() -> str:
    """Builds `web/dist`, unless the sources are those of the last build."""
    wanted = _fingerprint(WEB / name for name in SOURCES)
    if DIST.is_dir() and _noted(BUILT) == {"sources": wanted, "files": _fingerprint([DIST])}:
        return "unchanged"
    install()
    _npm("run", "build")
    _note(BUILT, {"sources": wanted, "files": _fingerprint([DIST])})
    return "built"


def take_pictures() -> int:
    """Takes the README's pictures from the built pages, with the browser and the API's double of their tests."""
    environment = {**node.environment(), **_server(), "CHROME": str(browser.ensure())}
    return subprocess.run([*node.npm(), "--prefix", str(WEB), "run", "pictures"], env=environment, check=False).returncode


def publish(binaries: Path, emulator_id: str) -> str:
    """Publishes the built pages as an operator does, unless this emulator has them."""
    wanted = {"emulator": emulator_id, "files": _fingerprint([DIST])}
    if _noted(PUBLISHED) == wanted:
        return "unchanged"
    demo.magic_edits(binaries, "site", "publish", "--dir", str(DIST))
    _note(PUBLISHED, wanted)
    return f"at {endpoint().site_url}"


def checking(script: str, *, browser: bool = False) -> Callable[[Check], bool]:
    """A check that runs a script of package.json; `install` only installs what the scripts need."""

    def run(check: Check) -> bool:
        if script == "install":
            install()
            return True
        environment = {**node.environment(), **_server()}
        if browser:
            found = _browser()
            if found is None:
                return True
            environment["CHROME"] = str(found)
        return passes(check, [*node.npm(), "--prefix", str(WEB), "run", script], environment)

    return run


def _server() -> dict[str, str]:
    """Where the tests serve the built pages: a port of their own, because an interrupted run may have left its server."""
    return {"GUEST_PAGE_PORT": str(free_ports(1)[0])}


def _browser() -> Path | None:
    """A browser. Where there is none, a person reads that these tests did not run; a build server must not go on without them."""
    try:
        return browser.ensure()
    except StackError as error:
        if os.environ.get("CI"):
            raise
        console.print(f"Skipped: {error.problem} {error.way_on}", markup=False, soft_wrap=True)
        return None


def _npm(*arguments: str) -> None:
    ran = subprocess.run(
        [*node.npm(), *arguments], cwd=WEB, env=node.environment(), stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False,
    )  # fmt: skip
    if ran.returncode == 0:
        return
    if shutil.disk_usage(ROOT).free < 200 * 1024**2:
        raise StackError("The disk is full.", "Free some space, for example with `cargo clean`, and try again.")
    said = "\n".join(f"  {line}" for line in ran.stdout.splitlines()[-20:])
    raise StackError(
        f"`npm {' '.join(arguments)}` failed in {shown(WEB)}:\n{said}",
        "Fix what it says; for a mirror of npm's registry, set npm_config_registry.",
    )


def _fingerprint(paths: Iterable[Path]) -> str:
    """The digest of files and folders: names and contents."""
    digest = hashlib.sha256()
    for path in paths:
        files = sorted(path.rglob("*")) if path.is_dir() else [path]
        for file in files:
            if file.is_file():
                digest.update(f"{file.relative_to(WEB)}\0".encode() + hashlib.sha256(file.read_bytes()).digest())
    return digest.hexdigest()


def _noted(note: Path) -> object:
    return json.loads(note.read_text()) if note.exists() else None


def _note(note: Path, content: dict[str, str]) -> None:
    note.write_text(json.dumps(content))
