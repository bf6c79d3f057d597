"""Paths of the local stack, and the names that it runs under."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from .errors import StackError

ROOT = Path(__file__).resolve().parents[3]
#: Tools and packages, which all stacks of this checkout share.
SHARED = ROOT / ".local"
FOLDER_VARIABLE = "MAGIC_EDITS_FOLDER"
#: The files of one stack. Another folder is another stack beside it, such as the fault suite's.
LOCAL = ROOT / (os.environ.get(FOLDER_VARIABLE) or ".local")
TEMPLATE = ROOT / "template.yaml"
MONITORING = ROOT / "infra" / "monitoring.yaml"
SITE = ROOT / "infra" / "site.yaml"
#: One folder per package, with its `bootstrap`. Not `target/lambda`, which the template's `CodeUri` names: `sam deploy` ships
#: from there what `cargo lambda build` made, and that must not be a dev build for this machine.
LAMBDA_FOLDERS = SHARED / "lambda"
TESTS = ROOT / "tests"
DEMO_FILE = ROOT / "infra" / "local" / "demo.yaml"
#: The guest of the demo and of the sample events: the demo photo is theirs.
DEMO_GUEST = "sample-guest-device"
DEMO_PHOTO = ROOT / "tests" / "fixtures" / "photos" / "phone-orientation6-gps.jpg"

STACK_FILE = LOCAL / "stack.json"
#: What was last deployed to the running emulator.
DEPLOYED = LOCAL / "deployed.json"
OUT = LOCAL / "out"
EMULATOR_LOG = LOCAL / "ministack.log"

STAGE = "local"
REGION = "eu-central-1"
STACK_NAME = f"magic-edits-{STAGE}"
ARTIFACTS_BUCKET = f"magic-edits-{STAGE}-artifacts"
PORT_VARIABLE = "MAGIC_EDITS_PORT"
DEFAULT_PORT = 4566

#: The emulator's root caller; worthless anywhere else.
CREDENTIALS = {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test"}


@dataclass(frozen=True)
class Endpoint:
    """The address of the emulator: an IP address, not `localhost`, because presigned S3 addresses need it."""

    port: int

    @property
    def url(self) -> str:
        """Base address of every AWS service."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def site_url(self) -> str:
        """Origin of the pages. Browsers take `localhost` for as safe as TLS, and every machine knows the name."""
        return f"http://localhost:{self.port}"

    def api_url(self, api_id: str) -> str:
        """Base address of the HTTP API; callers append `/api/v1/…`."""
        return f"{self.url}/_aws/execute-api/{api_id}/$default"


def endpoint() -> Endpoint:
    """The endpoint on the port that `MAGIC_EDITS_PORT` names."""
    text = os.environ.get(PORT_VARIABLE) or str(DEFAULT_PORT)
    if not text.isdecimal() or not 1024 <= int(text) <= 65535:
        raise StackError(
            f"{PORT_VARIABLE}={text} is not a port.", f"Use a number from 1024 to 65535: {PORT_VARIABLE}=4570 make run"
        )
    return Endpoint(int(text))


def isolate_environment() -> None:
    """Removes the machine's own AWS configuration: a profile, a proxy or a real key must never reach the local stack."""
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        del os.environ[name]
    nothing = os.devnull
    os.environ.update(CREDENTIALS, AWS_REGION=REGION, AWS_DEFAULT_REGION=REGION)
    os.environ.update(AWS_CONFIG_FILE=nothing, AWS_SHARED_CREDENTIALS_FILE=nothing, AWS_EC2_METADATA_DISABLED="true")
    for name in ("NO_PROXY", "no_proxy"):
        listed = os.environ.get(name, "")
        os.environ[name] = ",".join(filter(None, [listed, "127.0.0.1", "localhost"]))


def shown(path: Path) -> str:
    """A path as a person in the project folder would type it."""
    return str(path.relative_to(ROOT)) if path.is_relative_to(ROOT) else str(path)
