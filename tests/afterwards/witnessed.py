"""The emulator's record of permissions, as types."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

ROOT = next(folder for folder in Path(__file__).resolve().parents if (folder / "template.yaml").exists())
#: Written by `infra/local/local_stack/launcher/witness.py`.
WITNESS_FILE = ROOT / ".local" / "tmp" / "permissions-used.jsonl"


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
