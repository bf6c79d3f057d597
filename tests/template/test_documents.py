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
