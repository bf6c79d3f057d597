"""Names that the Rust code defines and the template must know. Everything that reads Rust source is in this file."""

from __future__ import annotations

import re

from sam_template import ROOT


def settings() -> set[str]:
    """The name of every runtime setting: every public field of the struct, apart from those that serde skips."""
    fields = body(rust("shared/domain/src/settings.rs"), "pub struct Settings {")
    rows = re.findall(r"((?:    #\[[^\n]*\n|    //[^\n]*\n)*)    pub (\w+):", fields)
    return {name for attributes, name in rows if "#[serde(skip)]" not in attributes}


def output_hosts() -> set[str]:
    """The hosts of the outputs of all providers."""
    arms = body(rust("shared/domain/src/provider.rs"), "    pub const fn output_hosts(").split("\n    }\n")[0]
    hosts = set(re.findall(r'"([^"]+)"', arms))
    assert len(hosts) > 1
    return hosts


def providers() -> set[str]:
    """The name of every provider."""
    return words(variants(rust("shared/domain/src/provider.rs"), "ProviderName"))


def settings_partition() -> str:
    """The partition of the table that holds the copy of the settings, and nothing else."""
    (partition,) = re.findall(r"fn settings\(\) -> Key \{\s*Key::new\(\"(\w+)\"", rust("shared/cloud/src/store/keys.rs"))
    return str(partition)


def metrics() -> dict[str, dict[str, set[str]]]:
    """Every metric, with the values of its dimension."""
    source = rust("shared/domain/src/metric.rs")
    values = {
        "Outcome": words(variants(source, "Ending")),
        "Provider": providers(),
        "Layer": words(variants(rust("shared/domain/src/guard/refusal.rs"), "Layer")),
    }
    found: dict[str, dict[str, set[str]]] = {name: {} for name in variants(source, "Metric")}
    for arm, dimension in re.findall(r"((?:\|? ?Self::\w+\(\w+\)\s*)+)=> \{?\s*Some\(\(\"(\w+)\"", source):
        for variant in re.findall(r"Self::(\w+)\(", arm):
            found[variant] = {dimension: values[dimension]}
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


def body(source: str, head: str) -> str:
    """The text of an item that begins with this head."""
    begin = source.index(head)
    return source[begin : source.index("\n}\n", begin)]


def variants(source: str, enum: str) -> list[str]:
    """The variants of an enum."""
    return re.findall(r"^    (\w+)(?:\(\w+\))?,", body(source, f"pub enum {enum} {{"), flags=re.MULTILINE)


def words(names: list[str]) -> set[str]:
    """The names as strum writes them with `serialize_all = "snake_case"`."""
    return {re.sub(r"(?<!^)(?=[A-Z])", "_", name).lower() for name in names}
