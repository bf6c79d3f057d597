"""The emulator's record of permissions, as types."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

ROOT = next(folder for folder in Path(__file__).resolve().parents if (folder / "template.yaml").exists())
#: The folder of the stack; see `FOLDER_VARIABLE` in infra/local/local_stack/config.py.
LOCAL = ROOT / (os.environ.get("MAGIC_EDITS_FOLDER") or ".local")
#: Written by `infra/local/local_stack/launcher/witness.py`.
WITNESS_FILE = LOCAL / "tmp" / "permissions-used.jsonl"


@dataclass(frozen=True, order=True)
class Permission:
    """An action on a resource."""

    action: str
    resource: str


@dataclass(frozen=True)
class Use:
    """A decision of IAM about a role."""

    role: str
    permission: Permission
    allowed: bool
