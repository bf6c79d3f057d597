"""Users of the stack: one superadmin, and one user per tenant."""

from __future__ import annotations

import secrets

from botocore.exceptions import ClientError

from .aws import client


def superadmin_token(outputs: dict[str, str]) -> str:
    """An ID token of a user in the group `superadmin`."""
    pool = outputs["UserPoolId"]
    username = _ensure_user(pool, "superadmin@magic-edits.test", {})
    client("cognito-idp").admin_add_user_to_group(UserPoolId=pool, Username=username, GroupName="superadmin")
    return _sign_in(outputs, username)


def tenant_token(outputs: dict[str, str], tenant_id: str) -> str:
    """An ID token with the claim `custom:tenant_id`."""
    email = f"{tenant_id.lower()}@tenants.magic-edits.test"
    username = _ensure_user(outputs["UserPoolId"], email, {"custom:tenant_id": tenant_id})
    return _sign_in(outputs, username)


def person(outputs: dict[str, str], email: str, *, tenant_id: str | None = None) -> dict[str, str]:
    """Somebody who signs in on the page: an organiser of the tenant, or a superadmin. The password is for this stack alone."""
    cognito, pool = client("cognito-idp"), outputs["UserPoolId"]
    _ensure_user(pool, email, {"custom:tenant_id": tenant_id} if tenant_id else {})
    if tenant_id is None:
        cognito.admin_add_user_to_group(UserPoolId=pool, Username=email, GroupName="superadmin")
    password = f"Local-{secrets.token_hex(3)}-{secrets.token_hex(3)}!"
    cognito.admin_set_user_password(UserPoolId=pool, Username=email, Password=password, Permanent=True)
    return {"email": email, "password": password}


def _ensure_user(pool: str, email: str, attributes: dict[str, str]) -> str:
    cognito = client("cognito-idp")
    values = {"email": email, "email_verified": "true", **attributes}
    try:
        cognito.admin_create_user(
            UserPoolId=pool,
            Username=email,
            MessageAction="SUPPRESS",
            TemporaryPassword=_password(),
            UserAttributes=[{"Name": name, "Value": value} for name, value in values.items()],
        )
    except ClientError as error:
        if error.response["Error"]["Code"] != "UsernameExistsException":
            raise
    return email


def _sign_in(outputs: dict[str, str], username: str) -> str:
    """Signs in with a new password for every token; nobody keeps it."""
    cognito, pool = client("cognito-idp"), outputs["UserPoolId"]
    password = _password()
    cognito.admin_set_user_password(UserPoolId=pool, Username=username, Password=password, Permanent=True)
    answer = cognito.admin_initiate_auth(
        UserPoolId=pool,
        ClientId=outputs["UserPoolClientId"],
        AuthFlow="ADMIN_USER_PASSWORD_AUTH",
        AuthParameters={"USERNAME": username, "PASSWORD": password},
    )
    return str(answer["AuthenticationResult"]["IdToken"])


def _password() -> str:
    """Long and random, with a character of every class that the pool requires."""
    return f"Aa1!{secrets.token_urlsafe(24)}"
