"""Conditions of a template that ask where it is deployed."""

from __future__ import annotations

from typing import Any

from .gaps import gap


@gap(
    "pseudo-parameters-of-conditions",
    consequence="in a condition the emulator takes a pseudo parameter for its name: `AWS::Region` equals no region",
    test="test_gap_conditions.py",
)
def know_pseudo_parameters() -> None:
    """Hands the pseudo parameters over with the template's own."""
    from ministack.core.responses import get_account_id, get_region
    from ministack.services.cloudformation import changesets, engine, handlers, stacks

    evaluate = engine._evaluate_conditions

    def evaluate_here(template: dict[str, Any], parameters: dict[str, Any]) -> Any:
        pseudo = {"AWS::Region": get_region(), "AWS::AccountId": get_account_id(), "AWS::Partition": "aws"}
        return evaluate(template, {**{name: {"Value": value} for name, value in pseudo.items()}, **parameters})

    for module in (changesets, engine, handlers, stacks):
        module._evaluate_conditions = evaluate_here
