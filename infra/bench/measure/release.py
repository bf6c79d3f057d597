"""The functions as they go to AWS: release profile, zipped."""

from __future__ import annotations

import subprocess
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from local_stack.build import target_folder
from local_stack.config import ROOT, function_names
from local_stack.console import step
from local_stack.errors import StackError

from . import report

PACKAGES = report.HOME / "packages"
AIM_MB = 5.0


@dataclass(frozen=True)
class Binary:
    """A function built for AWS, apart from the processor: it is this machine's."""

    function: str
    path: Path


def build() -> list[Binary]:
    """Builds every function with cargo's own progress. Fat LTO: minutes the first time, nothing when unchanged."""
    names = function_names()
    command = ["cargo", "build", "--release", *(part for name in names for part in ("--package", name))]
    with step("Build the functions in the release profile (fat LTO, slow the first time)", live=False):
        if subprocess.run(command, cwd=ROOT, check=False).returncode != 0:
            raise StackError("The release build failed (cargo's messages are above).", "Mend it, then run this again.")
    folder = target_folder() / "release"
    return [Binary(name, folder / name) for name in names]


def measure_sizes(binaries: list[Binary]) -> dict[str, Any]:
    """Zips every function as `sam deploy` does, and shows the sizes."""
    report.heading("Package sizes, release profile")
    PACKAGES.mkdir(parents=True, exist_ok=True)
    sizes: dict[str, dict[str, float]] = {}
    shown = report.table("function", "binary MB", "zip MB")
    for binary in binaries:
        archive = PACKAGES / f"{binary.function}.zip"
        with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as package:
            package.write(binary.path, "bootstrap")
        row = {"binary_mb": megabytes(binary.path), "zip_mb": megabytes(archive)}
        shown.add_row(binary.function, f"{row['binary_mb']:.2f}", f"{row['zip_mb']:.2f}")
        sizes[binary.function] = row
    report.show(shown)
    largest = max(row["zip_mb"] for row in sizes.values())
    report.verdict(largest <= AIM_MB, f"every zip at most {AIM_MB:g} MB (largest {largest:.2f})")
    return {"aim_zip_mb": AIM_MB, "functions": sizes}


def megabytes(path: Path) -> float:
    """Size of a file in millions of bytes, the stricter reading of MB."""
    return round(path.stat().st_size / 1e6, 3)
