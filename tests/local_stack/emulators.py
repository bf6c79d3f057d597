"""Runs emulators for the gap tests: each in a process of its own, on a free port, ended afterwards."""

from __future__ import annotations

import io
import json
import os
import signal
import socket
import subprocess
import time
import urllib.request
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
from botocore.config import Config

ROOT = next(folder for folder in Path(__file__).resolve().parents if (folder / "template.yaml").exists())
PYTHON = ROOT / ".local" / "venv" / "bin" / "python"
REGION = "eu-central-1"

#: A custom runtime in a few lines. It answers every request with 200 and logs nothing.
BOOTSTRAP = """#!/usr/bin/env python3
import json, os, urllib.request
api = f"http://{os.environ['AWS_LAMBDA_RUNTIME_API']}/2018-06-01/runtime/invocation"
while True:
    with urllib.request.urlopen(f"{api}/next") as call:
        request, event = call.headers["Lambda-Runtime-Aws-Request-Id"], json.load(call)
    said = json.dumps(event.get("pathParameters")) if "pathParameters" in event else os.environ["_HANDLER"]
    answer = json.dumps({"statusCode": 200, "body": said}).encode()
    urllib.request.urlopen(urllib.request.Request(f"{api}/{request}/response", data=answer)).close()
"""


class Emulator:
    """A running emulator and clients of it."""

    def __init__(self, port: int, scratch: Path) -> None:
        self.url = f"http://127.0.0.1:{port}"
        self.scratch = scratch

    def client(self, service: str, credentials: dict[str, str] | None = None) -> Any:
        """A client with root's credentials, or with those of an assumed role."""
        known = credentials or {"AccessKeyId": "test", "SecretAccessKey": "test"}
        return boto3.client(
            service,
            endpoint_url=self.url,
            region_name=REGION,
            aws_access_key_id=known["AccessKeyId"],
            aws_secret_access_key=known["SecretAccessKey"],
            aws_session_token=known.get("SessionToken"),
            config=Config(s3={"addressing_style": "path"}, retries={"max_attempts": 0}),
        )

    def deploy(
        self, name: str, resources: dict[str, Any], *, sam: bool = False, **sections: Any
    ) -> dict[str, str]:
        """Creates or updates a stack of these resources; returns the physical ids by logical id."""
        template: dict[str, Any] = {"Resources": resources, **sections}
        if sam:
            template["Transform"] = "AWS::Serverless-2016-10-31"
        cloudformation = self.client("cloudformation")
        is_there = name in {stack["StackName"] for stack in cloudformation.describe_stacks()["Stacks"]}
        deploy = cloudformation.update_stack if is_there else cloudformation.create_stack
        deploy(
            StackName=name,
            TemplateBody=json.dumps(template),
            Capabilities=["CAPABILITY_IAM", "CAPABILITY_AUTO_EXPAND"],
        )
        deadline = time.monotonic() + 30
        while time.monotonic() < deadline:
            status = cloudformation.describe_stacks(StackName=name)["Stacks"][0]["StackStatus"]
            if not status.endswith("_IN_PROGRESS"):
                break
            time.sleep(0.1)
        assert status == ("UPDATE_COMPLETE" if is_there else "CREATE_COMPLETE")
        listed = cloudformation.describe_stack_resources(StackName=name)["StackResources"]
        return {entry["LogicalResourceId"]: entry["PhysicalResourceId"] for entry in listed}

    def upload_bootstrap(self) -> dict[str, str]:
        """Uploads the small runtime as a deployment package; returns its place in S3."""
        package = io.BytesIO()
        with zipfile.ZipFile(package, "w") as archive:
            entry = zipfile.ZipInfo("bootstrap")
            entry.external_attr = 0o100755 << 16
            archive.writestr(entry, BOOTSTRAP)
        s3 = self.client("s3")
        if "code" not in {bucket["Name"] for bucket in s3.list_buckets()["Buckets"]}:
            s3.create_bucket(Bucket="code", CreateBucketConfiguration={"LocationConstraint": REGION})
        s3.put_object(Bucket="code", Key="bootstrap.zip", Body=package.getvalue())
        return {"Bucket": "code", "Key": "bootstrap.zip"}

    def request(self, method: str, path: str, **headers: str) -> tuple[int, dict[str, str], str]:
        """Status, headers and body of a plain HTTP request."""
        asked = urllib.request.Request(f"{self.url}{path}", method=method, headers=headers)
        try:
            with urllib.request.urlopen(asked, timeout=10) as answer:
                return answer.status, dict(answer.headers), answer.read().decode()
        except urllib.error.HTTPError as refused:
            return refused.code, dict(refused.headers), refused.read().decode()


def run_emulator(scratch: Path, *without: str) -> Iterator[Emulator]:
    """Runs the launcher in a process of its own and ends it afterwards, together with its functions."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": str(scratch),
        "TMPDIR": str(scratch),
        "PYTHONPATH": str(ROOT / "infra" / "local"),
        "PYTHONDONTWRITEBYTECODE": "1",
        "GATEWAY_PORT": str(port),
        "BIND_HOST": "127.0.0.1",
        "MINISTACK_HOST": "127.0.0.1",
        "MINISTACK_REGION": REGION,
        "IOT_MTLS_ENABLED": "0",
        "AUTH": "true",
        "AWS_ENDPOINT_URL": f"http://127.0.0.1:{port}",
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
    }
    left_open = [argument for name in without for argument in ("--without", name)]
    log = scratch / "emulator.log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            [str(PYTHON), "-m", "local_stack.launcher", *left_open],
            env=environment,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    emulator = Emulator(port, scratch)
    try:
        deadline = time.monotonic() + 60
        while True:
            assert process.poll() is None, log.read_text()
            assert time.monotonic() < deadline, log.read_text()
            try:
                if emulator.request("GET", "/_ministack/health")[0] == 200:
                    break
            except OSError:
                time.sleep(0.1)
        yield emulator
    finally:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
