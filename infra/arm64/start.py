"""Entry of `make arm64`: starts `arm64` in the local stack's environments."""

import sys
from pathlib import Path

# `make clean` would leave .pyc files beside the sources behind.
sys.dont_write_bytecode = True
sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from handover import hand_over  # noqa: E402

if __name__ == "__main__":
    hand_over("arm64", "bench", "arm64")
