"""What the measures of recorded series have in common: the number stands there already."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from typing import Final

from obsgen.artefacts import InputSeries
from obsgen.catalogue import near
from obsgen.diagnostics import Code, finding
from obsgen.measures._parts import OfMetric
from obsgen.measures._played import LARGE, gauge, highest
from obsgen.model import (
    Curve,
    Domain,
    Query,
    Reader,
    Scene,
    Series,
    Span,
    Unprovable,
    Vector,
    World,
    grouped,
)
from obsgen.promql.build import Expr, aggregate
from obsgen.source import Scalar
from obsgen.specimens import Decoy
from obsgen.units import Unit

UNRECORDED_NUMBER: Final = Code(
    "ALR618",
    "unrecorded-number",
    why="of an SLO and of a budget of money some numbers are recorded; nothing else is there to be "
    "read",
    fix="Write one of those that the hint lists; a rolling budget is projected where it says "
    "`project: 1d`.",
)
CODES: Final = (UNRECORDED_NUMBER,)


def knows_number(shown: Scalar, what: str, known: Iterable[str], reader: Reader) -> bool:
    """Say whether `show` names a number that is recorded, reporting where it does not."""
    every = tuple(known)
    if shown.text in every:
        return True
    guess = near(shown.text, every)
    listed = ", ".join(f"`{word}`" for word in every)
    hint = f"did you mean `{guess}`?" if guess else f"it records {listed}"
    message = f"{what} records no {shown.word}"
    reader.report(finding(UNRECORDED_NUMBER, shown.origin, message, hint))
    return False


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorded(OfMetric):
    """
    One of the series that rules record, as it stands.

    Attributes:
        metric: The series, with the labels that say whose it is, and its groups.
        words: What it tells of what, for titles.
        counts: Its unit.
        takes: The values that it can have.
        groups: The labels that are kept: an alert has a service of its own, and the series may be
            another's.
    """

    words: str
    counts: Unit
    takes: Domain
    groups: tuple[str, ...]

    @property
    def unit(self) -> Unit:
        """The number's unit."""
        return self.counts

    @property
    def by(self) -> tuple[str, ...]:
        """The groups alone."""
        return self.groups

    @property
    def labels(self) -> frozenset[str] | None:
        """What is kept."""
        return frozenset(self.by)

    @property
    def title(self) -> str:
        """Which number of what."""
        return self.titled(self.words)

    def window(self, default: str) -> str:
        """Return nothing: what is recorded is of a window of its own."""
        del default
        return ""

    def expr(self, query: Query) -> Expr:
        """Return the PromQL."""
        return self.topped(aggregate("max", self.instant(self.metric.name, query), by=self.by))

    @property
    def domain(self) -> Domain:
        """What the number can be."""
        return self.takes

    def values(self, query: Query, world: World) -> Vector:
        """Return the latest samples."""
        found = world.latest(self.metric.name, self.matchers(query), self.look(query))
        return grouped(found, self.by, max)

    def series(self, query: Query, curve: Curve, scene: Scene) -> Series:
        """
        Return the series as rules would record it.

        A decoy of another group fires by itself; one of the same group is the largest in it.
        """
        chosen = self.cast(query, scene)
        if isinstance(chosen, Unprovable):
            return chosen
        parts = self.parts_of(scene)
        large = LARGE * highest(curve, scene)

        def stands(span: Span) -> Fraction | None:
            return None if span.level is None else span.level / parts

        def other(decoy: Decoy) -> InputSeries:
            level = scene.tripping if decoy.refused_by.label in self.by else large
            return gauge(name, decoy.labels, curve, lambda _: level / parts)

        name = self.metric.name
        return (gauge(name, chosen.taken, curve, stands), *map(other, chosen.decoys))

    def parts_of(self, scene: Scene) -> int:
        """Return of how many samples a value is the sum."""
        del scene
        return 1
