"""The documents: every link leads somewhere, and no page grows beyond what somebody reads."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest
from sam_template import ROOT

#: Somebody who is new reads the map in a few minutes, and finds a decision on its page.
MOST_WORDS_OF_THE_MAP = 1_500
MOST_LINES_OF_A_PAGE = 400
#: Bytes of a picture: a README of megabytes is not read on a phone.
MOST_OF_A_PICTURE = 150_000


def documents() -> list[Path]:
    """Every Markdown file of the project."""
    listed = subprocess.run(["git", "ls-files", "*.md"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    return [ROOT / line for line in listed.splitlines()]


def anchors(path: Path) -> set[str]:
    """What GitHub makes of a document's headings."""
    headings = re.findall(r"^#+ (.+)$", path.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^a-z0-9 _-]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("path", documents(), ids=lambda path: path.relative_to(ROOT).as_posix())
def test_every_link_leads_to_a_file_and_a_heading(path: Path) -> None:
    for link in re.findall(r"\]\(([^)\s]+)\)|src=\"([^\"]+)\"", path.read_text(encoding="utf-8")):
        target, _, anchor = (link[0] or link[1]).partition("#")
        if re.match(r"https?:|mailto:", target):
            continue
        found = (path.parent / target).resolve() if target else path
        assert found.exists(), target
        if anchor and found.suffix == ".md":
            assert anchor in anchors(found), f"{target}#{anchor}"


def test_the_map_and_the_pages_of_decisions_stay_short() -> None:
    assert len((ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8").split()) <= MOST_WORDS_OF_THE_MAP
    for page in (ROOT / "docs" / "decisions").glob("*.md"):
        assert len(page.read_text(encoding="utf-8").splitlines()) <= MOST_LINES_OF_A_PAGE, page.name


def test_every_page_of_decisions_is_in_the_index() -> None:
    index = (ROOT / "docs" / "decisions.md").read_text(encoding="utf-8")
    for page in (ROOT / "docs" / "decisions").glob("*.md"):
        assert f"(decisions/{page.name})" in index, page.name


def test_every_path_that_the_map_names_exists() -> None:
    """Whole paths; a name below a folder that stands beside it is left to the reader."""
    map_ = (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8")
    named = re.findall(r"`((?:functions|shared|infra|tests|web|docs)/[\w./-]+)`", map_)
    assert len(named) > 20
    for path in named:
        assert (ROOT / path).exists(), path

def test_pictures_of_the_readme_are_small() -> None:
    for picture in [*(ROOT / "docs").glob("*.jpg"), *(ROOT / "docs" / "pictures").iterdir()]:
        assert picture.stat().st_size <= MOST_OF_A_PICTURE, picture.name


def test_the_runbook_says_what_the_control_room_says() -> None:
    """What stands in italics is on the screen, letter by letter."""
    runbook = (ROOT / "infra" / "RUNBOOK.md").read_text(encoding="utf-8")
    named = set(re.findall(r"(?<![*\w`])\*([A-Za-z][^*\n]+)\*(?![*\w])", runbook))
    words = "".join((ROOT / "web/src/control/i18n" / file).read_text(encoding="utf-8") for file in ("en.ts", "admin.en.ts"))
    shown = set(re.findall(r"'([^'\n]+)'|\"([^\"\n]+)\"", words))
    assert len(named) > 30
    assert named <= {one or other for one, other in shown}


def test_every_command_that_a_document_names_exists() -> None:
    known = commands()
    assert {"preflight", "settings", "settings set", "event links", "site publish"} <= known
    for path in documents():
        for line in re.findall(r"`[^`\n]*`|^[^`]+$", path.read_text(encoding="utf-8"), re.MULTILINE):
            for words in re.findall(r"(?<![\w=-])magic-edits ((?:--json |--local |--stack \S+ )*[a-z][a-z-]*(?: [a-z][a-z-]*)?)", line):
                first, *second = re.sub(r"--(?:json|local|stack \S+) ", "", words).split()
                if not line.startswith("`") and first not in known:
                    continue  # prose
                assert first in known, f"{path.name}: {line}"
                if any(command.startswith(f"{first} ") for command in known) and second:
                    assert f"{first} {second[0]}" in known, f"{path.name}: {line}"


def commands() -> set[str]:
    """The command line's commands and their subcommands, by the names that clap gives them."""
    source = ROOT / "infra" / "cli" / "src"
    found = set()
    for variant, module in re.findall(r"^    ([A-Z]\w+)\(commands::(\w+)::", (source / "main.rs").read_text(encoding="utf-8"), re.MULTILINE):
        found.add(kebab(variant))
        code = (source / "commands" / f"{module}.rs").read_text(encoding="utf-8")
        for body in re.findall(r"enum \w+Command \{\n(.*?)\n\}", code, re.DOTALL):
            found |= {f"{kebab(variant)} {kebab(one)}" for one in re.findall(r"^    ([A-Z]\w+)", body, re.MULTILINE)}
    return found | {"local"}


def kebab(name: str) -> str:
    """`RecoverStuck` as `recover-stuck`."""
    return re.sub(r"(?<!^)([A-Z])", r"-\1", name).lower()
