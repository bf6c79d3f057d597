"""The distribution of the pages, which the emulator serves under its label alone."""

from __future__ import annotations

from typing import Any

from .gaps import gap

#: The host of the pages. Tools and functions call the emulator at its IP address.
HOST = "localhost"


@gap(
    "site-at-localhost",
    consequence="a distribution answers under a label that is new with every deploy, and that only some browsers can resolve",
    test="test_gap_site.py",
)
def serve_the_site_at_localhost() -> None:
    """Serves requests to `localhost` with the distribution, if there is one: an address that stays, and a secure context.
    Calls of AWS's tools are signed or name a target, and go on to their service."""
    from ministack import app
    from ministack.services import cloudfront

    label_of, handle = app._parse_cloudfront_dataplane_host, app._handle_cloudfront_dataplane_request

    def label_of_site(host: str) -> str | None:
        distribution = next(iter(cloudfront._distributions.values()), None)
        if host.split(":")[0].lower() == HOST and distribution is not None:
            return str(distribution["DomainName"]).split(".")[0]
        return label_of(host)

    async def handle_unless_of_aws(
        host: str, path: str, raw_path: str, query: str, method: str, headers: dict[str, str], *rest: Any
    ) -> Any:
        is_of_aws = headers.get("authorization", "").startswith("AWS4-") or "x-amz-target" in headers
        is_of_emulator = path.startswith(("/_ministack", "/_aws"))
        if host.split(":")[0].lower() == HOST and (is_of_aws or is_of_emulator):
            return None
        return await handle(host, path, raw_path, query, method, headers, *rest)

    app._parse_cloudfront_dataplane_host = label_of_site
    app._handle_cloudfront_dataplane_request = handle_unless_of_aws
