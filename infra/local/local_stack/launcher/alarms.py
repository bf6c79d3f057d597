"""Alarms on more than one metric."""

from __future__ import annotations

from typing import Any

from .gaps import gap


@gap(
    "metric-math-alarms",
    consequence="an alarm that does arithmetic on metrics fails the deploy",
    test="test_gap_alarms.py",
)
def take_metric_math() -> None:
    """Keeps such an alarm, with its name, description and actions, on a metric that nobody measures: it never fires, as
    alarms never do in the emulator."""
    from ministack.services.cloudformation import provisioners

    original = provisioners._cw_metric_alarm_record

    def record(name: str, properties: dict[str, Any]) -> Any:
        if properties.get("Metrics"):
            single = {key: value for key, value in properties.items() if key != "Metrics"}
            properties = {**single, "Namespace": "MetricMath", "MetricName": name}
        return original(name, properties)

    provisioners._cw_metric_alarm_record = record
