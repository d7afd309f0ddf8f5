"""A demonstration that runs for a test, and what is read of it: samples, alerts, notifications."""

from __future__ import annotations

import itertools
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any, Final

import requests
from oracles import ROOT, TOOLS

from obsgen import demo, workspace
from obsgen.artefacts import AlertingRule, Compiled, RuleGroup
from obsgen.model import Service, Slo
from obsgen.pipeline import Built, at_speed
from obsgen.units import Duration

SPEED: Final = 60
_LOOK_SECONDS: Final = 0.1


@dataclass(frozen=True)
class Told:
    """An alert of a message that arrived at a receiver; *at* in seconds since the epoch."""

    at: float
    receiver: str
    status: str
    labels: dict[str, str]

    def is_of(self, receiver: str, status: str, **labels: str) -> bool:
        """Say whether it is such a message."""
        is_one = self.receiver == receiver and self.status == status
        return is_one and labels.items() <= self.labels.items()


@dataclass(frozen=True)
class Story:
    """What runs: *shipped* is the build whose durations are not divided."""

    shown: demo.Demo
    shipped: Built
    folder: Path

    @property
    def compiled(self) -> Compiled:
        """What is compiled of the specs, undivided."""
        return self.shipped.compiled[0]

    def service(self, name: str) -> Service:
        """Return a service of the specs."""
        return next(s for s in self.shipped.specs[0].services if s.name == name)

    def slo(self, service: str, name: str) -> Slo:
        """Return an SLO of the specs."""
        return next(slo for slo in self.service(service).slos if slo.name == name)

    def rule(self, service: str, alert: str) -> tuple[RuleGroup, AlertingRule]:
        """Return an alerting rule with its group; no escalation."""
        for file in self.compiled.rule_files:
            for group in file.groups:
                for rule in group.rules:
                    is_wanted = isinstance(rule, AlertingRule) and rule.alert == alert
                    if is_wanted and file.service == service and not file.part:
                        assert isinstance(rule, AlertingRule)
                        return group, rule
        raise AssertionError(alert)

    def query(self, expr: str, at: float | None = None) -> list[tuple[dict[str, str], float]]:
        """Return the series of an answer."""
        params = {"query": expr} | ({"time": str(at)} if at else {})
        data = self._get("prometheus", "/api/v1/query", **params)["data"]["result"]
        return [(one["metric"], float(one["value"][1])) for one in data]

    def told(self) -> list[Told]:
        """Return what was notified, the first first."""
        found = self._get("sink", "/api/notifications")["notifications"]
        every = (
            Told(m["at"], m["receiver"], a["status"], a["labels"])
            for m in found
            for a in m["alerts"]
        )
        return sorted(every, key=lambda told: told.at)

    def first(
        self, receiver: str, status: str, seconds: float, since: float = 0, **labels: str
    ) -> Told:
        """Wait until such an alert has arrived at a receiver, and return its first message."""

        def found() -> list[Told]:
            every = self.told()
            return [t for t in every if t.at > since and t.is_of(receiver, status, **labels)]

        sent = self.until(found, seconds)
        assert sent, f"{receiver} is not told {status} {labels}; told was {self.told()}"
        return sent[0]

    def inhibited(self) -> list[dict[str, str]]:
        """Return the labels of the alerts that others inhibit now."""
        found = self._get("alertmanager", "/api/v2/alerts")
        return [alert["labels"] for alert in found if alert["status"]["inhibitedBy"]]

    def until(self, condition: Callable[[], Any], seconds: float) -> Any:
        """Return what a condition gives as soon as it is something; the last, when time is over."""
        deadline = time.monotonic() + seconds
        while not (found := condition()) and time.monotonic() < deadline:
            self.shown.check()
            time.sleep(_LOOK_SECONDS)
        return found

    def _get(self, name: str, path: str, **params: str) -> Any:
        answer = requests.get(self.shown.url(name) + path, params=params, timeout=10)
        answer.raise_for_status()
        return answer.json()


@contextmanager
def running(
    folder: Path,
    monkeypatch: Any,
    service: str,
    *scenarios: str,
    change: Callable[[Path], None] = lambda _: None,
    history: str = "0s",
) -> Iterator[Story]:
    """Run one service of specs/, divided by `SPEED`, until the context ends."""
    specs = folder / "specs"
    shutil.copytree(ROOT / "specs", specs)
    change(specs)
    monkeypatch.setenv("PATH", f"{TOOLS}:/usr/bin:/bin")
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    shipped = workspace.compile_specs([specs], None, cwd=folder, with_tests=False)
    assert shipped.files, [str(d.message) for d in shipped.diagnostics]
    divided = at_speed(shipped, SPEED)
    services = shipped.specs[0].services
    wanted = demo.Wanted(
        files=divided.files,
        left_out=frozenset(demo.left_out(shipped.compiled[0], services, [service])),
        specs=(str(specs),),
        simulated=(f"--service={service}",),
        scenarios=scenarios,
        speed=SPEED,
        history=Duration.parse(history),
        has_probes=any(s.probes for s in services if s.name == service),
        has_preview=False,
    )
    with demo.running(wanted, folder, print) as shown:
        yield Story(shown, shipped, folder)


def divided(duration: Duration | Fraction) -> float:
    """Return the seconds that a length of time (a fraction: seconds) has after its division."""
    seconds = Fraction(duration.ms, 1000) if isinstance(duration, Duration) else duration
    return float(seconds / SPEED)


def last_growth(samples: list[tuple[float, float]]) -> float:
    """Return the moment of the last scrape since whose predecessor a counter grew."""
    pairs = [(at, value - before) for (_, before), (at, value) in itertools.pairwise(samples)]
    return max(at for at, grown in pairs if grown > 0)
