"""The outputs of the stack: each has a reader."""

from __future__ import annotations

from sam_template import ROOT, Template


def test_every_output_has_a_reader(written: Template) -> None:
    """A program that names the output, or a person, for whom it has a description."""
    programs = [*(ROOT / "infra" / "cli").rglob("*.rs"), *(ROOT / "infra" / "local").rglob("*.py")]
    read = "\n".join(program.read_text(encoding="utf-8") for program in programs)
    for name, output in written.document["Outputs"].items():
        assert f'"{name}"' in read or "Description" in output, name
