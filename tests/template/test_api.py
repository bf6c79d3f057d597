"""The HTTP API: routes, authorization, and what it must not log."""

from __future__ import annotations

import json
import re
from typing import Any

from sam_template import Template, referred, text

#: Fields that an access log may contain. None of them contains the path, and so the event token.
LOGGABLE = {
    "requestId", "routeKey", "status", "responseLatency", "integrationLatency", "integrationStatus", "responseLength",
    "error.responseType",
}  # fmt: skip


def body(template: Template) -> dict[str, Any]:
    (api,) = template.of_type("AWS::ApiGatewayV2::Api").values()
    found: dict[str, Any] = api["Body"]
    return found


def routes(template: Template) -> set[str]:
    """Every route as the stage names it, for example `GET /api/v1/events/{token}`."""
    paths = body(template)["paths"]
    return {f"{method.upper()} {path}" for path, operations in paths.items() for method in operations}


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


#: Routes that every waiting guest asks for again and again.
POLLED = {"GET /api/v1/events/{token}/ai-edits/{requestId}", "GET /api/v1/events/{token}/photos", "GET /api/v1/events/{token}/photos/{photo}"}
#: Everybody can reach these, and nobody needs them often.
SELDOM = ("POST /api/v1/hooks/", "GET /api/v1/openapi.json", "/api/v1/admin/")
#: As many guests of one event may ask for an edit within a second.
RUSH = 200


def limits(template: Template) -> dict[str, tuple[float, int]]:
    """Requests a second and burst of every route."""
    (stage,) = template.of_type("AWS::ApiGatewayV2::Stage").values()
    return {
        route: (settings["ThrottlingRateLimit"], settings["ThrottlingBurstLimit"])
        for route in routes(template)
        for settings in [stage["RouteSettings"].get(route, stage["DefaultRouteSettings"])]
    }


def test_a_flood_on_one_route_leaves_the_others_alone(deployed: Template) -> None:
    """Every route outside /admin/ has a bucket of its own: add a line to `RouteSettings` for a new one."""
    (stage,) = deployed.of_type("AWS::ApiGatewayV2::Stage").values()
    named = {route for route in routes(deployed) if " /api/v1/admin/" not in route}
    assert set(stage["RouteSettings"]) == named
    for route, settings in stage["RouteSettings"].items():
        assert set(settings) == {"ThrottlingRateLimit", "ThrottlingBurstLimit"}, route


def test_polled_routes_get_most_and_seldom_ones_little(deployed: Template) -> None:
    found = limits(deployed)
    seldom = {route for route in found if any(part in route for part in SELDOM)}
    least = min(rate for route, (rate, _) in found.items() if route in POLLED)
    assert least > max(rate for route, (rate, _) in found.items() if route not in POLLED)
    assert max(found[route][0] for route in seldom) <= least / 10
    for route, (rate, burst) in found.items():
        assert burst >= rate, route


def test_a_hall_that_takes_out_its_phones_is_let_in(deployed: Template) -> None:
    for route, (_, burst) in limits(deployed).items():
        if "/events/{token}" in route or route.endswith("{eventSlug}/ai-edits") and route.startswith("POST"):
            assert burst > RUSH, route


def test_the_request_alarm_is_near_the_limit_of_the_busiest_route(deployed: Template, monitoring: Template) -> None:
    (alarm,) = (
        each
        for each in monitoring.of_type("AWS::CloudWatch::Alarm").values()
        if (each.get("Namespace"), each.get("MetricName")) == ("AWS/ApiGateway", "Count")
    )
    busiest = max(rate for rate, _ in limits(deployed).values())
    assert (alarm["Statistic"], alarm["Threshold"]) == ("Sum", 0.8 * busiest * alarm["Period"])
    assert f"{0.8 * busiest:.0f} requests a second" in alarm["AlarmDescription"]
    assert f"limit of {busiest:.0f} for a route" in alarm["AlarmDescription"]


def test_browsers_may_send_and_read_the_headers_of_the_contract(deployed: Template) -> None:
    cors = body(deployed)["x-amazon-apigateway-cors"]
    assert cors["allowOrigins"] == ["*"]  # a list, because SAM drops the other properties beside an intrinsic function
    assert set(cors["allowHeaders"]) == {"authorization", "content-type", "idempotency-key", "x-guest-id"}
    assert set(cors["exposeHeaders"]) == {"link", "location", "retry-after"}
    assert {"GET", "POST", "PUT", "PATCH", "DELETE"} <= set(cors["allowMethods"])
    assert "allowCredentials" not in cors


def test_users_cannot_move_themselves_to_another_tenant(deployed: Template) -> None:
    (client,) = deployed.of_type("AWS::Cognito::UserPoolClient").values()
    assert "custom:tenant_id" in client["ReadAttributes"]
    assert "custom:tenant_id" not in client["WriteAttributes"]
    (pool,) = deployed.of_type("AWS::Cognito::UserPool").values()
    assert pool["AdminCreateUserConfig"]["AllowAdminCreateUserOnly"] is True


def test_prod_does_not_allow_the_administrators_sign_in(deployed: Template) -> None:
    """That flow sends a password as it is. Tests and scripts get their tokens with it; nobody on prod needs it."""
    (client,) = deployed.of_type("AWS::Cognito::UserPoolClient").values()
    condition, on_prod, elsewhere = client["ExplicitAuthFlows"]["Fn::If"]
    assert deployed.document["Conditions"][condition] == {"Fn::Equals": [{"Ref": "Stage"}, "prod"]}
    assert set(on_prod) == {"ALLOW_USER_SRP_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"}
    assert set(elsewhere) == {*on_prod, "ALLOW_ADMIN_USER_PASSWORD_AUTH"}


def test_every_stage_has_a_page_to_sign_in_that_hands_out_codes_alone(written: Template, deployed: Template) -> None:
    """The implicit flow would put tokens into addresses. Managed pages need a style, or say that they are unavailable."""
    (client,) = deployed.of_type("AWS::Cognito::UserPoolClient").values()
    assert client["AllowedOAuthFlowsUserPoolClient"] is True
    assert client["AllowedOAuthFlows"] == ["code"] and client["GenerateSecret"] is False
    assert set(client["AllowedOAuthScopes"]) == {"openid", "profile"}, "profile brings custom:tenant_id"
    condition, with_site, without = client["CallbackURLs"]["Fn::If"]
    assert client["LogoutURLs"] == client["CallbackURLs"] and condition == "HasSiteOrigin"
    pages, others = with_site["Fn::Split"][1]["Fn::Sub"]
    assert pages.split(",") == ["${SiteOrigin}/control/", "${Others}"]
    assert others["Others"] == {"Fn::Join": [",", {"Ref": "SignInPages"}]} and without == {"Ref": "SignInPages"}
    (domain,) = deployed.of_type("AWS::Cognito::UserPoolDomain").values()
    assert "Condition" not in deployed.resources["SignInDomain"]
    assert (domain["ManagedLoginVersion"], domain["UserPoolId"]) == (2, {"Ref": "UserPool"})
    assert domain["Domain"]["Fn::If"][2] == {"Fn::Sub": "magic-edits-${Stage}-${AWS::AccountId}"}
    style = deployed.resources["SignInStyle"]
    assert style["Condition"] == "IsOnAws"
    assert (style["Properties"]["ClientId"], style["Properties"]["UseCognitoProvidedValues"]) == ({"Ref": "UserPoolClient"}, True)
    (pool,) = deployed.of_type("AWS::Cognito::UserPool").values()
    assert pool["UserPoolTier"] == "ESSENTIALS"
    pattern = written.document["Parameters"]["SignInPrefix"]["AllowedPattern"]
    assert all(re.fullmatch(pattern, prefix) for prefix in ("", "acme-edits", "a1"))
    assert not any(re.fullmatch(pattern, prefix) for prefix in ("-a", "a-", "A", "a.b", 64 * "a"))


def test_claims_end_a_quarter_of_an_hour_after_they_were_taken_away(deployed: Template) -> None:
    (client,) = deployed.of_type("AWS::Cognito::UserPoolClient").values()
    for name in ("IdToken", "AccessToken"):
        assert client[f"{name}Validity"] == {"Fn::If": ["IsLocal", 60, 15]}
        assert client["TokenValidityUnits"][name] == "minutes"


def test_a_new_e_mail_address_is_confirmed_before_it_is_the_sign_in_name(deployed: Template) -> None:
    (pool,) = deployed.of_type("AWS::Cognito::UserPool").values()
    required = pool["UserAttributeUpdateSettings"]["AttributesRequireVerificationBeforeUpdate"]
    assert required == pool["UsernameAttributes"] == pool["AutoVerifiedAttributes"] == ["email"]


def test_the_access_log_needs_no_room_in_the_accounts_policy_for_log_delivery(deployed: Template) -> None:
    (stage,) = deployed.of_type("AWS::ApiGatewayV2::Stage").values()
    group = deployed.resources[referred(stage["AccessLogSettings"]["DestinationArn"]) or ""]
    assert text(group["Properties"]["LogGroupName"]).startswith("/aws/vendedlogs/")
    assert group["UpdateReplacePolicy"] == "Retain", "the group that this name replaced"


def test_users_may_add_a_second_factor(deployed: Template) -> None:
    (pool,) = deployed.of_type("AWS::Cognito::UserPool").values()
    assert (pool["MfaConfiguration"], pool["EnabledMfas"]) == ("OPTIONAL", ["SOFTWARE_TOKEN_MFA"])
