"""Prepares `sam local invoke` and `sam local start-api`, which run the functions in containers; see events/README.md."""

from __future__ import annotations

import ipaddress
import json
import os
import re
from pathlib import Path
from typing import Any

from . import samples, template
from .config import CREDENTIALS, LAMBDA_FOLDERS, LOCAL, REGION, ROOT, SHARED, STAGE, endpoint, shown
from .console import console
from .deploy import architecture
from .errors import StackError

#: The SAM CLI in the environment of the test tools.
SAM = SHARED / "venv-test" / "bin" / "sam"
FOLDER = LOCAL / "sam-local"

#: The name or address by which a container reaches this machine's 127.0.0.1.
HOST_VARIABLE = "MAGIC_EDITS_SAM_HOST"
#: Docker Desktop, Finch and Podman's machines lead this name there by themselves.
DEFAULT_HOST = "host.docker.internal"
#: What every function gets beside the variables of the template, which must not declare them for AWS. SAM passes only
#: variables that the template declares. The empty token keeps a real one of the caller's out of the container.
OWN_VARIABLES = {**CREDENTIALS, "AWS_SESSION_TOKEN": ""}


def prepare(stack: dict[str, Any] | None, folder: Path = FOLDER) -> None:
    """Writes template, variables, options and samples. Without a stack the functions find nobody at its address."""
    events, environment = folder / "events", folder / "environment.json"
    # The samples contain the demo's token.
    folder.mkdir(mode=0o700, exist_ok=True)
    events.mkdir(exist_ok=True)
    values = samples.of_demo(stack) if stack else {}
    for name in samples.names():
        _write_json(events / f"{name}.json", samples.load(name, values))
    _write_json(folder / "template.yaml", document())
    _write_json(environment, variables(stack))
    # SAM reads its options from this file beside the template.
    (folder / "samconfig.toml").write_text(options(environment), encoding="utf-8")


def tell(stack: dict[str, Any] | None) -> None:
    """Prints the commands to go on with."""
    sam, where, event = shown(SAM), shown(FOLDER / "template.yaml"), shown(FOLDER / "events" / "guest-list-styles.json")
    console.print(f"\nWrote {shown(FOLDER)}/. With Docker, Finch or Podman running:")
    for command in (f"invoke GuestListStylesFunction -e {event}", "start-api"):
        console.print(f"  {sam} local {command} -t {where}", soft_wrap=True)
    console.print(
        f"The functions look for the stack at {address(stack)}; events/README.md says when that needs help.",
        soft_wrap=True,
    )
    if stack is None:
        text = "No stack is running, so they answer 503 until `make up`; then run this command again."
        console.print(text, soft_wrap=True)


def document() -> template.Document:
    """The template with the paths and variables that `sam local` needs."""
    made = template.document()
    for logical_id, properties in template.resources(made, template.FUNCTION).items():
        properties["CodeUri"] = str(LAMBDA_FOLDERS / template.package_of(logical_id, properties))
    for properties in template.resources(made, template.NESTED_STACK).values():
        properties["TemplateURL"] = str(ROOT / properties["TemplateURL"])
    declared = made["Globals"]["Function"]["Environment"]["Variables"]
    declared.update(dict.fromkeys([*OWN_VARIABLES, "AWS_ENDPOINT_URL"], "set by --env-vars"))
    return made


def variables(stack: dict[str, Any] | None) -> dict[str, dict[str, str]]:
    """The variables of every function, by logical id. Without a stack SAM resolves the template's own by itself."""
    there = address(stack)
    own = {**OWN_VARIABLES, "AWS_ENDPOINT_URL": there}
    found = {}
    for function in template.functions():
        deployed = samples.declared_variables(stack, function.name) if stack else {}
        here = stack["endpoint_url"] if stack else there
        found[function.logical_id] = {**{key: value.replace(here, there) for key, value in deployed.items()}, **own}
    return found


def address(stack: dict[str, Any] | None) -> str:
    """The stack's address as a container sees it."""
    here: str = stack["endpoint_url"] if stack else endpoint().url
    return f"http://{host()}:{here.rpartition(':')[2]}"


def host() -> str:
    """What `MAGIC_EDITS_SAM_HOST` names, or the usual name."""
    named = os.environ.get(HOST_VARIABLE) or DEFAULT_HOST
    if not re.fullmatch(r"[A-Za-z0-9.-]+", named):
        raise StackError(
            f"{HOST_VARIABLE}={named} is neither a name nor an IPv4 address.",
            f"Use what a container calls this machine: {HOST_VARIABLE}=10.0.2.2 make sam-local",
        )
    return named


def options(environment: Path) -> str:
    """SAM's options, so that nobody needs to type them."""
    common = [f"env_vars = {json.dumps(str(environment))}"]
    if not _is_address(host()):
        # Docker on Linux knows no name for the machine; `host-gateway` is its word for the machine's address.
        common.append(f'add_host = ["{host()}:host-gateway"]')
    overrides = json.dumps([f"Stage={STAGE}", f"Architecture={architecture()}"])
    lines = [
        "# Written by `make sam-local`.",
        "version = 0.1",
        "",
        "[default.global.parameters]",
        f'region = "{REGION}"',
        f"parameter_overrides = {overrides}",
        "",
        "[default.local_invoke.parameters]",
        *common,
        "",
        "[default.local_start_api.parameters]",
        *common,
        "# A container per function stays for its next request.",
        'warm_containers = "LAZY"',
    ]
    return "\n".join(lines) + "\n"


def _is_address(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True


def _write_json(path: Path, content: Any) -> None:
    """JSON is YAML too, and `sam` looks for a template.yaml."""
    path.write_text(json.dumps(content, indent=2) + "\n", encoding="utf-8")
