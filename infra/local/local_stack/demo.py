"""Demo data: a tenant with a budget, an event with styles, a guest's token and a real photo."""

from __future__ import annotations

import json
import os
import secrets
import subprocess
from contextlib import suppress
from pathlib import Path
from typing import Any

import yaml

from .api import Guest
from .aws import client
from .config import CREDENTIALS, DEMO_FILE, DEMO_PHOTO, LOCAL, REGION, ROOT, STACK_NAME, endpoint, shown
from .errors import StackError

DEMO_EVENT = "demo-event"
UPLOADED = LOCAL / "demo-photo.json"

def api_keys() -> list[str]:
    """The secret of every provider, as the contract names them."""
    schemas = json.loads((ROOT / "openapi.json").read_text(encoding="utf-8"))["components"]["schemas"]
    return list(schemas["SecretsInput"]["properties"])


def store_secrets(outputs: dict[str, str]) -> None:
    """Stores the secrets, which CloudFormation cannot, unless real ones are stored already."""
    # A placeholder is never sent anywhere: the local stage runs its providers in fake mode.
    values = {**dict.fromkeys(api_keys(), "local-placeholder"), "webhook_key": secrets.token_hex(32)}
    ssm = client("ssm")
    for name, value in values.items():
        with suppress(ssm.exceptions.ParameterAlreadyExists):
            ssm.put_parameter(Name=f"{outputs['SecretsPath']}/{name}", Type="SecureString", Value=value)


def set_webhook_address(outputs: dict[str, str], api_url: str) -> None:
    """Sends webhooks of servers on this machine to the emulator's address of the API instead of AWS's."""
    name = f"{outputs['SettingsPath']}/webhook_base_url"
    client("ssm").put_parameter(Name=name, Type="String", Value=api_url, Overwrite=True)


def load_catalogue(binaries: Path) -> dict[str, Any]:
    """Loads demo.yaml with the operator's command line; returns its part of `stack.json`."""
    if not DEMO_FILE.exists():
        raise StackError(f"{shown(DEMO_FILE)} is missing.", "Restore it: git checkout infra/local/demo.yaml")
    magic_edits(binaries, "catalog", "apply", "--yes", str(DEMO_FILE))
    catalogue = yaml.safe_load(DEMO_FILE.read_text(encoding="utf-8"))
    event = next(entry for entry in catalogue["events"] if entry["id"] == DEMO_EVENT)
    return {
        "tenant_id": event["tenant_id"],
        "event_id": event["id"],
        "event_slug": event["slug"],
        "style_keys": [style["key"] for style in catalogue["styles"]],
    }


def event_token(binaries: Path) -> str:
    """A new guest token of the demo event."""
    answer = magic_edits(binaries, "event", "token", DEMO_EVENT, "--json")
    return str(json.loads(answer)["token"])


def ensure_photo(guest: Guest, emulator_id: str) -> str:
    """The id of the demo photo; uploads it unless this emulator has it."""
    if UPLOADED.exists():
        known = json.loads(UPLOADED.read_text())
        if known["emulator"] == emulator_id:
            return str(known["photo_id"])
    if not DEMO_PHOTO.exists():
        raise StackError(f"{shown(DEMO_PHOTO)} is missing.", f"Restore it: git checkout {shown(DEMO_PHOTO)}")
    photo_id = guest.upload_photo(DEMO_PHOTO, "image/jpeg")
    UPLOADED.write_text(json.dumps({"emulator": emulator_id, "photo_id": photo_id}))
    return photo_id


def magic_edits(binaries: Path, *arguments: str) -> str:
    """Runs the operator's command line against the local stack, as an operator would against a stack on AWS."""
    program = binaries / "magic-edits"
    if not program.exists():
        raise StackError(
            f"cargo built no command line: {shown(program)} is missing.",
            "infra/cli must have a binary called magic-edits.",
        )
    environment = {**os.environ, **CREDENTIALS, "AWS_REGION": REGION, "AWS_ENDPOINT_URL": endpoint().url}
    command = [program, "--stack", STACK_NAME, *arguments]
    ran = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    if ran.returncode != 0:
        said = (ran.stderr or ran.stdout).strip() or "(it printed nothing)"
        raise StackError(
            f"`magic-edits {' '.join(arguments)}` failed with exit code {ran.returncode}:\n  {said}",
            "Its message says what is wrong; the stack itself runs and can be used by hand.",
        )
    return ran.stdout
