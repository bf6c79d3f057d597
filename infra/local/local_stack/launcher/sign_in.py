"""Sign-in pages and the tokens they hand out."""

from __future__ import annotations

from typing import Any

from .gaps import gap


@gap(
    "refreshed-groups",
    consequence="a superadmin who reloads the control room is told that the account may not do this",
    test="test_gap_sign_in.py",
)
def keep_groups_in_refreshed_tokens() -> None:
    """Writes `cognito:groups` into tokens that a refresh token of the sign-in page yields, as AWS does."""
    from ministack.services import cognito

    issue = cognito._fake_token

    def issue_with_groups(sub: str, pool_id: str, client_id: str, *arguments: Any, **named: Any) -> str:
        if named.get("trigger_source") == "TokenGeneration_RefreshTokens" and named.get("groups") is None:
            pool = cognito._get_pool_unscoped(pool_id) or {"_users": {}}
            named["groups"] = pool["_users"].get(named.get("username"), {}).get("_groups", [])
        return issue(sub, pool_id, client_id, *arguments, **named)

    cognito._fake_token = issue_with_groups
