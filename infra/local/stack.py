"""Entry of the local stack: `python3 infra/local/stack.py <command>`.

Uses only the standard library, because it runs before anything is installed: it checks the machine, makes `.local/venv` from
pinned requirements, and hands over to the package `local_stack` in it.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
LOCAL = ROOT / ".local"

OLDEST_PYTHON = (3, 10)
#: Dependencies of the workspace built in the dev profile, plus the virtual environment.
FIRST_BUILD_BYTES = 4 * 1024**3
LATER_BUILD_BYTES = 1 * 1024**3

#: Every virtual environment, with its requirements.
ENVIRONMENTS = {
    "venv": HERE / "requirements.txt",
    "venv-web": HERE / "requirements-web.txt",
    "venv-test": HERE / "requirements-test.txt",
    "venv-checkov": HERE / "requirements-checkov.txt",
}
#: `tools` installs these and ends. `test` and `lint` run it as one of their checks, beside cargo's build.
TEST_ENVIRONMENTS = ("venv-test", "venv-checkov")
#: Commands that have nothing to do where nothing was ever set up.
NEEDS_NOTHING = {"stop", "clean", "status"}
#: Commands that build the pages, or a stack with them.
NEEDS_NODE = {"up", "run", "web", "test", "test-faults"}
NEEDS_CARGO = {"up", "run", "sam-local", "test", "test-faults", "lint"}
#: Commands with a stack of their own, beside that of `make up`.
FOLDERS = {"test-faults": ".local/faults"}


def stop_with(problem: str, way_on: str) -> None:
    """Ends with the two lines that a person needs: what is wrong and what to do."""
    sys.exit(f"\n✗ {problem}\n  → {way_on}\n")


def check_python() -> None:
    """Ends the command where the pinned packages do not support this Python."""
    if sys.version_info < OLDEST_PYTHON:
        have, want = ".".join(map(str, sys.version_info[:3])), ".".join(map(str, OLDEST_PYTHON))
        stop_with(
            f"Python {have} is too old; the local stack needs {want} or newer.",
            "Install a newer Python and name it: make run PYTHON=python3.12",
        )
    try:
        import ensurepip  # noqa: F401
        import venv  # noqa: F401
    except ImportError:
        stop_with(
            "This Python cannot make virtual environments (venv or ensurepip is missing).",
            "On Debian or Ubuntu: sudo apt install python3-venv. Or name another Python: make run PYTHON=python3.12",
        )


def check_cargo() -> None:
    """Ends the command where there is no compiler."""
    if shutil.which("cargo") is None:
        stop_with(
            "cargo is not on the PATH, so the functions cannot be built.",
            "Install Rust from https://rustup.rs and open a new shell, or add ~/.cargo/bin to the PATH.",
        )


def check_disk() -> None:
    """Ends the command where the disk is too small: a build that fills it fails with misleading errors."""
    target = Path(os.environ.get("CARGO_TARGET_DIR") or ROOT / "target")
    needed = LATER_BUILD_BYTES if (target / "debug" / "deps").is_dir() else FIRST_BUILD_BYTES
    place = next(folder for folder in [target, *target.parents] if folder.exists())
    free = shutil.disk_usage(place).free
    if free < needed:
        stop_with(
            f"Only {free / 1024**3:.1f} GiB are free at {place}; the build needs about {needed / 1024**3:.0f} GiB.",
            "Free some space (`make clean` removes the stack's own files, `cargo clean` the build), "
            "or build elsewhere with CARGO_TARGET_DIR=/path/with/space",
        )


def ensure_environment(name: str) -> Path:
    """Makes `.local/<name>` with exactly the pinned packages, unless it is up to date; returns its interpreter."""
    requirements, folder = ENVIRONMENTS[name], LOCAL / name
    python, stamp = folder / "bin" / "python", folder / ".requirements"
    wanted = hashlib.sha256(requirements.read_bytes() + sys.version.encode()).hexdigest()
    if python.exists() and stamp.exists() and stamp.read_text() == wanted:
        return python
    print(f"Setting up .local/{name} from {requirements.relative_to(ROOT)} (once) …", flush=True)
    shutil.rmtree(folder, ignore_errors=True)
    LOCAL.mkdir(exist_ok=True)
    made = subprocess.run([sys.executable, "-m", "venv", str(folder)], check=False)
    if made.returncode != 0:
        stop_with(
            f"Python could not make the virtual environment .local/{name}; see above.",
            "On Debian or Ubuntu: sudo apt install python3-venv. Then run the same command again.",
        )
    quiet = [] if sys.stdout.isatty() else ["--quiet"]
    pip = [str(python), "-m", "pip", "install", "--disable-pip-version-check", "--no-input", *quiet]
    if subprocess.run([*pip, "-r", str(requirements)], check=False).returncode != 0:
        shutil.rmtree(folder, ignore_errors=True)
        stop_with(
            f"pip could not install the packages of {requirements.relative_to(ROOT)}; see above.",
            "Check the network and the disk, then run the same command again. "
            "For a mirror of PyPI, set pip's own variables: PIP_INDEX_URL, PIP_CERT.",
        )
    stamp.write_text(wanted)
    return python


def main() -> None:
    """Checks the machine, makes the environment, hands over."""
    command = sys.argv[1] if len(sys.argv) > 1 else "help"
    check_python()
    if command in NEEDS_CARGO:
        check_cargo()
        check_disk()
    if command in NEEDS_NOTHING and not (LOCAL / "venv").exists():
        print("Nothing is set up here, so nothing is running.")
        return
    if command == "tools":
        for name in TEST_ENVIRONMENTS:
            ensure_environment(name)
        return
    python = ensure_environment("venv")
    if command in NEEDS_NODE:
        ensure_environment("venv-web")
    if command == "sam-local":
        # Contains the SAM CLI.
        ensure_environment("venv-test")
    environment = {**os.environ, "PYTHONPATH": str(HERE), "PYTHONDONTWRITEBYTECODE": "1"}
    if folder := FOLDERS.get(command):
        environment["MAGIC_EDITS_FOLDER"] = folder
    os.execve(python, [str(python), "-m", "local_stack", *sys.argv[1:]], environment)


if __name__ == "__main__":
    try:
        main()
        sys.stdout.flush()
    except KeyboardInterrupt:
        sys.exit(130)
    except BrokenPipeError:
        # Whoever reads the output has seen enough. The interpreter would fail once more at its end.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except OSError as error:
        problem = f"{error.strerror or error}: {error.filename or ROOT}"
        stop_with(problem, "Free some space or correct the permissions, then try again.")
