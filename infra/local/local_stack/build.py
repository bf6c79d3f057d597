"""Builds the workspace and packs every function the way Lambda wants it."""

from __future__ import annotations

import hashlib
import json
import shutil
import subprocess
import zipfile
from dataclasses import dataclass
from pathlib import Path

from .config import LAMBDA_FOLDERS, ROOT, SHARED, function_names, shown
from .errors import StackError

PACKAGES = SHARED / "packages"


@dataclass(frozen=True)
class Package:
    """A function's deployment package."""

    function: str
    archive: Path
    #: Of the archive; names the object in the artifacts bucket, so that CloudFormation sees what changed.
    digest: str


def target_folder() -> Path:
    """Cargo's target folder, wherever the machine's settings put it."""
    asked = subprocess.run(
        ["cargo", "metadata", "--format-version", "1", "--no-deps", "--offline"],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    if asked.returncode != 0:
        raise StackError(
            f"cargo cannot read the workspace:\n{asked.stderr.strip()}", "Mend Cargo.toml, then run this again."
        )
    return Path(json.loads(asked.stdout)["target_directory"])


def build() -> Path:
    """Builds every binary in the dev profile, with cargo's own progress; returns the folder they are in."""
    target = target_folder()
    built = subprocess.run(["cargo", "build", "--workspace", "--bins"], cwd=ROOT, check=False)
    if built.returncode != 0:
        free = shutil.disk_usage(target if target.exists() else ROOT).free
        if free < 200 * 1024**2:
            raise StackError("The disk is full.", "Free some space, for example with `cargo clean`, then again.")
        raise StackError("The build failed (cargo's messages are above).", "Mend it, then run this again.")
    return target / "debug"


def pack_all(binaries: Path) -> list[Package]:
    """Packs every function; one whose binary has not changed since is left alone."""
    return [_pack(name, binaries / name) for name in function_names()]


def _pack(function: str, binary: Path) -> Package:
    if not binary.exists():
        raise StackError(
            f"cargo built no binary for functions/{function} ({shown(binary)} is missing).",
            f"The package in functions/{function}/Cargo.toml must be called {function} and have a src/main.rs.",
        )
    folder = LAMBDA_FOLDERS / function
    bootstrap, archive, note = folder / "bootstrap", PACKAGES / f"{function}.zip", PACKAGES / f"{function}.json"
    source = binary.stat()
    made_from = {"binary": str(binary), "modified_ns": source.st_mtime_ns, "bytes": source.st_size}
    if note.exists() and archive.exists() and bootstrap.exists():
        known = json.loads(note.read_text())
        if known["made_from"] == made_from and known["bootstrap_bytes"] == bootstrap.stat().st_size:
            return Package(function, archive, known["digest"])
    folder.mkdir(parents=True, exist_ok=True)
    PACKAGES.mkdir(parents=True, exist_ok=True)
    _place(binary, bootstrap)
    _zip(bootstrap, archive)
    digest = hashlib.sha256(archive.read_bytes()).hexdigest()
    known = {"made_from": made_from, "bootstrap_bytes": bootstrap.stat().st_size, "digest": digest}
    note.write_text(json.dumps(known))
    return Package(function, archive, digest)


def _place(binary: Path, bootstrap: Path) -> None:
    """Puts the binary in place without its symbols, most of a dev build; as it is where `strip` is missing."""
    fresh = bootstrap.with_suffix(".new")
    strip = shutil.which("strip")
    done = strip and subprocess.run([strip, "-o", fresh, binary], capture_output=True, check=False).returncode == 0
    if not done:
        shutil.copyfile(binary, fresh)
    fresh.chmod(0o755)
    fresh.replace(bootstrap)


def _zip(bootstrap: Path, archive: Path) -> None:
    """A package whose bytes depend on the binary alone: fixed time, executable, light compression."""
    entry = zipfile.ZipInfo("bootstrap", date_time=(2020, 1, 1, 0, 0, 0))
    entry.external_attr = 0o100755 << 16
    entry.compress_type = zipfile.ZIP_DEFLATED
    with zipfile.ZipFile(archive, "w") as package:
        package.writestr(entry, bootstrap.read_bytes(), compresslevel=1)
