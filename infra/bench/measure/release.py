"""The deployment packages as AWS gets them: release profile, zipped."""

from __future__ import annotations

import subprocess
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from local_stack import template
from local_stack.build import target_folder
from local_stack.config import ROOT
from local_stack.console import step
from local_stack.errors import StackError

from . import report

PACKAGES = report.HOME / "packages"
AIM_MB = 6.5


@dataclass(frozen=True)
class Binary:
    """A function in the release profile, for the processor of this machine."""

    function: str
    path: Path


def build() -> list[Binary]:
    """Builds every package with cargo's own progress. Fat LTO takes minutes the first time."""
    packages = (part for name in template.packages() for part in ("--package", name))
    command = ["cargo", "build", "--release", *packages]
    with step("Build the packages in the release profile (slow the first time)", live=False):
        if subprocess.run(command, cwd=ROOT, check=False).returncode != 0:
            raise StackError(
                "The release build failed; see cargo's messages above.", "Fix the errors, then run the command again."
            )
    folder = target_folder() / "release"
    return [Binary(function.name, folder / function.package) for function in template.functions()]


def measure_sizes(binaries: list[Binary]) -> dict[str, Any]:
    """Zips every package as `sam deploy` does, and shows the sizes."""
    report.heading("Package sizes, release profile")
    PACKAGES.mkdir(parents=True, exist_ok=True)
    sizes: dict[str, dict[str, float]] = {}
    shown = report.table("package", "binary MB", "zip MB")
    for path in sorted({binary.path for binary in binaries}):
        archive = PACKAGES / f"{path.name}.zip"
        with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as package:
            package.write(path, "bootstrap")
        row = {"binary_mb": megabytes(path), "zip_mb": megabytes(archive)}
        shown.add_row(path.name, f"{row['binary_mb']:.2f}", f"{row['zip_mb']:.2f}")
        sizes[path.name] = row
    report.show(shown)
    largest = max(row["zip_mb"] for row in sizes.values())
    report.verdict(largest <= AIM_MB, f"every zip at most {AIM_MB:g} MB (largest {largest:.2f})")
    return {"aim_zip_mb": AIM_MB, "packages": sizes}


def megabytes(path: Path) -> float:
    """Size of a file in MB of 1,000,000 bytes."""
    return round(path.stat().st_size / 1e6, 3)
