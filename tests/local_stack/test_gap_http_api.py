"""Gaps `http-api-body` and `http-api-cors` of MiniStack 1.5.33."""

from __future__ import annotations

from emulators import Emulator

ORIGIN = "https://photos.example"


def deploy_sam_api(emulator: Emulator, **more: str) -> str:
    """Deploys a SAM HttpApi with an open and a protected route, and more open ones; returns the address of the API."""
    code = emulator.upload_bootstrap()
    api = {"Ref": "Api"}
    routes = {
        "Open": {"ApiId": api, "Method": "GET", "Path": "/open/{name}"},
        "Protected": {"ApiId": api, "Method": "GET", "Path": "/protected", "Auth": {"Authorizer": "People"}},
    }
    routes |= {name: {"ApiId": api, "Method": "GET", "Path": path} for name, path in more.items()}
    emulator.deploy(
        "sam-api",
        {
            "Pool": {"Type": "AWS::Cognito::UserPool"},
            "Api": {
                "Type": "AWS::Serverless::HttpApi",
                "Properties": {
                    "Tags": {"ms-custom-id": "0a0b0c0d"},
                    "CorsConfiguration": {"AllowOrigins": [ORIGIN], "AllowMethods": ["GET"]},
                    "Auth": {
                        "Authorizers": {
                            "People": {
                                "IdentitySource": "$request.header.Authorization",
                                "JwtConfiguration": {
                                    "issuer": {"Fn::Sub": "https://cognito-idp.eu-central-1.amazonaws.com/${Pool}"},
                                    "audience": ["web"],
                                },
                            }
                        }
                    },
                },
            },
            "Function": {
                "Type": "AWS::Serverless::Function",
                "Properties": {
                    "Runtime": "provided.al2023",
                    "Handler": "bootstrap",
                    "CodeUri": code,
                    "Events": {name: {"Type": "HttpApi", "Properties": route} for name, route in routes.items()},
                },
            },
        },
        sam=True,
    )
    return "/_aws/execute-api/0a0b0c0d/$default"


def deploy_plain_api(emulator: Emulator) -> str:
    """Deploys an API with CORS in a CloudFormation property; returns its address."""
    made = emulator.deploy(
        "plain-api",
        {
            "Api": {
                "Type": "AWS::ApiGatewayV2::Api",
                "Properties": {
                    "Name": "plain",
                    "ProtocolType": "HTTP",
                    "CorsConfiguration": {"AllowOrigins": [ORIGIN], "AllowMethods": ["GET"]},
                },
            }
        },
    )
    return f"/_aws/execute-api/{made['Api']}/$default"


def preflight(emulator: Emulator, api: str) -> int:
    """The status of a browser's preflight request."""
    return emulator.request("OPTIONS", f"{api}/open/x", Origin=ORIGIN, **{"Access-Control-Request-Method": "GET"})[0]


def test_with_the_gap_a_sam_http_api_has_no_routes(opened: Emulator) -> None:
    deploy_sam_api(opened)
    apis = opened.client("apigatewayv2").get_apis()["Items"]
    assert [opened.client("apigatewayv2").get_routes(ApiId=api["ApiId"])["Items"] for api in apis] == [[]]


def test_closed_a_sam_http_api_has_its_routes_id_authorizer_and_cors(closed: Emulator) -> None:
    api = deploy_sam_api(closed)
    assert closed.request("GET", f"{api}/open/sesame")[::2] == (200, '{"name": "sesame"}')
    assert closed.request("GET", f"{api}/protected")[0] == 401
    assert closed.request("GET", f"{api}/protected", Authorization="Bearer garbage")[0] == 401
    assert closed.request("GET", f"{api}/elsewhere")[0] == 404
    assert preflight(closed, api) == 204


def test_with_the_gap_cors_of_the_template_is_ignored(opened: Emulator) -> None:
    assert preflight(opened, deploy_plain_api(opened)) == 403


def test_closed_cors_of_the_template_works(closed: Emulator) -> None:
    assert preflight(closed, deploy_plain_api(closed)) == 204


def test_closed_an_updated_api_has_its_new_routes(closed: Emulator) -> None:
    deploy_sam_api(closed, Sooner="/sooner/{name}")
    api = deploy_sam_api(closed, Later="/later/{name}")
    assert closed.request("GET", f"{api}/later/sesame")[::2] == (200, '{"name": "sesame"}')
    assert closed.request("GET", f"{api}/open/sesame")[0] == 200
