"""
An alert, its unit tests and what is compiled of them, by hand.

The alert, `TooMany`, fires while `jobs` of a queue stand above 5. A sample a minute from 0s on, so
that the level of minute `i` is seen by the evaluation at minute `i`.
"""

from __future__ import annotations

import stat
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Final

from obsgen.artefacts import (
    AlertingRule,
    Compiled,
    Expected,
    InputSeries,
    PrometheusConfig,
    RuleFile,
    RuleGroup,
    RuleTest,
    RuleTestFile,
    Unproven,
    standing,
)
from obsgen.units import Duration

MINUTE: Final = Duration.parse("1m")
LABELS: Final = {"service": "cart", "severity": "high"}


def a_rule(expr: str = "max by (queue) (jobs) > 5", **more: Any) -> AlertingRule:
    known = {"alert": "TooMany", "expr": expr, "labels": LABELS, "annotations": {}}
    return AlertingRule(**{**known, **more})


def at(minute: int, *queues: str) -> Expected:
    """Expect the alerts of some queues, and of no others."""
    alerts = tuple({**LABELS, "queue": queue} for queue in queues)
    return Expected(at=Duration(minute * MINUTE.ms), alerts=alerts)


def a_test(*expected: Expected, name: str = "fires above 5", **more: Any) -> RuleTest:
    """Play a queue that stands at 5 until minute 2, at 6 until minute 5, and at 0 then."""
    levels = standing([(2, 5), (3, 6), (5, 0)])
    known = {
        "name": name,
        "alert": "TooMany",
        "selects": {"service": "cart"},
        "interval": MINUTE,
        "series": (InputSeries(name="jobs", labels={"queue": "mail"}, runs=levels),),
        "expected": expected,
    }
    return RuleTest(**{**known, **more})


TRUE: Final = (at(2), at(3, "mail"), at(5, "mail"), at(6))


def a_file(*several: RuleTest, **more: Any) -> RuleTestFile:
    known = {
        "service": "cart",
        "groups": ("cart-alerts",),
        "evaluation_interval": MINUTE,
        "tests": several,
        "sources": ("specs/cart.yaml",),
    }
    return RuleTestFile(**{**known, **more})


def compiled(
    *rules: AlertingRule, files: Iterable[RuleTestFile] = (), unproven: Iterable[Unproven] = ()
) -> Compiled:
    group = RuleGroup(name="cart-alerts", rules=rules or (a_rule(),))
    return Compiled(
        rule_files=(RuleFile(service="cart", groups=(group,), sources=("specs/cart.yaml",)),),
        rule_tests=tuple(files),
        unproven=tuple(unproven),
        prometheus=PrometheusConfig(
            scrape_interval=MINUTE,
            evaluation_interval=MINUTE,
            retention=Duration.parse("15d"),
            external_labels={},
            alertmanagers=(),
            jobs=(),
            sources=(),
        ),
        alertmanager=None,
        dashboards=(),
        datasources=(),
        sources=(),
    )


def an_executable(path: Path, script: str) -> Path:
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return path
