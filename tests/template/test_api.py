"""The HTTP API: routes, authorization, and what it must not log."""

from __future__ import annotations

import json
import re
from typing import Any

from sam_template import Template, referred

#: Fields that an access log may contain. None of them contains the path, and so the event token.
LOGGABLE = {
    "requestId", "routeKey", "status", "responseLatency", "integrationLatency", "integrationStatus", "responseLength",
    "error.responseType",
}  # fmt: skip


def body(template: Template) -> dict[str, Any]:
    (api,) = template.of_type("AWS::ApiGatewayV2::Api").values()
    found: dict[str, Any] = api["Body"]
    return found


def test_the_gateway_sends_a_route_to_the_function_that_names_it(deployed: Template) -> None:
    """`functions/api/tests/template.rs` compares the functions' routes with the code; here SAM's transform is read."""
    functions = deployed.of_type("AWS::Lambda::Function").keys()
    for path, operations in body(deployed)["paths"].items():
        for method, operation in operations.items():
            found = re.findall(r"\$\{(\w+)\.Arn\}", json.dumps(operation["x-amazon-apigateway-integration"]))
            assert len(found) == 1 and found[0] in functions, f"{method} {path}: {found}"


def test_guests_need_no_jwt_and_organisers_need_one(deployed: Template) -> None:
    for path, operations in body(deployed)["paths"].items():
        for operation in operations.values():
            if path.startswith(("/api/v1/events/", "/api/v1/hooks/")):
                assert not operation.get("security"), path
            if path.startswith(("/api/v1/tenant/", "/api/v1/admin/")):
                assert [list(scheme) for scheme in operation["security"]] == [["Organiser"]], path
    (scheme,) = body(deployed)["components"]["securitySchemes"].values()
    jwt = scheme["x-amazon-apigateway-authorizer"]["jwtConfiguration"]
    assert "${UserPool}" in json.dumps(jwt["issuer"]) and referred(jwt["audience"][0]) == "UserPoolClient"


def test_the_access_log_cannot_contain_an_event_token(deployed: Template) -> None:
    (stage,) = deployed.of_type("AWS::ApiGatewayV2::Stage").values()
    logged = re.findall(r"\$context\.([A-Za-z.]+)", stage["AccessLogSettings"]["Format"])
    assert set(logged) <= LOGGABLE
    assert {"requestId", "routeKey", "status", "responseLatency"} <= set(logged)
    json.loads(stage["AccessLogSettings"]["Format"])


def test_the_api_is_throttled(deployed: Template) -> None:
    (stage,) = deployed.of_type("AWS::ApiGatewayV2::Stage").values()
    assert stage["DefaultRouteSettings"]["ThrottlingRateLimit"] > 0
    assert stage["DefaultRouteSettings"]["ThrottlingBurstLimit"] > 0


def test_browsers_may_send_and_read_the_headers_of_the_contract(deployed: Template) -> None:
    cors = body(deployed)["x-amazon-apigateway-cors"]
    assert cors["allowOrigins"] == ["*"]  # a list, because SAM drops the other properties beside an intrinsic function
    assert set(cors["allowHeaders"]) == {"authorization", "content-type", "idempotency-key", "x-guest-id"}
    assert set(cors["exposeHeaders"]) == {"location", "retry-after"}
    assert {"GET", "POST", "PUT", "PATCH", "DELETE"} <= set(cors["allowMethods"])
    assert "allowCredentials" not in cors


def test_users_cannot_move_themselves_to_another_tenant(deployed: Template) -> None:
    (client,) = deployed.of_type("AWS::Cognito::UserPoolClient").values()
    assert "custom:tenant_id" in client["ReadAttributes"]
    assert "custom:tenant_id" not in client["WriteAttributes"]
    (pool,) = deployed.of_type("AWS::Cognito::UserPool").values()
    assert pool["AdminCreateUserConfig"]["AllowAdminCreateUserOnly"] is True


def test_only_the_local_stage_allows_the_administrators_sign_in(deployed: Template) -> None:
    """That flow sends a password in plain text. Tests get their tokens with it; nobody else needs it."""
    (client,) = deployed.of_type("AWS::Cognito::UserPoolClient").values()
    condition, locally, elsewhere = client["ExplicitAuthFlows"]["Fn::If"]
    assert deployed.document["Conditions"][condition] == {"Fn::Equals": [{"Ref": "Stage"}, "local"]}
    assert set(elsewhere) == {"ALLOW_USER_SRP_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"}
    assert set(locally) == {*elsewhere, "ALLOW_ADMIN_USER_PASSWORD_AUTH"}


def test_users_may_add_a_second_factor(deployed: Template) -> None:
    (pool,) = deployed.of_type("AWS::Cognito::UserPool").values()
    assert (pool["MfaConfiguration"], pool["EnabledMfas"]) == ("OPTIONAL", ["SOFTWARE_TOKEN_MFA"])
