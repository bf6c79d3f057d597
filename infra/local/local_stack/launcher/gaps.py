"""The registry of gaps: each with its consequence, the function that closes it, and its test."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

#: The version that has these gaps. The launcher refuses any other, whose internals may differ.
VERSION = "1.5.33"


@dataclass(frozen=True)
class Gap:
    """A difference between emulator and AWS, and the function that closes it."""

    name: str
    consequence: str
    test: str
    close: Callable[[], None]


GAPS: dict[str, Gap] = {}


def gap(name: str, *, consequence: str, test: str) -> Callable[[Callable[[], None]], Callable[[], None]]:
    """Registers the function that closes a gap of MiniStack 1.5.33."""

    def register(close: Callable[[], None]) -> Callable[[], None]:
        GAPS[name] = Gap(name, consequence, f"tests/local_stack/{test}", close)
        return close

    return register


def after(resource_type: str, then: Callable[[str, dict[str, Any]], None]) -> None:
    """Calls `then(physical_id, properties)` after CloudFormation has created or updated a resource of this type."""
    from ministack.services.cloudformation import provisioners

    handlers = provisioners._RESOURCE_HANDLERS[resource_type]
    for operation, position in (("create", 1), ("update", 2)):
        handlers[operation] = _followed(handlers[operation], position, then)


def _followed(
    provision: Callable[..., Any], position: int, then: Callable[[str, dict[str, Any]], None]
) -> Callable[..., Any]:
    """Calls `provision`, then `then` with the properties that `provision` takes at `position`."""

    def provision_and_follow(*arguments: Any, **named: Any) -> Any:
        result = provision(*arguments, **named)
        then(result[0], arguments[position])
        return result

    return provision_and_follow
