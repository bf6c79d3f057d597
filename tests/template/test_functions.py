"""Functions: one name for everything that belongs to a function, two packages, timeouts, logs, variables."""

from __future__ import annotations

import subprocess

import pytest
from local_stack import template
from sam_template import ROOT, Template, referred, text

WORKERS = {"process-edit", "poll-edit"}
#: Functions that a schedule, a rule or an operator invokes; all of them can wait.
INVOKED = {"prepare-photo", "recover-stuck", "copy-settings", "dispatch", "backfill-storage", "prune"}
#: API Gateway times out after 30 s.
LONGEST_ANSWER_SECONDS = 29


def test_every_package_is_a_cargo_package_of_functions() -> None:
    assert template.packages() == sorted(path.parent.name for path in (ROOT / "functions").glob("*/Cargo.toml"))


def test_http_functions_are_in_the_package_api_and_all_others_in_workers(written: Template) -> None:
    """Image codecs belong into the workers alone."""
    for name, function in written.of_type("AWS::Serverless::Function").items():
        sources = {source["Type"] for source in function.get("Events", {}).values()}
        package = "api" if sources == {"HttpApi"} else "workers"
        assert function["CodeUri"] == f"target/lambda/{package}/", name


def test_every_name_of_a_function_agrees_with_its_handler(written: Template) -> None:
    """`magic-edits-${Stage}-<handler>`, `<Handler>Function`, `<Handler>Role` with the policy `<handler>`, `<Handler>LogGroup`, and
    events/<handler>.json."""
    functions = written.of_type("AWS::Serverless::Function")
    roles, groups = written.of_type("AWS::IAM::Role"), written.of_type("AWS::Logs::LogGroup")
    for logical_id, function in functions.items():
        handler = function["Handler"]
        stem = "".join(word.capitalize() for word in handler.split("-"))
        assert logical_id == f"{stem}Function", handler
        assert text(function["FunctionName"]) == f"magic-edits-${{Stage}}-{handler}"
        assert referred(function["Role"]) == f"{stem}Role", handler
        assert [policy["PolicyName"] for policy in roles[f"{stem}Role"]["Policies"]] == [handler]
        assert referred(function["LoggingConfig"]["LogGroup"]) == f"{stem}LogGroup", handler
        assert text(groups[f"{stem}LogGroup"]["LogGroupName"]) == f"/aws/lambda/magic-edits-${{Stage}}-{handler}"
    handlers = sorted(function["Handler"] for function in functions.values())
    assert handlers == sorted(path.stem for path in (ROOT / "events").glob("*.json")), "a sample event per function"


def test_functions_run_on_arm64_by_default(written: Template, deployed: Template) -> None:
    assert written.document["Parameters"]["Architecture"]["Default"] == "arm64"
    for function in deployed.of_type("AWS::Lambda::Function").values():
        assert function["Architectures"] == [{"Ref": "Architecture"}]
        assert function["Runtime"] == "provided.al2023"


def test_an_http_function_times_out_before_the_gateway_does(deployed: Template) -> None:
    for name, function in deployed.of_type("AWS::Lambda::Function").items():
        if text(function["FunctionName"]).removeprefix("magic-edits-${Stage}-") not in WORKERS | INVOKED:
            assert function["Timeout"] <= LONGEST_ANSWER_SECONDS, name


def test_every_function_logs_to_a_group_of_its_own_with_a_retention(deployed: Template) -> None:
    groups = deployed.of_type("AWS::Logs::LogGroup")
    for name, function in deployed.of_type("AWS::Lambda::Function").items():
        group = groups[referred(function["LoggingConfig"]["LogGroup"]) or ""]
        assert text(group["LogGroupName"]) == f"/aws/lambda/{text(function['FunctionName'])}", name
    for name, group in groups.items():
        assert group.get("RetentionInDays"), name


def test_functions_get_exactly_these_variables(deployed: Template) -> None:
    expected = {
        "STAGE", "TABLE_NAME", "BUCKET_NAME", "SETTINGS_PATH", "SECRETS_PATH", "SETTING_DEFAULTS",
        "SETTINGS_MAX_AGE_SECONDS", "SUBMIT_QUEUE_URL", "POLL_QUEUE_URL", "EVENT_BUS_NAME", "SITE_URL", "ORIGIN_KEY",
        "RUST_LOG",
    }  # fmt: skip
    for name, function in deployed.of_type("AWS::Lambda::Function").items():
        # Nothing behind the API can know the API's address: the API depends on it.
        own = {"API_URL"} if name == "ProcessEditFunction" else set()
        assert set(function["Environment"]["Variables"]) == expected | own, name


def test_styles_and_keys_are_cached_for_less_than_half_a_minute(written: Template) -> None:
    """The read takes time too, so the cached snapshot must be well below 30 s old."""
    for stage, values in written.document["Mappings"]["ByStage"].items():
        assert 1 <= int(values["SettingsMaxAgeSeconds"]) <= 25, stage


#: Ways to sign in that people have and functions, which have a role, do not.
SIGN_IN = ("aws-sdk-sso", "aws-sdk-ssooidc", "aws-sdk-signin")


@pytest.mark.parametrize(
    ("packages", "found"), [(["-p", "api", "-p", "workers"], set()), (["-p", "magic-edits"], set(SIGN_IN))]
)
def test_only_the_command_line_contains_what_people_sign_in_with(packages: list[str], found: set[str]) -> None:
    """The functions are released with `-p api -p workers`, and cargo unifies features over what one command builds."""
    tree = ["cargo", "tree", "--offline", "--locked", *packages, "--edges", "normal", "--prefix", "none", "--format", "{p} {f}"]
    lines = subprocess.run(tree, cwd=ROOT, capture_output=True, text=True, check=True).stdout.splitlines()
    assert {name for name in SIGN_IN if any(line.startswith(f"{name} ") for line in lines)} == found
    features = {line.split(" ")[2] for line in lines if line.startswith("aws-config ")}
    assert all(("sso" in each.split(",")) == bool(found) for each in features) and features


def test_the_release_builds_the_functions_without_the_command_line() -> None:
    for document in ("README.md", "samconfig.toml", "infra/RUNBOOK.md", "docs/first-day-on-aws.md"):
        for line in (ROOT / document).read_text(encoding="utf-8").splitlines():
            if "cargo lambda build" in line:
                assert "-p api -p workers" in line, document
