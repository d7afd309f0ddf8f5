"""What every rule of one SLO shares: its labels, its selectors, sums over its ledger."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cached_property

from obsgen import names
from obsgen.artefacts import AlertingRule, RecordingRule
from obsgen.diagnostics import Origin
from obsgen.matchers import Matcher, quoted, selector
from obsgen.model import Context, Flow, Slo, Stage, Unprovable
from obsgen.units import Duration, number_text


@dataclass(frozen=True)
class SloScope:
    """An SLO and the context in which it is compiled."""

    slo: Slo
    context: Context

    @cached_property
    def unplayable(self) -> str:
        """Why no series are known that give the SLI its traffic, or nothing: tried on a little."""
        slices = (self.slo.sli.rhythm.unit or self.tile).ms // self.tile.ms
        good, bad = (Flow(intervals=slices, total=Fraction(1), bad=Fraction(b)) for b in (0, 1))
        found = self.slo.sli.played((good, bad), self.stage)
        return found.reason if isinstance(found, Unprovable) else ""

    @property
    def stage(self) -> Stage:
        """On what the SLI is played."""
        return Stage(tile=self.tile, by=self.slo.by)

    @property
    def tile(self) -> Duration:
        """The length of a tile."""
        return self.slo.tile.length

    @property
    def labels(self) -> Mapping[str, str]:
        """The labels that identify the SLO; nothing else stands on its series but its groups."""
        return {"service": self.context.service.name, "slo": self.slo.name}

    @property
    def identity(self) -> tuple[Matcher, ...]:
        """Matchers of the SLO's own series, where environments share a Prometheus, too."""
        selected = {**self.context.environment.labels, **self.labels}
        return tuple(Matcher(label, "=", value) for label, value in selected.items())

    def of(self, name: str) -> str:
        """Select a recorded series."""
        return selector(name, self.identity)

    def over(self, function: str, name: str, window: Duration, offset: str = "") -> str:
        """
        Return a function of the recorded samples within a window.

        The range is a millisecond short: so many tiles as fit, in Prometheus 2.x and 3.x.
        """
        clause = f" offset {offset}" if offset else ""
        return f"{function}({self.of(name)}[{window.minus_a_millisecond()}]{clause})"

    def events(self, name: str, window: Duration) -> str:
        """Sum a recorded series over a window."""
        return self.over("sum_over_time", name, window)

    def total_events(self, window: Duration) -> str:
        """Sum all events over a window: of fine tiles while it is short, then of coarse ones."""
        return self.events(names.total_events(self.tile_for(window)), window)

    def bad_events(self, window: Duration) -> str:
        """Sum the bad events over a window."""
        return self.events(names.bad_events(self.tile_for(window)), window)

    def tile_for(self, window: Duration) -> Duration:
        """Return the tile of which a window is summed."""
        return self.tile if window <= names.COARSE_FROM else names.COARSE_TILE

    def record(self, name: str, expr: str, *more: str) -> RecordingRule:
        """Return a recording rule; *more* are labels of the result beside the groups."""
        return RecordingRule(
            record=name,
            expr=expr,
            labels=self.labels,
            groups=(*self.slo.by, *more),
            origin=self.slo.origin,
        )

    def constant(self, name: str, value: str) -> RecordingRule:
        """Return a rule that records a number, once for all groups."""
        return RecordingRule(
            record=name,
            expr=f"vector({value})",
            labels=self.labels,
            origin=self.slo.origin,
        )

    # --- alerts --------------------------------------------------------------------------

    @property
    def budget(self) -> str:
        """The error budget as a number."""
        return number_text(self.slo.error_budget)

    @property
    def subject(self) -> str:
        """What an alert's summary speaks of."""
        groups = "".join(f", {label} {{{{ $labels.{label} }}}}" for label in self.slo.by)
        return f"{self.context.service.name}/{self.slo.name}{groups}"

    def severity(self, name: str) -> str:
        """Return a severity as the environment allows it."""
        maximum = self.context.environment.max_severity
        return self.context.project.severities.capped(name, maximum)

    def telling_budget(self, rule: AlertingRule) -> AlertingRule:
        """
        Return an alert with an annotation that asks for the budget left while it fires.

        That is one series, recorded already; where there is none, the annotation is empty.
        """
        series = self.of(names.BUDGET_REMAINING)
        if self.slo.by:
            groups = "".join(f",{label}=%q" for label in self.slo.by)
            values = " ".join(f"$labels.{label}" for label in self.slo.by)
            asked = f"{series.removesuffix('}').replace('%', '%%')}{groups}}}"
            query = f"printf {quoted(asked)} {values} | query"
        else:
            query = f"query {quoted(series)}"
        shown = "{{ . | first | value | humanizePercentage }}"
        text = f"{{{{ with {query} }}}}{shown}{{{{ end }}}}"
        return replace(rule, annotations={**rule.annotations, names.BUDGET_ANNOTATION: text})

    def alert(
        self,
        name: str,
        expr: str,
        *,
        labels: Mapping[str, str],
        prose: tuple[str, str],
        origin: Origin,
        for_: Duration = Duration(0),
        keep_firing_for: Duration = Duration(0),
        keeps_groups: bool = True,
    ) -> AlertingRule:
        """
        Return an alerting rule with the labels and links that all alerts of the SLO have.

        Args:
            prose: Summary and description.
        """
        summary, description = prose
        team = {"team": self.slo.team} if self.slo.team else {}
        service, environment = self.context.service.name, self.context.environment.name
        url = self.slo.runbook or self.context.project.runbook_url(service, name, environment)
        runbook = {"runbook_url": url} if url else {}
        every = {**self.labels, **labels, **team, "category": self.slo.category, **self.slo.labels}
        groups = self.slo.by if keeps_groups else ()
        return AlertingRule(
            alert=name,
            expr=expr,
            labels=every,
            annotations={"summary": summary, "description": description, **runbook},
            for_=for_,
            keep_firing_for=keep_firing_for,
            carries=frozenset((*every, *groups)),
            origin=origin,
        )
