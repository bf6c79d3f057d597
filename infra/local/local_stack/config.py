"""Where everything lies, and under which names the stack runs."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from .errors import StackError

ROOT = Path(__file__).resolve().parents[3]
#: Tools and packages, which all stacks of this checkout share.
SHARED = ROOT / ".local"
FOLDER_VARIABLE = "MAGIC_EDITS_FOLDER"
#: What one stack keeps. Another folder is another stack beside it, such as that of the fault suite.
LOCAL = ROOT / (os.environ.get(FOLDER_VARIABLE) or ".local")
TEMPLATE = ROOT / "template.yaml"
MONITORING = ROOT / "infra" / "monitoring.yaml"
FUNCTIONS = ROOT / "functions"
#: One folder per function, with its `bootstrap`. Not `target/lambda`, the template's `CodeUri`: what `cargo lambda build`
#: has put there is what `sam deploy` ships, and must not be a dev build for this machine.
LAMBDA_FOLDERS = SHARED / "lambda"
#: Tests of the template and of the emulator gaps.
TESTS = ROOT / "tests"
DEMO_FILE = ROOT / "infra" / "local" / "demo.yaml"
DEMO_PHOTO = ROOT / "tests" / "fixtures" / "photos" / "phone-orientation6-gps.jpg"

STACK_FILE = LOCAL / "stack.json"
#: What was last deployed to the running emulator.
DEPLOYED = LOCAL / "deployed.json"
OUT = LOCAL / "out"

STAGE = "local"
REGION = "eu-central-1"
STACK_NAME = f"magic-edits-{STAGE}"
ARTIFACTS_BUCKET = f"magic-edits-{STAGE}-artifacts"
PORT_VARIABLE = "MAGIC_EDITS_PORT"
DEFAULT_PORT = 4566

#: The emulator's root caller; worth nothing anywhere else.
CREDENTIALS = {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test"}


@dataclass(frozen=True)
class Endpoint:
    """The address of the emulator. The number, not `localhost`: presigned S3 addresses need it."""

    port: int

    @property
    def url(self) -> str:
        """Base address of every AWS service."""
        return f"http://127.0.0.1:{self.port}"

    def api_url(self, api_id: str) -> str:
        """Base address of the HTTP API; `/api/v1/…` goes behind it."""
        return f"{self.url}/_aws/execute-api/{api_id}/$default"


def endpoint() -> Endpoint:
    """The endpoint that `MAGIC_EDITS_PORT` asks for."""
    text = os.environ.get(PORT_VARIABLE) or str(DEFAULT_PORT)
    if not text.isdecimal() or not 1024 <= int(text) <= 65535:
        raise StackError(
            f"{PORT_VARIABLE}={text} is not a port.", f"Use a number from 1024 to 65535: {PORT_VARIABLE}=4570 make run"
        )
    return Endpoint(int(text))


def isolate_environment() -> None:
    """Keeps the machine's own AWS set-up out: a profile, a proxy or a real key must never reach the local stack."""
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        del os.environ[name]
    nothing = os.devnull
    os.environ.update(CREDENTIALS, AWS_REGION=REGION, AWS_DEFAULT_REGION=REGION)
    os.environ.update(AWS_CONFIG_FILE=nothing, AWS_SHARED_CREDENTIALS_FILE=nothing, AWS_EC2_METADATA_DISABLED="true")
    for name in ("NO_PROXY", "no_proxy"):
        listed = os.environ.get(name, "")
        os.environ[name] = ",".join(filter(None, [listed, "127.0.0.1", "localhost"]))


def function_names() -> list[str]:
    """Every function of the workspace: the folders of `functions/`."""
    return sorted(path.parent.name for path in FUNCTIONS.glob("*/Cargo.toml"))


def shown(path: Path) -> str:
    """A path the way a person in the project folder would type it."""
    return str(path.relative_to(ROOT)) if path.is_relative_to(ROOT) else str(path)
