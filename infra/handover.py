"""What the entries of `make bench` and `make arm64` do: run the local stack's checks of the machine, make its environments, and
start a package in them.

Uses only the standard library, because it runs before anything is installed.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

INFRA = Path(__file__).resolve().parent
LOCAL_STACK = INFRA / "local"
sys.path.insert(0, str(LOCAL_STACK))

import stack  # noqa: E402


def hand_over(package: str, *folders: str) -> None:
    """Ends in the package, which finds its own modules and the local stack's, and those in these folders of `infra`."""
    try:
        stack.check_python()
        stack.check_cargo()
        stack.check_disk()
        python = stack.ensure_environment("venv")
        # The SAM CLI contains the Runtime Interface Emulator; Pillow compares pictures.
        stack.ensure_environment("venv-test")
        paths = os.pathsep.join(map(str, (LOCAL_STACK, *(INFRA / folder for folder in folders))))
        environment = {**os.environ, "PYTHONPATH": paths, "PYTHONDONTWRITEBYTECODE": "1"}
        os.execve(python, [str(python), "-m", package, *sys.argv[1:]], environment)
    except KeyboardInterrupt:
        sys.exit(130)
    except OSError as error:
        stack.stop_with(f"{error.strerror or error}: {error.filename or INFRA}", "Correct that, then try again.")
