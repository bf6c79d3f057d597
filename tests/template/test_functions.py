"""Functions: one per folder, small enough, logged with an end."""

from __future__ import annotations

from sam_template import ROOT, Template, referred, text

WORKERS = {"process-edit", "poll-edit"}
#: Invoked by a schedule or an operator, who can wait.
INVOKED = {"recover-stuck", "dispatch", "backfill-storage", "prune"}
#: API Gateway gives up after 30 s; a function that works on answers nobody.
LONGEST_ANSWER_SECONDS = 29


def folders() -> set[str]:
    return {manifest.parent.name for manifest in (ROOT / "functions").glob("*/Cargo.toml")}


def test_every_folder_of_functions_is_deployed_and_nothing_else(written: Template) -> None:
    code = [function["CodeUri"] for function in written.of_type("AWS::Serverless::Function").values()]
    assert sorted(code) == sorted(f"target/lambda/{name}/" for name in folders())


def test_a_function_is_named_like_its_folder(written: Template) -> None:
    for name, function in written.of_type("AWS::Serverless::Function").items():
        folder = function["CodeUri"].removeprefix("target/lambda/").removesuffix("/")
        assert text(function["FunctionName"]) == f"magic-edits-${{Stage}}-{folder}"
        assert name == "".join(word.capitalize() for word in folder.split("-")) + "Function"


def test_functions_run_on_arm_unless_told_otherwise(written: Template, deployed: Template) -> None:
    assert written.document["Parameters"]["Architecture"]["Default"] == "arm64"
    for function in deployed.of_type("AWS::Lambda::Function").values():
        assert function["Architectures"] == [{"Ref": "Architecture"}]
        assert (function["Runtime"], function["Handler"]) == ("provided.al2023", "bootstrap")


def test_an_http_function_answers_before_the_gateway_gives_up(deployed: Template) -> None:
    for name, function in deployed.of_type("AWS::Lambda::Function").items():
        if text(function["FunctionName"]).removeprefix("magic-edits-${Stage}-") not in WORKERS | INVOKED:
            assert function["Timeout"] <= LONGEST_ANSWER_SECONDS, name


def test_every_function_logs_to_a_group_of_its_own_that_forgets(deployed: Template) -> None:
    groups = deployed.of_type("AWS::Logs::LogGroup")
    for name, function in deployed.of_type("AWS::Lambda::Function").items():
        group = groups[referred(function["LoggingConfig"]["LogGroup"]) or ""]
        assert text(group["LogGroupName"]) == f"/aws/lambda/{text(function['FunctionName'])}", name
    for name, group in groups.items():
        assert group.get("RetentionInDays"), name


def test_functions_know_the_stack_by_these_variables(deployed: Template) -> None:
    expected = {
        "STAGE", "TABLE_NAME", "BUCKET_NAME", "SETTINGS_PATH", "SECRETS_PATH", "SETTINGS_MAX_AGE_SECONDS",
        "SUBMIT_QUEUE_URL", "POLL_QUEUE_URL", "EVENT_BUS_NAME", "RUST_LOG",
    }  # fmt: skip
    for name, function in deployed.of_type("AWS::Lambda::Function").items():
        assert set(function["Environment"]["Variables"]) == expected, name


def test_settings_are_never_older_than_half_a_minute(written: Template) -> None:
    """A read may take a while too, so the snapshot's own age stays well below 30 s."""
    for stage, values in written.document["Mappings"]["ByStage"].items():
        assert 1 <= int(values["SettingsMaxAgeSeconds"]) <= 25, stage
