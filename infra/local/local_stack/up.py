"""`up`: builds, deploys and fills the stack, from a fresh clone or from whatever is there."""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any

from . import accounts, build, demo, deploy, emulator, manifest, site
from .api import Guest
from .config import LOCAL, endpoint
from .console import step
from .errors import StackError


def up(binaries: Path | None = None) -> dict[str, Any]:
    """Brings everything up to date and returns the description of the stack. Safe to repeat. Builds, unless the caller has
    built and names the folder: a second cargo would wait for any other cargo that runs."""
    with _alone():
        return _up(binaries or _build(), demo_data=True)


def up_bare() -> dict[str, Any]:
    """The same without demo data, and so without calling a function: a proxy that functions need may start later."""
    with _alone():
        return _up(_build(), demo_data=False)


def _build() -> Path:
    emulator.check_port()
    with step("Build the functions", live=False):
        return build.build()


def _up(binaries: Path, *, demo_data: bool) -> dict[str, Any]:
    where = endpoint()
    emulator.check_port()
    with step("Pack the functions"):
        packages = build.pack_all(binaries)
    with step("Start the emulator") as running_step:
        running, running_step.note = emulator.ensure_running()
    with step("Deploy template.yaml") as deploying:
        outputs, deploying.note = deploy.deploy(packages, running.id)
        demo.store_secrets(outputs)
        api_url = where.api_url(outputs["ApiId"])
        demo.set_webhook_address(outputs, api_url)
    with step("Sign users in"):
        superadmin_jwt = accounts.superadmin_token(outputs)
        superadmin = accounts.person(outputs, "operator@magic-edits.test")
    described: dict[str, Any] = {}
    if demo_data:
        with step("Load the demo data"):
            described = demo.load_catalogue(binaries)
            tenant_id = described["tenant_id"]
            described["organiser"] = accounts.person(outputs, "organiser@magic-edits.test", tenant_id=tenant_id)
            described["tenant_jwt"] = accounts.tenant_token(outputs, described["tenant_id"])
            described["event_token"] = demo.event_token(binaries)
            described["photo_id"] = demo.ensure_photo(Guest(api_url, described["event_token"]), running.id)
        publish_pages(binaries, running.id)
    stack = manifest.describe(where.url, api_url, outputs, superadmin_jwt, superadmin, described)
    manifest.write(stack)
    return stack


def publish_pages(binaries: Path, emulator_id: str) -> None:
    """Builds the pages and publishes them, each unless that was done already."""
    with step("Build the pages") as building:
        building.note = site.build()
    with step("Publish the pages") as publishing:
        publishing.note = site.publish(binaries, emulator_id)


def _alone() -> AbstractContextManager[None]:
    """Two processes that bring up the same stack would undo each other's work."""
    return alone("up", "Another process is bringing this stack up.")


@contextmanager
def alone(what: str, otherwise: str) -> Iterator[None]:
    """Keeps other processes from doing the same to the same stack. The lock ends with its process."""
    with (LOCAL / f"{what}.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise StackError(otherwise, "Wait until it has ended, then try again.") from None
        yield
