"""
Proofs where `only_when` asks for the traffic of a share's own counter.

Played apart, the two ask for two courses of one series. A share stays as it is when all of its
series count so many times as much: so its series are played louder until the traffic is enough.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
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


def is_open_through(play: Play, gate: Gate) -> bool:
    """Say whether a gate is open at the end of each step of a play."""
    return all(_is_open(gate, play.series, end) for end in _ends(play))


def is_crossed(play: Play, gate: Gate) -> bool:
    """Say whether a gate is open at the end of some step of a play."""
    return any(_is_open(gate, play.series, end) for end in _ends(play))


def louder(play: Play, gate: Gate) -> Play | None:
    """Return a play so loud that a gate is open all through it; None where nothing helps."""
    for factor in _FACTORS:
        series = tuple(_times(each, factor) for each in play.series)
        found = replace(play, series=series)
        if is_open_through(found, gate):
            return found
    return None


def _ends(play: Play) -> tuple[int, ...]:
    """Return the ends of the steps in which there is something."""
    return play.ends[:-1] if play.fades else play.ends


def crossed(gate: Gate, holding: Callable[[int], Series]) -> Iterator[Play]:
    """
    Yield the play that opens and closes a gate, while the alert's own condition holds.

    Args:
        holding: Returns series over which it holds for so many samples.
    """
    lengths = gate.pace.steps(3, gate.reach)
    ends = tuple(accumulate(lengths))
    own = holding(ends[-1])
    if isinstance(own, Unprovable):
        return
    scaled = {f: tuple(_times(each, f) for each in own) for f in _FACTORS}
    is_open = {f: _is_open(gate, scaled[f], ends[-1]) for f in sorted(_FACTORS)}
    borders = [pair for pair in pairwise(is_open) if is_open[pair[0]] != is_open[pair[1]]]
    if len(borders) == 1:
        closed, opened = sorted(borders[0], key=is_open.__getitem__)
        turns = (closed, opened, closed)
        played = tuple(_in_turns(each, zip(lengths, turns, strict=True)) for each in own)
        if None not in played:
            series = tuple(each for each in played if each is not None)
            name = f"quiet and firing by {gate.condition.measure.title}"
            yield Play(name=name, pace=gate.pace, series=series, ends=ends)


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
