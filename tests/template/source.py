"""Names that the Rust code defines and the template must know. Everything that reads Rust source is in this file."""

from __future__ import annotations

import re

from sam_template import ROOT


def settings() -> set[str]:
    """The name of every runtime setting."""
    return set(re.findall(r'Self::\w+ => "([a-z_]+)",', rust("shared/domain/src/settings.rs")))


def metrics() -> dict[str, dict[str, set[str]]]:
    """Every metric, with the values of its dimension."""
    source = rust("shared/domain/src/metric.rs")
    names = dict(re.findall(r"Self::(\w+)(?:\(_\))? => \"(\w+)\",", body(source, "name")))
    values = {
        "Outcome": texts(body(source, "as_str", "impl Ending")),
        "What": texts(body(source, "as_str", "impl Prunable")),
        "Provider": texts(body(rust("shared/domain/src/provider.rs"), "as_str")),
        "Layer": texts(body(rust("shared/domain/src/guard/mod.rs"), "as_str", "impl Layer")),
    }
    found: dict[str, dict[str, set[str]]] = {name: {} for name in names.values()}
    for variants, dimension in re.findall(r"((?:\|? ?Self::\w+\(\w+\)\s*)+)=> \{?\s*Some\(\(\"(\w+)\"", source):
        for variant in re.findall(r"Self::(\w+)\(", variants):
            found[names[variant]] = {dimension: values[dimension]}
    assert len(found) > 5
    return found


def runbook_pages() -> set[str]:
    """Every page of the runbook that the code names."""
    return {
        page
        for path in (ROOT / "shared").rglob("*.rs")
        for page in re.findall(r"RUNBOOK\.md#([a-z0-9-]+)", path.read_text(encoding="utf-8"))
    }


def rust(path: str) -> str:
    """A source file."""
    return (ROOT / path).read_text(encoding="utf-8")


def body(source: str, function: str, after: str = "") -> str:
    """The text of a function."""
    begin = source.index(f"fn {function}(", source.index(after))
    return source[begin : source.index("\n    }\n", begin)]


def texts(source: str) -> set[str]:
    """Every text that a match returns."""
    return set(re.findall(r"=> \"(\w+)\"", source))
