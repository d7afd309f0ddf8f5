"""Scenarios: what may befall a service while it is simulated, as specs and command lines say it."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from typing import Final, Protocol

from obsgen.diagnostics import NOWHERE, Origin
from obsgen.matchers import Matcher
from obsgen.units import Duration

USUAL: Final = 1_000
"""As much as on any other day, in thousandths."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Effect:
    """
    What an act changes; what it leaves alone has the value of any other day.

    Attributes:
        failing_ppm: The share that fails at least, in parts per million.
        arrivals, duration, spending: How much arrives, how long it takes, what it uses and costs,
            in thousandths of what is usual.
        is_gone: The target does not answer.
        restarts: Its process dies as the act begins, and another one counts from zero.
        metric: The metric that is changed by itself, or empty.
        value: What it stands at.
        factor: How much of what it would be it is, in thousandths.
        adds: Of a counter, how much more it grows in an hour.
    """

    failing_ppm: int = 0
    arrivals: int = USUAL
    duration: int = USUAL
    spending: int = USUAL
    is_gone: bool = False
    restarts: bool = False
    metric: str = ""
    value: Decimal | None = None
    factor: int = USUAL
    adds: Decimal = Decimal(0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """
    An effect, where and when.

    Attributes:
        places: Matchers of labels; one without a label is met by any label. All must be met.
        lasts: None until the end.
        begins: After the beginning; with *is_ago* before the end.
        text: As it was written.
    """

    effect: Effect
    text: str
    places: tuple[Matcher, ...] = ()
    lasts: Duration | None = None
    begins: Duration = field(default_factory=lambda: Duration(0))
    is_ago: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """Acts under one name."""

    name: str
    acts: tuple[Act, ...]
    description: str = ""
    refs: tuple[str, ...] = ()
    origin: Origin = field(compare=False, repr=False, default=NOWHERE)


@dataclass(frozen=True, slots=True)
class Word:
    """A word of an act; *start* and *end* are its characters in the text."""

    text: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Complaint:
    """What is wrong with the words of an act; of the whole of it where *word* is None."""

    message: str
    hint: str
    word: Word | None = None


class ScenarioKind(Protocol):
    """
    What may happen.

    Attributes:
        key: The first word of an act.
        form: How such an act is written, without place and time.
        description: What it does.
        example: A whole act.
    """

    key: str
    form: str
    description: str
    example: str

    def read(self, words: tuple[Word, ...]) -> Effect | Complaint:
        """Read the words after the first, up to place and time."""
        ...
