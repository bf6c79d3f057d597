"""HTTP APIs of a template: the routes of the OpenAPI body, and CORS."""

from __future__ import annotations

from typing import Any

from .gaps import after, gap

METHODS = {"get", "put", "post", "delete", "options", "head", "patch", "x-amazon-apigateway-any-method"}


@gap(
    "http-api-body",
    consequence="the emulator ignores `Body` of AWS::ApiGatewayV2::Api: a SAM HttpApi deploys without a single route",
    test="test_gap_http_api.py",
)
def import_http_api_body() -> None:
    """Imports the OpenAPI body of an HTTP API into routes, integrations and authorizers, as AWS does."""
    _take_tags_from_body()
    after("AWS::ApiGatewayV2::Api", _import_body)


@gap(
    "http-api-cors",
    consequence="the emulator stores CORS of an HTTP API under keys that its gateway does not read: a preflight gets 403",
    test="test_gap_http_api.py",
)
def store_cors_in_the_gateways_case() -> None:
    """CloudFormation and OpenAPI write `AllowOrigins`, the gateway reads `allowOrigins`."""
    after("AWS::ApiGatewayV2::Api", _store_cors)


def _store_cors(api_id: str, properties: dict[str, Any]) -> None:
    api = _service()._apis[api_id]
    body = properties.get("Body")
    imported = body.get("x-amazon-apigateway-cors") if isinstance(body, dict) else None
    cors = properties.get("CorsConfiguration") or imported
    if cors:
        api["corsConfiguration"] = {name[0].lower() + name[1:]: value for name, value in cors.items()}


def _service() -> Any:
    from ministack.services import apigateway

    return apigateway


def _take_tags_from_body() -> None:
    """SAM writes the tags of an HttpApi into its body; the emulator must see the tag that fixes the id on creation."""
    from ministack.services.cloudformation import provisioners

    handlers = provisioners._RESOURCE_HANDLERS["AWS::ApiGatewayV2::Api"]
    create, update = handlers["create"], handlers["update"]

    def tagged(properties: dict[str, Any]) -> dict[str, Any]:
        body = properties.get("Body")
        listed = body.get("tags", []) if isinstance(body, dict) else []
        tags = {tag["name"]: tag.get("x-amazon-apigateway-tag-value", "") for tag in listed}
        return {**properties, "Tags": {**tags, **(properties.get("Tags") or {})}}

    handlers["create"] = lambda logical_id, properties, stack: create(logical_id, tagged(properties), stack)
    # The emulator also passes the logical id to an update, by position.
    handlers["update"] = lambda physical_id, old, new, *rest, **named: update(
        physical_id, tagged(old), tagged(new), *rest, **named
    )


def _import_body(api_id: str, properties: dict[str, Any]) -> None:
    """Replaces the routes of an API by those of its body."""
    body = properties.get("Body")
    if not isinstance(body, dict):
        return
    service = _service()
    service._routes[api_id] = {}
    service._integrations[api_id] = {}
    authorizers = _import_authorizers(api_id, body)
    for path, operations in (body.get("paths") or {}).items():
        for method, operation in operations.items():
            if method in METHODS:
                _import_operation(api_id, path, method, operation, authorizers)


def _import_authorizers(api_id: str, body: dict[str, Any]) -> dict[str, tuple[str, str]]:
    """Id and type of every authorizer in the body, by name. JWT only, because this stack has no other."""
    from ministack.services.cloudformation import provisioners

    service = _service()
    service._authorizers[api_id] = {}
    imported: dict[str, tuple[str, str]] = {}
    for name, scheme in ((body.get("components") or {}).get("securitySchemes") or {}).items():
        described = scheme.get("x-amazon-apigateway-authorizer") or {}
        if described.get("type") != "jwt":
            raise ValueError(f"authorizer {name}: the local stack imports JWT authorizers only")
        source = described.get("identitySource") or "$request.header.Authorization"
        configuration = described["jwtConfiguration"]
        authorizer_id, _ = provisioners._apigw_v2_authorizer_create(
            name,
            {
                "ApiId": api_id,
                "Name": name,
                "AuthorizerType": "JWT",
                "IdentitySource": source if isinstance(source, list) else [source],
                "JwtConfiguration": {
                    "Issuer": configuration["issuer"],
                    "Audience": configuration.get("audience", []),
                },
            },
            "",
        )
        imported[name] = (authorizer_id, "JWT")
    return imported


def _import_operation(
    api_id: str, path: str, method: str, operation: dict[str, Any], authorizers: dict[str, tuple[str, str]]
) -> None:
    """One route with its integration."""
    from ministack.services.cloudformation import provisioners

    described = operation.get("x-amazon-apigateway-integration") or {}
    integration_id, _ = provisioners._apigw_v2_integration_create(
        "",
        {
            "ApiId": api_id,
            "IntegrationUri": described.get("uri", ""),
            "PayloadFormatVersion": described.get("payloadFormatVersion", "2.0"),
            "TimeoutInMillis": described.get("timeoutInMillis", 30000),
        },
        "",
    )
    verb = "ANY" if method == "x-amazon-apigateway-any-method" else method.upper()
    route = {
        "ApiId": api_id,
        "RouteKey": "$default" if path == "/$default" else f"{verb} {path}",
        "Target": f"integrations/{integration_id}",
    }
    for requirement in operation.get("security") or []:
        for name, scopes in requirement.items():
            if name in authorizers:
                authorizer_id, kind = authorizers[name]
                route |= {"AuthorizerId": authorizer_id, "AuthorizationType": kind, "AuthorizationScopes": scopes}
    provisioners._apigw_v2_route_create("", route, "")
