"""
What unit tests are made of: which series give a measure, or an SLI, which value.

Each kind states its own inverse. What a test expects follows from the mathematics of the measure
and its window, never from the rule that is tested.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal
from fractions import Fraction
from typing import Final, NamedTuple

from obsgen.artefacts import AlertingRule, InputSeries, RuleTest
from obsgen.units import Duration

_NO_LABELS: Final[Mapping[str, str]] = {}


class Unprovable(NamedTuple):
    """Why no series can be told; *reason* goes on after "it cannot be proven: "."""

    reason: str


class Proof(NamedTuple):
    """
    A unit test of an alerting rule, or why none can be told.

    Attributes:
        test: Works the test out. That takes time, and is done only for who wants to see it.
        unproven: Goes on after "it is not proven: "; else empty.
    """

    rule: AlertingRule
    test: Callable[[], RuleTest | Unprovable] | None = None
    unproven: str = ""


class Domain(NamedTuple):
    """
    The values that a measure can take.

    Attributes:
        low, high: The bounds, both taken; None where there is none.
        step: The smallest difference of two values; None where they lie as close as one likes.
        exact: The values that series can give to the last bit, so that equality can be played;
            None for all of them.
        grid: The smallest difference that is played, where less would take too many series.
    """

    low: Decimal | Fraction | None = None
    high: Decimal | Fraction | None = None
    step: Decimal | Fraction | None = None
    exact: tuple[Decimal | Fraction, ...] | None = ()
    grid: Fraction | None = None

    def holds(self, value: Fraction) -> bool:
        """Say whether a value is one of them."""
        too_low = self.low is not None and value < self.low
        too_high = self.high is not None and value > self.high
        off_step = self.step is not None and value % Fraction(self.step) != 0
        return not (too_low or too_high or off_step)

    def is_exact(self, value: Decimal | Fraction) -> bool:
        """Say whether series can give a value to the last bit."""
        return self.exact is None or value in self.exact


class Look(NamedTuple):
    """
    What part of the past a query sees.

    Attributes:
        window: Its range; 0s where only the latest sample counts.
        offset: How long before now it ends.
    """

    window: Duration
    offset: Duration

    @property
    def reach(self) -> int:
        """How far back it goes, in milliseconds."""
        return self.window.ms + self.offset.ms


class Span(NamedTuple):
    """
    A stretch over which a measure is to stand at one level.

    Attributes:
        intervals: How many samples it lasts.
        level: In the measure's unit; None where there is to be nothing to measure: no traffic, or
            no series.
        traffic: How many times the usual events there are, for measures that do not depend on it.
    """

    intervals: int
    level: Fraction | None
    traffic: Fraction = Fraction(1)


Curve = tuple[Span, ...]

USUAL_TRAFFIC: Final = Fraction(20, 3)
"""Events a second where a measure does not depend on how many there are: 100 every 15s."""


class Scene(NamedTuple):
    """
    On what a measure is played.

    Attributes:
        interval: The distance of samples.
        tripping: A level at which the condition holds: what a decoy shows where each series counts
            by itself.
        pinned: Values of labels that are set already.
        with_decoys: Play what only one matcher keeps out, too.
        sibling: Which of the series that differ in one label is played; the first is 0.
        varied: The labels in which they may differ; without any, those that are summed away.
        population: How many series there are at least, where series are counted.
    """

    interval: Duration
    tripping: Fraction
    pinned: Mapping[str, str] = _NO_LABELS
    with_decoys: bool = True
    sibling: int = 0
    varied: tuple[str, ...] = ()
    population: int = 0

    @property
    def seconds(self) -> Fraction:
        """The distance of samples in seconds."""
        return Fraction(self.interval.ms, 1000)

    def beside(self, pinned: Mapping[str, str]) -> Scene:
        """Return the scene for a further series: with labels set, without decoys."""
        return self._replace(pinned={**self.pinned, **pinned}, with_decoys=False)


class Rhythm(NamedTuple):
    """
    When the events of an SLI fall, and how many there can be.

    Attributes:
        unit: The length of a slice of time that is one event; None where every tile counts as
            many events as happened.
        settles: Events are counted in the first tile that ends after they are settled; else at
            once.
        is_weighable: A tile may hold any number of events; else each is one.
        share: The part of all time in which there can be some.
        is_missed: Its series are gone only when something is wrong, and nothing else says so.
    """

    unit: Duration | None = None
    settles: bool = True
    is_weighable: bool = True
    is_missed: bool = True
    share: Fraction = Fraction(1)


class Flow(NamedTuple):
    """
    A stretch of even traffic.

    Attributes:
        intervals: How long it lasts, in samples of the stage.
        total: Events within each tile; None where the series are not there.
        bad: The bad ones among them.
    """

    intervals: int
    total: Fraction | None
    bad: Fraction = Fraction(0)


class Stage(NamedTuple):
    """
    On what an SLI is played.

    Attributes:
        tile: The length of a tile; samples are as far apart.
        by: The labels of the groups.
        groups: The values that some of them must have; the SLI chooses the others.
    """

    tile: Duration
    by: tuple[str, ...] = ()
    groups: Mapping[str, str] = _NO_LABELS


class Played(NamedTuple):
    """
    Series that give the traffic that was asked for.

    Attributes:
        groups: The values of the group labels; a label without a value is absent.
        services: Other services whose rules take part.
        interval: The distance of samples, where it is less than that of the stage.
    """

    series: tuple[InputSeries, ...]
    groups: Mapping[str, str] = _NO_LABELS
    services: tuple[str, ...] = ()
    interval: Duration | None = None
