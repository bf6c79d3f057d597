"""What `make sam-local` writes, without a container."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from local_stack import config, sam_local, samples, template
from local_stack.errors import StackError


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv(config.PORT_VARIABLE, "4570")
    monkeypatch.delenv(sam_local.HOST_VARIABLE, raising=False)
    return tmp_path


def test_the_template_names_files_that_exist_wherever_it_lies(folder: Path) -> None:
    sam_local.prepare(None, folder)
    document = json.loads((folder / "template.yaml").read_text())
    nested = template.resources(document, template.NESTED_STACK)
    assert nested and all(Path(properties["TemplateURL"]).is_file() for properties in nested.values())
    code = {properties["CodeUri"] for properties in template.resources(document, template.FUNCTION).values()}
    assert code == {str(config.LAMBDA_FOLDERS / package) for package in template.packages()}


def test_every_sample_and_the_variables_of_every_function_are_there(folder: Path) -> None:
    sam_local.prepare(None, folder)
    assert sorted(path.stem for path in (folder / "events").glob("*.json")) == samples.names()
    variables = json.loads((folder / "environment.json").read_text())
    assert sorted(variables) == sorted(function.logical_id for function in template.functions())
    declared = json.loads((folder / "template.yaml").read_text())["Globals"]["Function"]["Environment"]["Variables"]
    for own in variables.values():
        assert own["AWS_ENDPOINT_URL"] == "http://host.docker.internal:4570"
        assert (own["AWS_ACCESS_KEY_ID"], own["AWS_SESSION_TOKEN"]) == ("test", ""), "never the caller's own"
        assert own.keys() <= declared.keys(), "SAM passes declared variables only"


def test_docker_on_linux_learns_the_name_and_an_address_needs_none(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sam_local.prepare(None, folder)
    options = folder / "samconfig.toml"
    assert options.read_text().count('add_host = ["host.docker.internal:host-gateway"]') == 2
    monkeypatch.setenv(sam_local.HOST_VARIABLE, "10.0.2.2")
    sam_local.prepare(None, folder)
    assert "add_host" not in options.read_text()
    assert "http://10.0.2.2:4570" in (folder / "environment.json").read_text()


@pytest.mark.parametrize("host", ["http://host", "host:4566", "a b", 'a"b', "::1"])
def test_a_host_that_is_no_name_and_no_address_is_refused(
    host: str, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(sam_local.HOST_VARIABLE, host)
    with pytest.raises(StackError, match="neither a name nor an IPv4 address"):
        sam_local.prepare(None, folder)
