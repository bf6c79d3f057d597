"""Gap `refreshed-groups` of MiniStack 1.5.33."""

from __future__ import annotations

import base64
import json
import secrets
import urllib.error
import urllib.request
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from emulators import Emulator

PAGE = "http://localhost/control/"


class Stay(urllib.request.HTTPRedirectHandler):
    """Follows no redirect: the code stands in its address."""

    def redirect_request(self, *_: Any) -> None:
        return None


def post(url: str, form: dict[str, str]) -> Any:
    """The answer to a form, a redirect included."""
    try:
        return urllib.request.build_opener(Stay).open(url, urlencode(form).encode())
    except urllib.error.HTTPError as answer:
        if answer.code != 302:
            raise
        return answer


def groups_after_a_refresh(emulator: Emulator) -> list[str]:
    """Signs a member of a group in on the page, and says which groups the next ID token has."""
    cognito = emulator.client("cognito-idp")
    pool = cognito.create_user_pool(PoolName="room")["UserPool"]["Id"]
    client = cognito.create_user_pool_client(
        UserPoolId=pool,
        ClientName="room",
        AllowedOAuthFlowsUserPoolClient=True,
        AllowedOAuthFlows=["code"],
        AllowedOAuthScopes=["openid", "profile"],
        CallbackURLs=[PAGE],
        SupportedIdentityProviders=["COGNITO"],
    )["UserPoolClient"]["ClientId"]
    password = f"Aa1!{secrets.token_urlsafe(12)}"
    cognito.create_group(UserPoolId=pool, GroupName="superadmin")
    cognito.admin_create_user(UserPoolId=pool, Username="sam", MessageAction="SUPPRESS")
    cognito.admin_set_user_password(UserPoolId=pool, Username="sam", Password=password, Permanent=True)
    cognito.admin_add_user_to_group(UserPoolId=pool, Username="sam", GroupName="superadmin")

    asked = {"client_id": client, "redirect_uri": PAGE, "scope": "openid profile", "response_type": "code"}
    signed_in = post(f"{emulator.url}/login", {**asked, "username": "sam", "password": password})
    code = parse_qs(urlsplit(signed_in.headers["Location"]).query)["code"][0]

    def tokens(**grant: str) -> dict[str, str]:
        answer: dict[str, str] = json.load(post(f"{emulator.url}/oauth2/token", {"client_id": client, **grant}))
        return answer

    first = tokens(grant_type="authorization_code", code=code, redirect_uri=PAGE)
    next_one = tokens(grant_type="refresh_token", refresh_token=first["refresh_token"])
    claims = next_one["id_token"].split(".")[1]
    found: list[str] = json.loads(base64.urlsafe_b64decode(claims + "==")).get("cognito:groups", [])
    return found


def test_with_the_gap_a_refreshed_token_has_no_groups(opened: Emulator) -> None:
    assert groups_after_a_refresh(opened) == []


def test_closed_a_refreshed_token_has_the_groups_of_its_user(closed: Emulator) -> None:
    assert groups_after_a_refresh(closed) == ["superadmin"]
