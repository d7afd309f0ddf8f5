"""When an alert fires whose condition holds from time to time: `for` and `keep_firing_for`."""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from typing import TypeVar

from obsgen.units import Duration

Key = TypeVar("Key", bound=Hashable)


def fired(
    held: Iterable[frozenset[Key]],
    evaluation: Duration,
    *,
    for_: Duration,
    keep_firing_for: Duration,
) -> tuple[frozenset[Key], ...]:
    """
    Return what fires at each evaluation.

    An alert fires when its condition has held for *for_*, and goes on until *keep_firing_for*
    after the first evaluation in which it no longer holds (Prometheus documentation, "Alerting
    rules").

    Args:
        held: For what the condition holds at each evaluation.
        evaluation: The distance of evaluations.
    """
    since: dict[Key, int] = {}
    calm: dict[Key, int] = {}
    firing: set[Key] = set()
    states: list[frozenset[Key]] = []
    for index, now in enumerate(held):
        time = index * evaluation.ms
        for key in now:
            since.setdefault(key, time)
            calm.pop(key, None)
            if time - since[key] >= for_.ms:
                firing.add(key)
        for key in since.keys() - now:
            calm.setdefault(key, time)
            if key not in firing or time - calm[key] >= keep_firing_for.ms:
                firing.discard(key)
                del since[key], calm[key]
        states.append(frozenset(firing))
    return tuple(states)
