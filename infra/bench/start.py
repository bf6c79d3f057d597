"""Entry of `make bench`: the same checks and environments as the local stack, then the package `measure` in them.

Uses the standard library alone, because it runs before anything is installed.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
LOCAL_STACK = HERE.parent / "local"
# A .pyc of ours beside the sources would be the only thing that `make clean` leaves behind.
sys.dont_write_bytecode = True
sys.path.insert(0, str(LOCAL_STACK))

import stack  # noqa: E402


def main() -> None:
    """Checks, sets up, hands over."""
    stack.check_python()
    stack.check_cargo()
    stack.check_disk()
    python = stack.ensure_environment("venv")
    # The Runtime Interface Emulator comes inside the SAM CLI.
    stack.ensure_environment("venv-test")
    paths = os.pathsep.join([str(LOCAL_STACK), str(HERE)])
    environment = {**os.environ, "PYTHONPATH": paths, "PYTHONDONTWRITEBYTECODE": "1"}
    os.execve(python, [str(python), "-m", "measure", *sys.argv[1:]], environment)


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        sys.exit(130)
    except OSError as error:
        stack.stop_with(f"{error.strerror or error}: {error.filename or HERE}", "Mend that, then again.")
