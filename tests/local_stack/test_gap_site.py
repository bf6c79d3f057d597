"""Gap `site-at-localhost` of MiniStack 1.5.33."""

from __future__ import annotations

from typing import Any

from emulators import Emulator

FUNCTION = """
function handler(event) {
  var request = event.request;
  if (request.uri === '/') { request.uri = '/page.html'; }
  return request;
}
"""


def deploy(emulator: Emulator) -> None:
    """Deploys a private bucket with a page, behind a distribution."""
    behaviour = {
        "TargetOriginId": "site",
        "ViewerProtocolPolicy": "allow-all",
        "CachePolicyId": "658327ea-f89d-4fab-a63d-7e88639e58f6",
        "FunctionAssociations": [
            {"EventType": "viewer-request", "FunctionARN": {"Fn::GetAtt": ["Paths", "FunctionARN"]}}
        ],
    }
    access: dict[str, Any] = {
        "Name": "site", "OriginAccessControlOriginType": "s3", "SigningBehavior": "always", "SigningProtocol": "sigv4",
    }  # fmt: skip
    origin = {
        "Id": "site",
        "DomainName": {"Fn::GetAtt": ["Pages", "RegionalDomainName"]},
        "OriginAccessControlId": {"Fn::GetAtt": ["Access", "Id"]},
        "S3OriginConfig": {"OriginAccessIdentity": ""},
    }
    source = {"Fn::Sub": "arn:aws:cloudfront::${AWS::AccountId}:distribution/${Distribution}"}
    statement = {
        "Effect": "Allow",
        "Principal": {"Service": "cloudfront.amazonaws.com"},
        "Action": "s3:GetObject",
        "Resource": {"Fn::Sub": "${Pages.Arn}/*"},
        "Condition": {"StringEquals": {"aws:SourceArn": source}},
    }
    made = emulator.deploy(
        "pages",
        {
            "Pages": {"Type": "AWS::S3::Bucket"},
            "Access": {
                "Type": "AWS::CloudFront::OriginAccessControl",
                "Properties": {"OriginAccessControlConfig": access},
            },
            "Paths": {
                "Type": "AWS::CloudFront::Function",
                "Properties": {
                    "Name": "paths",
                    "AutoPublish": True,
                    "FunctionConfig": {"Comment": "", "Runtime": "cloudfront-js-2.0"},
                    "FunctionCode": FUNCTION,
                },
            },
            "Distribution": {
                "Type": "AWS::CloudFront::Distribution",
                "Properties": {
                    "DistributionConfig": {"Enabled": True, "Origins": [origin], "DefaultCacheBehavior": behaviour}
                },
            },
            "Policy": {
                "Type": "AWS::S3::BucketPolicy",
                "Properties": {"Bucket": {"Ref": "Pages"}, "PolicyDocument": {"Statement": [statement]}},
            },
        },
    )
    emulator.client("s3").put_object(Bucket=made["Pages"], Key="page.html", Body=b"a page", ContentType="text/html")


def at_localhost(emulator: Emulator, **headers: str) -> str:
    """What `http://localhost:<port>/` answers. The connection goes to the IP address, whatever the name resolves to."""
    port = emulator.url.rpartition(":")[2]
    return emulator.request("GET", "/", Host=f"localhost:{port}", **headers)[2]


def test_with_the_gap_localhost_is_the_emulator(opened: Emulator) -> None:
    deploy(opened)
    assert at_localhost(opened) != "a page"


def test_closed_localhost_is_the_site_and_the_ip_address_stays_the_emulator(closed: Emulator) -> None:
    deploy(closed)
    assert at_localhost(closed) == "a page"
    assert closed.request("GET", "/")[2] != "a page"
    signed = "AWS4-HMAC-SHA256 Credential=test/20261127/eu-central-1/s3/aws4_request, SignedHeaders=host, Signature=0"
    assert at_localhost(closed, Authorization=signed) != "a page"
