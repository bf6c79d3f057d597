"""What the stack costs: `infra/bench/cost`, and the page that it writes."""

from __future__ import annotations

import sys
from dataclasses import fields, replace

import pytest
from sam_template import ROOT, Template
from test_monitoring import scheduled

sys.path.insert(0, str(ROOT / "infra" / "bench"))

from cost import model, prices  # noqa: E402
from cost.document import parts, update  # noqa: E402
from cost.usage import Edit, Month, Visit  # noqa: E402


@pytest.fixture
def stack(written: Template, monitoring: Template) -> model.Stack:
    return model.Stack.of(written.document, monitoring.document)


def test_the_document_is_what_the_model_says(stack: model.Stack) -> None:
    """Otherwise run `.local/venv/bin/python infra/bench/cost --write`."""
    document = (ROOT / "docs" / "COST.md").read_text(encoding="utf-8")
    assert document == update(document, stack)


def test_a_quiet_month_and_a_thousand_edits_stay_within_their_aims(stack: model.Stack) -> None:
    assert model.total(model.per_month(stack, Month())) <= model.MOST_A_MONTH == 4.00
    assert model.total(model.per_edit(stack, Edit())) <= model.MOST_PER_1000 == 0.40


def test_the_templates_are_counted(stack: model.Stack, deployed: Template, monitoring: Template) -> None:
    """By the resources that CloudFormation gets, where the model counts those that are written."""
    assert stack.queues == len(deployed.of_type("AWS::Lambda::EventSourceMapping"))
    assert {f"magic-edits-${{Stage}}-{name}" for name in stack.runs_a_month} == set(dict(scheduled(deployed)))
    assert stack.runs_a_month["recover-stuck"] == pytest.approx(8_760)
    read = [
        query
        for alarm in monitoring.of_type("AWS::CloudWatch::Alarm").values()
        for query in alarm.get("Metrics", [alarm])
        if "Expression" not in query
    ]
    assert stack.alarm_metrics == len(read)
    assert not stack.has_dashboard
    assert set(stack.memory_gb) == {
        function["Handler"] for function in deployed.of_type("AWS::Lambda::Function").values()
    }


def test_a_bill_is_prices_times_amounts(stack: model.Stack) -> None:
    """Some lines by hand."""
    edit = {line.what: line.usd for line in model.per_edit(stack, replace(Edit(), looks=15, write_units=100))}
    assert edit["DynamoDB writes"] == pytest.approx(0.07625)
    assert next(usd for what, usd in edit.items() if what.startswith("HTTP API")) == pytest.approx(20 * 0.0012)
    month = model.per_month(replace(stack, alarm_metrics=10, has_dashboard=True, queues=1), Month())
    by_name = {line.what.split(":")[0]: line.usd for line in month}
    assert by_name["Alarms"] == pytest.approx(1.00)
    assert by_name["Dashboard"] == prices.DASHBOARD
    assert by_name["SQS"] == pytest.approx(5 * 730 * 3_600 / 20 * 0.40 / 1_000_000)


@pytest.mark.parametrize("field", [field.name for field in fields(Edit) if field.name != "provider_usd"])
def test_more_of_anything_is_dearer(stack: model.Stack, field: str) -> None:
    """A figure that no sum uses would be an assumption that nobody checks."""
    usual = Edit(original_mb=1)
    more = replace(usual, **{field: 2 * getattr(usual, field)})
    assert model.total(model.per_edit(stack, more)) > model.total(model.per_edit(stack, usual))


@pytest.mark.parametrize("field", [field.name for field in fields(Visit)])
def test_more_of_a_visit_is_dearer(field: str) -> None:
    more = replace(Visit(), **{field: 2 * getattr(Visit(), field)})
    assert model.total(model.per_visit(Edit(), more)) > model.total(model.per_visit(Edit(), Visit()))


def test_functions_of_the_distribution_run_for_all_but_the_parts_of_a_page(site: Template) -> None:
    """As `Visit` counts them."""
    (distribution,) = site.of_type("AWS::CloudFront::Distribution").values()
    config = distribution["DistributionConfig"]
    behaviours = {"*": config["DefaultCacheBehavior"], **{each["PathPattern"]: each for each in config["CacheBehaviors"]}}
    assert {path for path, each in behaviours.items() if each.get("FunctionAssociations")} == {"*", "/api/*"}
    assert set(behaviours) == {"*", "/api/*", "/assets/*"}
    assert config["PriceClass"] == "PriceClass_100", "prices.py has Europe's"


def test_a_venue_has_the_site_for_nothing() -> None:
    assert model.free_edits(Edit(), Visit()) > 100_000
    with pytest.raises(ValueError, match="invalidations"):
        model._site(replace(Month(), releases=1_000))


def test_a_part_that_the_document_lacks_is_an_error(stack: model.Stack) -> None:
    with pytest.raises(ValueError, match="has no part summary"):
        update("# What it costs", stack)
    assert set(parts(stack)) == {"summary", "edit", "site", "month", "moves", "flood"}


def test_an_unknown_schedule_is_an_error() -> None:
    with pytest.raises(ValueError, match="how often is"):
        model._runs("rate(1 day)")
