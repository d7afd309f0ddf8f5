"""
Proofs where `only_when` asks for the traffic of a share's own counter.

Played apart, the two ask for two courses of one series. A share stays as it is when all of its
series count so many times as much: so its series are played louder until the traffic is enough.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterable
from dataclasses import replace
from fractions import Fraction
from itertools import accumulate, pairwise
from typing import Final

from obsgen.alerts._gate import Gate
from obsgen.alerts._pace import Play
from obsgen.artefacts import InputSeries, Run, counted, exact
from obsgen.model import Samples, Series, Unprovable, World
from obsgen.units import Duration

# Louder first, then more quietly: `only_when` may also ask for little.
_FACTORS: Final = tuple(Fraction(10) ** power for power in (*range(10), *range(-1, -10, -1)))
_PARTS: Final = 50


def louder(play: Play, gate: Gate) -> Play | None:
    """Return a play so loud that a gate is open all through it; None where nothing helps."""
    for factor in _FACTORS:
        series = tuple(_times(each, factor) for each in play.series)
        found = replace(play, series=series)
        # When series end there is nothing that could pass.
        ends = play.ends[:-1] if play.fades else play.ends
        if all(_is_open(gate, series, end) for end in ends):
            return found
    return None


def crossed(gate: Gate, holding: Callable[[int], Series]) -> Play | None:
    """
    Return the play that opens and closes a gate, while the alert's own condition holds.

    None where the gate does not hang on how loud the series of that condition are.

    Args:
        holding: Returns series over which it holds for so many samples.
    """
    lengths = gate.pace.steps(3, gate.reach)
    ends = tuple(accumulate(lengths))
    own = holding(ends[-1])
    if isinstance(own, Unprovable):
        return None

    def is_open(factor: Fraction) -> bool:
        return _is_open(gate, tuple(_times(each, factor) for each in own), ends[-1])

    known = {factor: is_open(factor) for factor in sorted(_FACTORS)}
    borders = [pair for pair in pairwise(known) if known[pair[0]] != known[pair[1]]]
    if len(borders) != 1:
        return None
    closed, opened = sorted(_near(*borders[0], is_open), key=is_open)
    turns = tuple(zip(lengths, (closed, opened, closed), strict=True))
    played = tuple(_in_turns(each, turns) for each in own)
    series = tuple(each for each in played if each is not None)
    if len(series) != len(played):
        return None
    name = f"quiet and firing by {gate.condition.measure.title}"
    return Play(name=name, pace=gate.pace, series=series, ends=ends)


def _near(
    low: Fraction, high: Fraction, is_open: Callable[[Fraction], bool]
) -> tuple[Fraction, Fraction]:
    """Return two factors, one on each side of the limit and some hundredths from it."""
    steps = int((high / low - 1) * _PARTS)
    factors = [low * (1 + Fraction(step, _PARTS)) for step in range(steps + 1)]
    first = is_open(low)
    turn = bisect_left(factors, True, key=lambda factor: is_open(factor) != first)
    # Nearer, rounding might decide.
    return factors[max(turn - 2, 0)], factors[min(turn + 1, steps)]


def _is_open(gate: Gate, series: Iterable[InputSeries], sample: int) -> bool:
    """Say whether a gate surely lets something pass at the end of a sample."""
    at = Duration(gate.pace.index(sample) * gate.pace.evaluation.ms)
    played = Samples(tuple(series), gate.pace.interval)
    worlds = [World(played, at, is_closed=is_closed) for is_closed in (True, False)]
    return all(gate.condition.met(gate.query, world) for world in worlds)


def _times(series: InputSeries, factor: int | Fraction) -> InputSeries:
    return series._replace(runs=tuple(_run(run, factor) for run in series.runs))


def _run(run: Run, factor: int | Fraction) -> Run:
    if run.start is None:
        return run
    start, step = exact(Fraction(run.start) * factor), exact(Fraction(run.step) * factor)
    return run._replace(start=start, step=step)


def _in_turns(series: InputSeries, turns: Iterable[tuple[int, Fraction]]) -> InputSeries | None:
    """Return a counter that grows so many times as fast in turns; None if it is no such counter."""
    if len(series.runs) != 1 or series.runs[0].start is None:
        return None
    step = Fraction(series.runs[0].step)
    return series._replace(runs=counted((length, exact(step * by)) for length, by in turns))
