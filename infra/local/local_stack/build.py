"""Builds the workspace and packs its Lambda binaries the way Lambda wants them."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import zipfile
from dataclasses import dataclass
from pathlib import Path

from . import template
from .config import LAMBDA_FOLDERS, ROOT, SHARED, shown
from .errors import StackError

ARCHIVES = SHARED / "packages"
#: Cargo's targets to build, for a command that needs more than the binaries. Cargo chooses the features of shared crates
#: by what one command builds, so functions and tests share compiled crates only if one command builds both.
TARGETS_VARIABLE = "MAGIC_EDITS_CARGO_TARGETS"
BINARIES, WITH_TESTS = "--bins", "--all-targets"


@dataclass(frozen=True)
class Package:
    """A deployment package, which several functions share."""

    name: str
    archive: Path
    #: SHA-256 of the archive. It is part of the object's key, so that CloudFormation sees when the code changed.
    digest: str


def target_folder() -> Path:
    """Cargo's target folder, wherever the machine's settings put it."""
    asked = subprocess.run(
        ["cargo", "metadata", "--format-version", "1", "--no-deps", "--offline"],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    if asked.returncode != 0:
        raise StackError(
            f"cargo cannot read the workspace:\n{asked.stderr.strip()}", "Fix Cargo.toml, then run the command again."
        )
    return Path(json.loads(asked.stdout)["target_directory"])


def binaries() -> Path:
    """The folder in which cargo puts the binaries of the dev profile."""
    return target_folder() / "debug"


def command() -> list[str]:
    """The cargo command that builds what this run needs."""
    targets = os.environ.get(TARGETS_VARIABLE) or BINARIES
    return ["cargo", "build", "--workspace", *targets.split()]


def build() -> Path:
    """Builds the binaries in the dev profile, with cargo's own progress; returns their folder."""
    target = target_folder()
    if subprocess.run(command(), cwd=ROOT, check=False).returncode != 0:
        free = shutil.disk_usage(target if target.exists() else ROOT).free
        if free < 200 * 1024**2:
            raise StackError("The disk is full.", "Free some space, for example with `cargo clean`, and try again.")
        raise StackError("The build failed; see cargo's messages above.", "Fix the errors, then run the command again.")
    return target / "debug"


def pack_all(binaries: Path) -> list[Package]:
    """Packs every deployment package; skips a package whose binary has not changed since it was packed."""
    return [_pack(name, binaries / name) for name in template.packages()]


def bootstrap(package: str) -> Path:
    """Where a package's binary is unpacked, for tools that run it themselves."""
    return LAMBDA_FOLDERS / package / "bootstrap"


def _pack(name: str, binary: Path) -> Package:
    if not binary.exists():
        raise StackError(
            f"cargo built no binary {name}: {shown(binary)} is missing.",
            f"template.yaml names it (`CodeUri: {template.PACKAGES}/{name}/`), so a package of the workspace must build it.",
        )
    unpacked, archive, note = bootstrap(name), ARCHIVES / f"{name}.zip", ARCHIVES / f"{name}.json"
    source = binary.stat()
    made_from = {"binary": str(binary), "modified_ns": source.st_mtime_ns, "bytes": source.st_size}
    if note.exists() and archive.exists() and unpacked.exists():
        known = json.loads(note.read_text())
        if known["made_from"] == made_from and known["bootstrap_bytes"] == unpacked.stat().st_size:
            return Package(name, archive, known["digest"])
    unpacked.parent.mkdir(parents=True, exist_ok=True)
    ARCHIVES.mkdir(parents=True, exist_ok=True)
    _place(binary, unpacked)
    _zip(unpacked, archive)
    digest = hashlib.sha256(archive.read_bytes()).hexdigest()
    known = {"made_from": made_from, "bootstrap_bytes": unpacked.stat().st_size, "digest": digest}
    note.write_text(json.dumps(known))
    return Package(name, archive, digest)


def _place(binary: Path, unpacked: Path) -> None:
    """Copies the binary without its symbols, which are most of a dev build, or as it is where `strip` is missing."""
    fresh = unpacked.with_suffix(".new")
    strip = shutil.which("strip")
    done = strip and subprocess.run([strip, "-o", fresh, binary], capture_output=True, check=False).returncode == 0
    if not done:
        shutil.copyfile(binary, fresh)
    fresh.chmod(0o755)
    fresh.replace(unpacked)


def _zip(unpacked: Path, archive: Path) -> None:
    """Writes an archive whose bytes depend on the binary alone: fixed time, executable, light compression."""
    entry = zipfile.ZipInfo("bootstrap", date_time=(2020, 1, 1, 0, 0, 0))
    entry.external_attr = 0o100755 << 16
    entry.compress_type = zipfile.ZIP_DEFLATED
    with zipfile.ZipFile(archive, "w") as package:
        package.writestr(entry, unpacked.read_bytes(), compresslevel=1)
