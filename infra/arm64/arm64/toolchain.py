"""Finds what this machine has to build and run arm64 binaries."""

from __future__ import annotations

import os
import platform
import shutil
import subprocess
from dataclasses import dataclass, field
from pathlib import Path

from local_stack import template
from local_stack.build import target_folder
from local_stack.config import ROOT
from local_stack.errors import StackError

TARGET = "aarch64-unknown-linux-gnu"
LINKER = "aarch64-linux-gnu-gcc"
LINKER_VARIABLE = "CARGO_TARGET_AARCH64_UNKNOWN_LINUX_GNU_LINKER"
LOADER = "lib/ld-linux-aarch64.so.1"
#: Where multiarch packages and cross packages of Debian put glibc. The root comes first: qemu takes a file that is missing in
#: the other one from the root, and a loader with the libc of another build hangs as soon as a thread starts.
SYSROOTS = (Path("/"), Path("/usr/aarch64-linux-gnu"))
#: Debian's toolchain beside rustup's: `rustc-web`, `cargo-web` and `libstd-rust-web-dev:arm64`.
DEBIAN = Path("/usr/bin")
INSTALL = (
    f"Install one of: cargo-lambda and zig (`pip install cargo-lambda ziglang`), or {LINKER} (Debian: gcc-aarch64-linux-gnu), "
    f"and Rust's standard library: `rustup target add {TARGET}` (Debian: rustc-web cargo-web libstd-rust-web-dev:arm64)."
)


class Missing(Exception):
    """The machine lacks a tool; the text names it and how to install it."""


@dataclass(frozen=True)
class Builder:
    """A way to build the packages for arm64."""

    name: str
    command: list[str]
    #: Folder of the binaries, and whether each is `<package>/bootstrap`, as `cargo lambda` makes it.
    folder: Path
    in_folders: bool = False
    environment: dict[str, str] = field(default_factory=dict)

    def build(self) -> dict[str, Path]:
        """Builds with cargo's own progress; returns the binary of every package."""
        environment = {**os.environ, **self.environment}
        if subprocess.run(self.command, cwd=ROOT, env=environment, check=False).returncode != 0:
            raise StackError("The arm64 build failed; see the messages above.", "Fix the errors, then try again.")
        return {
            package: self.folder / package / "bootstrap" if self.in_folders else self.folder / package
            for package in template.packages()
        }


def find_builder(profile: str) -> Builder:
    """The first way to build that this machine offers: cargo lambda, rustup's toolchain, Debian's."""
    if platform.machine().lower() in {"arm64", "aarch64"}:
        raise Missing("This machine is arm64: `make test` runs the arm64 build already.")
    packages = [argument for package in template.packages() for argument in ("--package", package)]
    target = target_folder()
    here = shutil.which("cargo")
    if _succeeds("cargo", "lambda", "--version") and _has_library("rustc"):
        command = ["cargo", "lambda", "build", "--arm64", "--profile", profile, *packages]
        return Builder("cargo lambda", command, target / "lambda", in_folders=True)
    if shutil.which(LINKER) is None:
        raise Missing(f"{LINKER} is missing. {INSTALL}")
    options = ["--target", TARGET, "--profile", profile, *packages]
    linker = {LINKER_VARIABLE: LINKER}
    if _has_library("rustc"):
        return Builder(
            f"{here} and {LINKER}", ["cargo", "build", *options], _folder(target, profile), environment=linker
        )
    if _has_library(str(DEBIAN / "rustc")):
        # A target folder of its own: artifacts of another compiler would only replace each other.
        own = target / "arm64-debian"
        command = [str(DEBIAN / "cargo"), "build", "--target-dir", str(own), *options]
        variables = {**linker, "RUSTC": str(DEBIAN / "rustc"), "PATH": f"{DEBIAN}{os.pathsep}{os.environ['PATH']}"}
        return Builder(f"{DEBIAN}/cargo and {LINKER}", command, _folder(own, profile), environment=variables)
    raise Missing(f"Rust's standard library for {TARGET} is missing. {INSTALL}")


def find_emulator() -> list[str]:
    """The command that runs an arm64 binary."""
    qemu = shutil.which("qemu-aarch64-static") or shutil.which("qemu-aarch64")
    if qemu is None:
        raise Missing("qemu-aarch64 is missing. Install it (Debian: qemu-user-static).")
    for sysroot in SYSROOTS:
        if (sysroot / LOADER).exists():
            return [qemu, "-L", str(sysroot)]
    raise Missing("glibc for arm64 is missing. Install it (Debian: libc6-dev-arm64-cross).")


def _folder(target: Path, profile: str) -> Path:
    return target / TARGET / ("debug" if profile == "dev" else profile)


def _has_library(rustc: str) -> bool:
    """Whether this compiler has the standard library of the target."""
    if shutil.which(rustc) is None:
        return False
    asked = subprocess.run([rustc, "--print", "sysroot"], cwd=ROOT, capture_output=True, text=True, check=False)
    libraries = Path(asked.stdout.strip()) / "lib" / "rustlib" / TARGET / "lib"
    return asked.returncode == 0 and any(libraries.glob("libstd-*.rlib"))


def _succeeds(*command: str) -> bool:
    return subprocess.run(command, cwd=ROOT, capture_output=True, check=False).returncode == 0
