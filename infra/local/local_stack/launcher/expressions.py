"""Update expressions that DynamoDB refuses."""

from __future__ import annotations

import re
from typing import Any

from .gaps import gap

#: A clause that the next one, or the end, follows at once.
EMPTY_CLAUSE = re.compile(r"\b(SET|REMOVE|ADD|DELETE)\s*(?=$|\b(?:SET|REMOVE|ADD|DELETE)\s)", re.IGNORECASE)


@gap(
    "empty-clauses",
    consequence="an update expression such as `ADD ` is carried out; DynamoDB refuses it with a ValidationException",
    test="test_gap_expressions.py",
)
def refuse_empty_clauses() -> None:
    """Refuses a clause without an action, as DynamoDB's parser does."""
    from ministack.services import dynamodb

    apply = dynamodb._apply_update_expression

    def parse_and_apply(item: dict[str, Any], expression: str, *arguments: Any, **named: Any) -> Any:
        if EMPTY_CLAUSE.search(expression.strip()):
            raise ValueError("Invalid UpdateExpression: Syntax error; token: <EOF>")
        return apply(item, expression, *arguments, **named)

    dynamodb._apply_update_expression = parse_and_apply
