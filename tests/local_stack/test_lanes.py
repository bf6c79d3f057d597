"""The lanes of `make test`: which checks run, when, and with which result."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable

import pytest
from emulators import ROOT

sys.path.insert(0, str(ROOT / "infra" / "local"))

from local_stack.lanes import Check, passes, run_lanes  # noqa: E402


def returning(result: bool) -> Callable[[Check], bool]:
    return lambda _: result


def test_a_failed_check_fails_the_run_and_the_next_one_still_runs() -> None:
    lane = [Check("first", returning(False)), Check("second", returning(True))]
    assert run_lanes([lane]) == 1
    assert [check.result for check in lane] == ["FAILED", "ok"]


def test_a_check_that_raises_fails_and_its_lane_goes_on() -> None:
    def broken(_: Check) -> bool:
        raise OSError("no such program")

    lane = [Check("first", broken), Check("second", returning(True))]
    assert run_lanes([lane]) == 1
    assert [check.result for check in lane] == ["FAILED", "ok"]


def test_a_check_does_not_run_without_the_one_that_it_needs() -> None:
    build, use = Check("build", returning(False)), Check("use", returning(True), needs=("build",))
    assert run_lanes([[build], [use]]) == 1
    assert use.result == "needs build"


def test_a_check_waits_for_checks_of_other_lanes() -> None:
    order: list[str] = []

    def slow(_: Check) -> bool:
        time.sleep(0.2)
        order.append("slow")
        return False

    def quick(_: Check) -> bool:
        order.append("quick")
        return True

    assert run_lanes([[Check("slow", slow)], [Check("quick", quick, after=("slow",))]]) == 1
    assert order == ["slow", "quick"]


def test_the_output_of_a_check_appears_as_a_whole(capfd: pytest.CaptureFixture[str]) -> None:
    def printing(check: Check) -> bool:
        return passes(check, ["sh", "-c", "echo one; sleep 0.2; echo two"], {"PATH": "/usr/bin:/bin"})

    assert run_lanes([[Check(name, printing)] for name in ("left", "right")]) == 0
    assert capfd.readouterr().out.count("one\ntwo\n") == 2
