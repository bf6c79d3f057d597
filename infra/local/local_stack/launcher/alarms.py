"""Alarms on several metrics."""

from __future__ import annotations

from typing import Any

from .gaps import gap


@gap(
    "metric-math-alarms",
    consequence="an alarm with a metric expression fails the deploy",
    test="test_gap_alarms.py",
)
def accept_metric_math() -> None:
    """Stores such an alarm, with its name, description and actions, on a metric without data: alarms never fire in the
    emulator anyway."""
    from ministack.services.cloudformation import provisioners

    original = provisioners._cw_metric_alarm_record

    def record(name: str, properties: dict[str, Any]) -> Any:
        if properties.get("Metrics"):
            single = {key: value for key, value in properties.items() if key != "Metrics"}
            properties = {**single, "Namespace": "MetricMath", "MetricName": name}
        return original(name, properties)

    provisioners._cw_metric_alarm_record = record
