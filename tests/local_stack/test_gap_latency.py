"""Gap `log-wait` of MiniStack 1.5.33."""

from __future__ import annotations

import time

from emulators import Emulator


def fastest_invocation(emulator: Emulator) -> float:
    """Seconds of the fastest of many warm invocations, which other load on the machine hardly affects."""
    package = emulator.client("s3")
    try:
        package.head_bucket(Bucket="code")
        code = {"Bucket": "code", "Key": "bootstrap.zip"}
    except package.exceptions.ClientError:
        code = emulator.upload_bootstrap()
    emulator.deploy(
        "silent",
        {
            "Function": {
                "Type": "AWS::Lambda::Function",
                "Properties": {
                    "FunctionName": "silent",
                    "Runtime": "provided.al2023",
                    "Handler": "bootstrap",
                    "Role": "arn:aws:iam::000000000000:role/any",
                    "Code": {"S3Bucket": code["Bucket"], "S3Key": code["Key"]},
                },
            }
        },
    )
    invoke = emulator.client("lambda").invoke
    times = []
    for _ in range(30):
        started = time.monotonic()
        assert invoke(FunctionName="silent", Payload=b"{}")["StatusCode"] == 200
        times.append(time.monotonic() - started)
    return min(times)


def test_with_the_gap_every_invocation_waits_for_a_log_line(opened: Emulator) -> None:
    assert fastest_invocation(opened) >= 0.050


def test_closed_an_invocation_does_not_wait(closed: Emulator) -> None:
    assert fastest_invocation(closed) < 0.040
