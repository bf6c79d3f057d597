"""Entry of `make arm64`: runs the local stack's checks of the machine, makes its environments, and starts `arm64` in them.

Uses only the standard library, because it runs before anything is installed.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
LOCAL_STACK = HERE.parent / "local"
BENCH = HERE.parent / "bench"
# `make clean` would leave .pyc files beside the sources behind.
sys.dont_write_bytecode = True
sys.path.insert(0, str(LOCAL_STACK))

import stack  # noqa: E402


def main() -> None:
    """Checks the machine, makes the environments, hands over."""
    stack.check_python()
    stack.check_cargo()
    stack.check_disk()
    python = stack.ensure_environment("venv")
    # The SAM CLI contains the Runtime Interface Emulator; Pillow compares the pictures.
    stack.ensure_environment("venv-test")
    paths = os.pathsep.join(map(str, (LOCAL_STACK, BENCH, HERE)))
    environment = {**os.environ, "PYTHONPATH": paths, "PYTHONDONTWRITEBYTECODE": "1"}
    os.execve(python, [str(python), "-m", "arm64", *sys.argv[1:]], environment)


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        sys.exit(130)
    except OSError as error:
        stack.stop_with(f"{error.strerror or error}: {error.filename or HERE}", "Correct that, then try again.")
