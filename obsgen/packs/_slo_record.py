"""Whether the record of an SLO is to be believed: how fresh it is, and what it was counted from."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Final

from obsgen import names
from obsgen.artefacts import Panel
from obsgen.matchers import Matcher, selector
from obsgen.model import DashboardContext, LedgerScope, Slo
from obsgen.packs._panels import Column, Line, graph, stat, steps, table
from obsgen.packs._slo_ledgers import Ledgers
from obsgen.panels._heads import head
from obsgen.units import COUNT, SECONDS

_STALE: Final = steps("green", ("180", "red"))


class Record:
    """The panels of one SLO."""

    def __init__(
        self, context: DashboardContext, scope: Sequence[Matcher], whole: Sequence[Matcher]
    ) -> None:
        """
        Know what is recorded.

        Args:
            scope: Matchers of the SLO and of the groups that are chosen.
            whole: Of the SLO alone: its metadata are recorded once for all groups.
        """
        self._slos = context.service.slos
        self._ledgers = Ledgers(self._slos, scope)
        self._recorded = context.catalogue.recorded
        self._whole = tuple(whole)

    def panels(self) -> tuple[Panel, ...]:
        """Return whether the record is fresh, its metadata, and its parts."""
        parts = tuple(self._parts())
        return (*self._whole_panels(), *([self._parts_graph(parts)] if parts else []))

    def _whole_panels(self) -> tuple[Panel, ...]:
        age = self._ledgers.ask(names.total_events, lambda s, _: f"time() - max(timestamp({s}))")
        info = selector(names.INFO, self._whole)
        return (
            stat(
                "Age of the record",
                "How long ago events were last counted. More than a few minutes: rules are not "
                "evaluated, or the metric is gone.",
                age,
                SECONDS,
                thresholds=_STALE,
                no_value="stale",
            ),
            table(
                "Metadata",
                "What the SLO carries as labels of its info series.",
                (Column(header="Value", expr=info),),
                labels=("slo", "objective", "period", "kind", "team"),
                hidden=("Value", "service"),
                sort_by=head("slo"),
                width=20,
                height=4,
            ),
        )

    def _parts_graph(self, parts: tuple[Line, ...]) -> Panel:
        made = graph(
            "Seen and born",
            f"What was counted in {self._ledgers.shown}: of series that were there before (seen), "
            "and what series had counted when they first appeared (born). Much that is born "
            "tells of restarts, or of labels that change.",
            parts,
            COUNT,
            width=names.COLUMNS,
            min_interval=str(self._ledgers.longest),
        )
        return replace(made, no_value="counted at once, without parts")

    def _parts(self) -> Iterator[Line]:
        """Yield the parts of the ledger, as far as they are recorded."""
        if not any(map(_has_parts, self._slos)):
            return
        for name, words in (
            (names.total_seen, "all, seen"),
            (names.total_born, "all, born"),
            (names.bad_seen, "bad, seen"),
            (names.bad_born, "bad, born"),
        ):
            if expr := self._ledgers.mean(name, self._recorded):
                yield Line(expr, words)


def _has_parts(slo: Slo) -> bool:
    """Say whether events are counted in parts; slices of time, for one, are not."""
    scope = LedgerScope(by=slo.by, identity=(), tile=slo.tile)
    return slo.sli.ledger(scope).bad_born is not None
