"""Update expressions that DynamoDB refuses."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

from .gaps import gap

CLAUSES = {"SET", "REMOVE", "ADD", "DELETE"}


@gap(
    "empty-clauses",
    consequence="the emulator executes an update expression such as `ADD `; DynamoDB refuses it with a ValidationException",
    test="test_gap_expressions.py",
)
def refuse_empty_clauses() -> None:
    """Refuses a clause without an action, as DynamoDB's parser does."""
    from ministack.services import dynamodb

    apply = dynamodb._apply_update_expression

    def is_clause(token: tuple[str, str]) -> bool:
        return token[0] == "IDENT" and token[1].upper() in CLAUSES

    def parse_and_apply(item: dict[str, Any], expression: str, *arguments: Any, **named: Any) -> Any:
        tokens = [*dynamodb._tokenize(expression), ("EOF", "")]
        if any(is_clause(token) and (is_clause(then) or then[0] == "EOF") for token, then in pairwise(tokens)):
            raise ValueError("Invalid UpdateExpression: Syntax error; token: <EOF>")
        return apply(item, expression, *arguments, **named)

    dynamodb._apply_update_expression = parse_and_apply
