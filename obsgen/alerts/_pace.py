"""The times of a test: how far samples and evaluations are apart, and how long steps last."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from obsgen.artefacts import InputSeries
from obsgen.model import Alert, Context, Hours, Look
from obsgen.units import Duration

_STEPS: Final = 6
_MOST_EVALUATIONS: Final = 2000
_FEW_EVALUATIONS: Final = 200
_MINUTE: Final = 60_000
_IN_WINDOW: Final = 4
"""Samples in the shortest window."""
_MARGIN: Final = 2
"""Evaluations by which each step outlasts what it must show."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """
    The times of a test.

    Attributes:
        interval: The distance of samples.
        evaluation: The distance of evaluations.
        lasts: How many samples a step lasts at least: the alert waits, and keeps on.
        lead: How many samples pass before: until then it is not one of the alert's hours.
        settles: How many samples what is seen of the past takes, and the wait after that.
    """

    interval: Duration
    evaluation: Duration
    lasts: int
    lead: int = 0
    settles: int = 0

    @classmethod
    def of(cls, alert: Alert, context: Context, looks: Iterable[Look] = ()) -> Pace:
        """
        Return the pace at which an alert is tested.

        Args:
            looks: What its conditions see: where that is days, few evaluations are made of them.
        """
        every = tuple(looks)
        waits = max(alert.for_.ms, alert.keep_firing_for.ms)
        whole = _STEPS * (max((look.reach for look in every), default=0) + waits)
        usual = context.project.evaluation_interval
        evaluation = usual
        if whole > _MOST_EVALUATIONS * usual.ms:
            evaluation = Duration(-(-whole // (_FEW_EVALUATIONS * _MINUTE)) * _MINUTE)
        lead = _lead(alert, whole + 3 * _STEPS * evaluation.ms)
        if lead.ms + whole > _MOST_EVALUATIONS * evaluation.ms:
            few = _MOST_EVALUATIONS // 2 * _MINUTE
            evaluation = max(evaluation, Duration(-(-(lead.ms + whole) // few) * _MINUTE))
        return cls.every(evaluation, alert, context, every)

    @classmethod
    def every(
        cls, evaluation: Duration, alert: Alert, context: Context, looks: Iterable[Look]
    ) -> Pace:
        """
        Return a pace with a given distance of evaluations.

        Samples are as far apart as scrapes where evaluations are as usual; else two to each, since
        promtool refuses queries of more than 10 000.

        Args:
            looks: What the alert's conditions see: the shortest window holds some samples.
        """
        seen = tuple(looks)
        waits = max(alert.for_.ms, alert.keep_firing_for.ms)
        interval = context.project.scrape_interval
        windows = [look.window.ms for look in seen if look.window.ms]
        longest = min([evaluation.ms // 2, *(window // _IN_WINDOW for window in windows)])
        # Two samples an evaluation at least, so that a step can stand between two evaluations.
        is_usual = evaluation == context.project.evaluation_interval
        if not is_usual or evaluation.ms % interval.ms or interval.ms > longest:
            parts = 2
            while evaluation.ms // parts > longest:
                parts *= 2
            interval = Duration(evaluation.ms // parts)
        reach = max((look.reach for look in seen), default=0)
        lead = _lead(alert, _STEPS * (reach + waits + 3 * evaluation.ms))
        lasts = samples(waits + _MARGIN * evaluation.ms, interval)
        return cls(
            interval=interval,
            evaluation=evaluation,
            lasts=lasts,
            lead=samples(lead.ms, interval),
            settles=samples(reach, interval) + lasts,
        )

    def index(self, sample: int) -> int:
        """Return the last evaluation that has seen a sample and no later one."""
        return sample * self.interval.ms // self.evaluation.ms

    def steps(self, count: int, reach: int) -> tuple[int, ...]:
        """
        Return how many samples each of some steps lasts, for a query that reaches back so far.

        Steps stand in the middle between two evaluations: half a window later, where a mean passes
        from one level to the other, no reading of its edges then falls on an evaluation.
        """
        parts = self.evaluation.ms // self.interval.ms
        lasts = -(-(self.lasts + samples(reach, self.interval) + 1) // parts) * parts
        before = -(-self.lead // parts) * parts
        return (before + lasts + parts // 2, *(lasts,) * (count - 1))


@dataclass(frozen=True, slots=True, kw_only=True)
class Play:
    """
    Series, and when each of their steps ends.

    Attributes:
        name: What is shown, after the alert's name.
        ends: The last sample of each step.
        fades: The last step is that series end. While some samples of them are left in a window,
            Prometheus extrapolates: only what is when none is left can be told.
        settled: The first sample from which on all can be told.
    """

    name: str
    pace: Pace
    series: tuple[InputSeries, ...]
    ends: tuple[int, ...]
    fades: bool = False
    settled: int = 0

    @property
    def followed(self) -> int:
        """The last sample up to which every change can be told."""
        return self.ends[-2] if self.fades else self.ends[-1]


def samples(ms: int, interval: Duration) -> int:
    """Return how many samples reach so many milliseconds."""
    return -(-ms // interval.ms)


_SEEN: Final = Duration.parse("8d")
"""So much of an alert's hours is looked at: a week from any day on."""


def first_hours(hours: Hours) -> tuple[tuple[Duration, Duration], ...]:
    """Return the stretches of some hours within the first days of a test."""
    return tuple((since, min(until, _SEEN)) for since, until in hours.first if since < _SEEN)


def _lead(alert: Alert, wanted: int) -> Duration:
    """Return when the alert's hours begin that are long enough, or else the longest."""
    found = () if alert.during is None else first_hours(alert.during)
    enough = [since for since, until in found if until.ms - since.ms >= wanted]
    if enough:
        return enough[0]
    return max(found, key=lambda each: each[1].ms - each[0].ms)[0] if found else Duration(0)
