"""The pages: who may read their files, what they may do, and where each address leads."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from typing import Any

import pytest
from sam_template import Template, as_list, text


def distribution(site: Template) -> dict[str, Any]:
    (found,) = site.of_type("AWS::CloudFront::Distribution").values()
    config: dict[str, Any] = found["DistributionConfig"]
    return config


def behaviours(site: Template) -> dict[str, dict[str, Any]]:
    """Every behaviour by its pattern, in order; `*` for the default one."""
    found = distribution(site)
    listed = {each["PathPattern"]: each for each in found["CacheBehaviors"]}
    return {**listed, "*": found["DefaultCacheBehavior"]}


def origins(site: Template) -> dict[str, dict[str, Any]]:
    return {each["Id"]: each for each in distribution(site)["Origins"]}


def test_the_bucket_of_the_pages_is_private(site: Template) -> None:
    (bucket,) = site.of_type("AWS::S3::Bucket").values()
    switches = ("BlockPublicAcls", "BlockPublicPolicy", "IgnorePublicAcls", "RestrictPublicBuckets")
    assert bucket["PublicAccessBlockConfiguration"] == dict.fromkeys(switches, True)
    assert bucket["OwnershipControls"] == {"Rules": [{"ObjectOwnership": "BucketOwnerEnforced"}]}
    assert "WebsiteConfiguration" not in bucket


def test_only_this_distribution_reads_the_bucket(site: Template) -> None:
    (policy,) = site.of_type("AWS::S3::BucketPolicy").values()
    allowed = [each for each in policy["PolicyDocument"]["Statement"] if each["Effect"] == "Allow"]
    (statement,) = allowed
    assert statement["Principal"] == {"Service": "cloudfront.amazonaws.com"}
    assert as_list(statement["Action"]) == ["s3:GetObject"]
    source = text(statement["Condition"]["StringEquals"]["aws:SourceArn"])
    assert source == "arn:${AWS::Partition}:cloudfront::${AWS::AccountId}:distribution/${Distribution}"
    (access,) = site.of_type("AWS::CloudFront::OriginAccessControl").values()
    config = access["OriginAccessControlConfig"]
    assert (config["SigningBehavior"], config["SigningProtocol"], config["OriginAccessControlOriginType"]) == ("always", "sigv4", "s3")
    assert origins(site)["site"]["OriginAccessControlId"] == {"Fn::GetAtt": ["SiteAccess", "Id"]}


def test_errors_of_the_api_stay_what_they_are(site: Template) -> None:
    """Custom error responses hold for the whole distribution: a guest's 404 with problem details would become a page."""
    assert "CustomErrorResponses" not in distribution(site)


def test_the_api_is_never_cached_and_gets_every_header_but_the_host(site: Template) -> None:
    api = behaviours(site)["/api/*"]
    assert api["TargetOriginId"] == "api"
    assert api["CachePolicyId"] == "4135ea2d-6df8-44a3-9df3-4b5a84be39ad", "CachingDisabled"
    assert api["OriginRequestPolicyId"] == "b689b0a8-53d0-40ab-baf2-68738e2966ac", "AllViewerExceptHostHeader"
    assert {"GET", "HEAD", "OPTIONS", "PUT", "PATCH", "POST", "DELETE"} == set(api["AllowedMethods"])
    assert all(each["TargetOriginId"] == "site" for pattern, each in behaviours(site).items() if pattern != "/api/*")


def test_the_distribution_speaks_tls_on_aws(site: Template) -> None:
    for pattern, behaviour in behaviours(site).items():
        condition, local, on_aws = behaviour["ViewerProtocolPolicy"]["Fn::If"]
        assert (condition, local) == ("IsLocal", "allow-all"), pattern
        assert on_aws in {"redirect-to-https", "https-only"}, pattern
        assert behaviour["Compress"] is True, pattern
    api = origins(site)["api"]["CustomOriginConfig"]
    assert api["OriginProtocolPolicy"]["Fn::If"] == ["IsLocal", "http-only", "https-only"]
    assert api["OriginSSLProtocols"] == ["TLSv1.2"]
    certificate = distribution(site)["ViewerCertificate"]["Fn::If"][1]
    assert certificate["MinimumProtocolVersion"] == "TLSv1.2_2021"
    assert distribution(site)["HttpVersion"] == "http2and3"


def test_the_emulators_way_to_the_api_is_for_the_local_stage_alone(site: Template) -> None:
    api = origins(site)["api"]
    assert text(api["DomainName"]["Fn::If"][2]) == "${ApiId}.execute-api.${AWS::Region}.${AWS::URLSuffix}"
    assert api["OriginPath"]["Fn::If"][2] == ""
    assert site.document["Conditions"]["IsLocal"] == {"Fn::Equals": [{"Ref": "Stage"}, "local"]}


def directives(site: Template) -> dict[str, list[str]]:
    """The pages' policy by directive."""
    (policy,) = site.of_type("AWS::CloudFront::ResponseHeadersPolicy").values()
    security = policy["ResponseHeadersPolicyConfig"]["SecurityHeadersConfig"]
    written: str = security["ContentSecurityPolicy"]["ContentSecurityPolicy"]["Fn::Sub"][0]
    return {words[0]: words[1:] for words in (each.split() for each in written.split(";"))}


def test_pages_may_do_nothing_that_is_not_named(site: Template) -> None:
    found = directives(site)
    assert found["default-src"] == found["base-uri"] == found["frame-ancestors"] == found["form-action"] == ["'none'"]
    for name in ("script-src", "style-src", "worker-src", "manifest-src", "font-src"):
        assert found[name] == ["'self'"], name
    assert found["img-src"] == ["'self'", "blob:", "${Media}"]
    assert found["connect-src"] == ["'self'", "${Media}", "${SignInOrigin}"]
    assert found["require-trusted-types-for"] == ["'script'"]
    assert "'allow-duplicates'" not in found["trusted-types"] and "*" not in found["trusted-types"]
    assert not [source for sources in found.values() for source in sources if "unsafe" in source or source in {"*", "https:", "data:"}]


def test_pages_name_the_bucket_of_the_pictures_in_their_policy(site: Template) -> None:
    (policy,) = site.of_type("AWS::CloudFront::ResponseHeadersPolicy").values()
    security = policy["ResponseHeadersPolicyConfig"]["SecurityHeadersConfig"]
    condition, _, on_aws = security["ContentSecurityPolicy"]["ContentSecurityPolicy"]["Fn::Sub"][1]["Media"]["Fn::If"]
    assert condition == "IsLocal"
    assert text(on_aws) == "https://${MediaBucket}.s3.${AWS::Region}.${AWS::URLSuffix}"


def test_pages_have_the_other_headers_too_and_no_origin_can_replace_them(site: Template) -> None:
    (policy,) = site.of_type("AWS::CloudFront::ResponseHeadersPolicy").values()
    config = policy["ResponseHeadersPolicyConfig"]
    security = config["SecurityHeadersConfig"]
    assert security["StrictTransportSecurity"]["AccessControlMaxAgeSec"] >= 31536000
    assert security["ReferrerPolicy"]["ReferrerPolicy"] == "no-referrer", "the address of a guest page contains a token"
    assert {"ContentTypeOptions", "FrameOptions"} <= set(security)
    own = {each["Header"]: each["Value"] for each in config["CustomHeadersConfig"]["Items"]}
    assert own["Cross-Origin-Opener-Policy"] == "same-origin"
    assert "camera=(self)" in own["Permissions-Policy"] and "geolocation=()" in own["Permissions-Policy"]
    assert all(each["Override"] is True for each in [*security.values(), *config["CustomHeadersConfig"]["Items"]])
    for pattern, behaviour in behaviours(site).items():
        if behaviour["TargetOriginId"] == "site":
            assert behaviour["ResponseHeadersPolicyId"] == {"Ref": "PageHeaders"}, pattern


def test_the_site_shows_the_api_a_key_that_functions_know(site: Template, written: Template) -> None:
    headers = {each["HeaderName"]: each["HeaderValue"] for each in origins(site)["api"]["OriginCustomHeaders"]}
    assert headers == {"x-origin-key": {"Ref": "OriginKey"}}
    assert site.document["Parameters"]["OriginKey"]["NoEcho"] is True
    passed = written.of_type("AWS::CloudFormation::Stack")["Site"]["Parameters"]["OriginKey"]
    assert passed == written.document["Globals"]["Function"]["Environment"]["Variables"]["ORIGIN_KEY"]
    assert passed == {"Fn::Select": [2, {"Fn::Split": ["/", {"Ref": "AWS::StackId"}]}]}


def function(site: Template, pattern: str) -> str:
    """The code of the function that sees a behaviour's requests first."""
    (association,) = behaviours(site)[pattern]["FunctionAssociations"]
    assert association["EventType"] == "viewer-request"
    name = association["FunctionARN"]["Fn::GetAtt"][0]
    properties = site.of_type("AWS::CloudFront::Function")[name]
    assert properties["FunctionConfig"]["Runtime"] == "cloudfront-js-2.0" and properties["AutoPublish"] is True
    code: str = properties["FunctionCode"]
    return code


def handled(code: str, event: dict[str, Any]) -> dict[str, Any]:
    """What the function makes of an event."""
    from local_stack.node import binary

    node = str(binary()) if binary().exists() else shutil.which("node")
    if node is None:
        pytest.fail("no Node to run the function with: `make up` brings it")
    program = f"{code}\nprocess.stdout.write(JSON.stringify(handler({json.dumps(event)})));"
    ran = subprocess.run([node, "-e", program], capture_output=True, text=True, check=True)
    result: dict[str, Any] = json.loads(ran.stdout)
    return result


@pytest.mark.parametrize(
    ("path", "leads_to"),
    [
        ("/e/abc", "/guest/index.html"),
        ("/e/abc/", "/guest/index.html"),
        # A token is one, whatever it looks like.
        ("/e/a.b", "/guest/index.html"),
        ("/control/", "/control/index.html"),
        ("/control/gallery", "/control/index.html"),
        ("/control/v1.2/x", "/control/index.html"),
        ("/control/app.webmanifest", "/control/app.webmanifest"),
        ("/config.json", "/config.json"),
        ("/sw.js", "/sw.js"),
        ("/elsewhere", "/elsewhere"),
    ],
)  # fmt: skip
def test_addresses_lead_to_pages(site: Template, path: str, leads_to: str) -> None:
    assert handled(function(site, "*"), {"request": {"uri": path, "headers": {}}})["uri"] == leads_to


@pytest.mark.parametrize("path", ["/", "/control"])
def test_the_bare_address_leads_organisers_to_the_control_room(site: Template, path: str) -> None:
    answer = handled(function(site, "*"), {"request": {"uri": path, "headers": {}}})
    assert (answer["statusCode"], answer["headers"]["location"]["value"]) == (302, "/control/")


def test_the_api_hears_the_viewers_address_whatever_the_viewer_says(site: Template) -> None:
    headers = {"x-viewer-address": {"value": "203.0.113.66"}, "x-guest-id": {"value": "phone"}}
    event = {"viewer": {"ip": "198.51.100.7"}, "request": {"uri": "/api/v1/x", "headers": headers}}
    request = handled(function(site, "/api/*"), event)
    assert request["headers"] == {"x-viewer-address": {"value": "198.51.100.7"}, "x-guest-id": {"value": "phone"}}


def test_an_origin_is_named_as_browsers_send_it(written: Template) -> None:
    pattern = written.document["Parameters"]["SiteOrigin"]["AllowedPattern"]
    taken = ("", "https://photos.example.com", "https://d111111abcdef8.cloudfront.net", "http://localhost:4566")
    refused = ("*", "https://photos.example.com/", "http://photos.example.com", "photos.example.com", "https://", "https://A.example")
    assert all(re.fullmatch(pattern, origin) for origin in taken)
    assert not any(re.fullmatch(pattern, origin) for origin in refused)
