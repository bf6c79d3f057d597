"""No log of the whole run contains a secret, a prompt, a token or a guest: no function's, and not the API's."""

from __future__ import annotations

import json
import sys
from typing import Any

from witnessed import ROOT, WITNESS_FILE

sys.path.insert(0, str(ROOT / "infra" / "local"))

from local_stack import samples  # noqa: E402

#: Texts that the tests of the stack have declared secret, one JSON text a line.
KEPT_OUT = WITNESS_FILE.with_name("kept-out.jsonl")
#: Shorter texts appear in a log by chance.
SHORTEST = 12


def secrets(stack: dict[str, Any]) -> set[str]:
    """Tokens of the stack and the samples, prompts and guests of the samples, and the other tests' secrets."""
    demo = stack["demo"]
    found = {stack["superadmin_jwt"], demo["tenant_jwt"], demo["event_token"], samples.TOKEN, samples.GUEST}
    for name in samples.names():
        body = samples.load(name).get("body")
        said = json.loads(body) if body else {}
        found |= {str(said[field]) for field in ("prompt", "negative_prompt") if said.get(field)}
    if KEPT_OUT.exists():
        found |= {json.loads(line) for line in KEPT_OUT.read_text(encoding="utf-8").splitlines()}
    return {text for text in found if len(text) >= SHORTEST}


def stored_secrets(client: Any, stack: dict[str, Any]) -> set[str]:
    """The providers' keys and the key that signs webhooks."""
    pages = client("ssm").get_paginator("get_parameters_by_path").paginate(
        Path=stack["secrets_path"], WithDecryption=True
    )  # fmt: skip
    return {parameter["Value"] for page in pages for parameter in page["Parameters"]}


def test_no_log_contains_a_secret(client: Any, stack: dict[str, Any], began: float) -> None:
    logs = client("logs")
    pages = logs.get_paginator("describe_log_groups").paginate()
    groups = [group["logGroupName"] for page in pages for group in page["logGroups"]]
    functions = {f"/aws/lambda/{name}" for name in stack["functions"].values()}
    assert functions <= set(groups) and len(groups) > len(functions), "the API must have a log of its own"
    stored = stored_secrets(client, stack)
    assert len(stored) >= 2, "at least a provider's key and the webhooks' key"
    kept_out = secrets(stack) | stored
    assert len(kept_out) >= 7
    lines = 0
    for group in groups:
        pages = logs.get_paginator("filter_log_events").paginate(logGroupName=group, startTime=int(began * 1000))
        messages = [event["message"] for page in pages for event in page["events"]]
        lines += len(messages)
        text = "\n".join(messages)
        leaked = sorted(secret for secret in kept_out if secret in text)
        where = [message for message in messages if leaked and leaked[0] in message]
        assert not leaked, f"{group} contains {leaked[0]!r}: {where[0]}"
    assert lines > 20, "the run must have left logs"
