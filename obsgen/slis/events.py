"""`events`: of all events, those that are bad; by labels, or in a second counter."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from obsgen.catalogue import Metric
from obsgen.counting.tiles import (
    Stream,
    born,
    counter_stream,
    grouped,
    or_zero,
    recorded_total,
    seen,
    summed,
    without_good,
)
from obsgen.diagnostics import finding
from obsgen.matchers import Matcher
from obsgen.model import (
    Flow,
    Ledger,
    LedgerScope,
    Played,
    Reader,
    Schema,
    Sli,
    Stage,
    Unprovable,
)
from obsgen.schema.shared import mapping, ref, text
from obsgen.slis._metrics import OfMetrics, of_those
from obsgen.slis._played import cast, growing, played, shared, strangers
from obsgen.slis._sides import BAD_OR_GOOD, one_side, within_total
from obsgen.source import MappingNode, Node


@dataclass(frozen=True, slots=True, kw_only=True)
class MatchedEvents(OfMetrics):
    """
    Events of one counter, bad by their labels.

    Attributes:
        where: Which series of the counter count at all.
        bad: The bad ones among them, where *is_good* is false; else the good ones.
    """

    counter: Metric
    where: tuple[Matcher, ...]
    bad: tuple[Matcher, ...]
    is_good: bool
    kind: str = "events"

    @property
    def words(self) -> str:
        """What counts as bad."""
        which = " and ".join(map(str, self.bad))
        side = f"{'without' if self.is_good else 'with'} {which}"
        return f"{self.counter.name} {side}{of_those(self.where)}"

    @property
    def metrics(self) -> tuple[Metric, ...]:
        """The one counter."""
        return (self.counter,)

    @property
    def caveats(self) -> tuple[str, ...]:
        """What is not counted."""
        return (GOOD_BIRTHS,)

    def ledger(self, scope: LedgerScope) -> Ledger:
        """Return the PromQL that counts a tile."""
        total = counter_stream(self.counter, self.counter.counted, self.where)
        return Ledger(
            total_seen=summed(seen(total, scope.tile), scope.by),
            bad_seen=or_zero(summed(seen(self._bad, scope.tile), scope.by), scope),
            bad_born=or_zero(summed(born(self._bad, scope.tile), scope.by), scope),
        )

    def played(self, flows: tuple[Flow, ...], stage: Stage) -> Played | Unprovable:
        """Return the bad and the good series."""
        chosen = cast(self.counter, self.where, self.bad, stage)
        if isinstance(chosen, Unprovable):
            return chosen
        if not chosen.outside:
            return Unprovable(f"no value can be told that {self.words} does not take")
        name = self.counter.counted
        inside = shared(name, (chosen.inside,), flows, bad=not self.is_good)
        outside = shared(name, chosen.outside, flows, bad=self.is_good)
        crowd = strangers(name, chosen.strangers, flows)
        return played((*inside, *outside, *crowd), chosen.groups)

    @property
    def _bad(self) -> Stream:
        if self.is_good:
            return without_good(self.counter, self.where, self.bad)
        return counter_stream(self.counter, self.counter.counted, (*self.where, *self.bad))


@dataclass(frozen=True, slots=True, kw_only=True)
class CountedEvents(OfMetrics):
    """Events of one counter; the bad, or the good, among them in a second counter."""

    counter: Metric
    where: tuple[Matcher, ...]
    second: Metric
    second_where: tuple[Matcher, ...]
    is_good: bool
    kind: str = "events"

    @property
    def words(self) -> str:
        """What counts as bad."""
        second = f"{self.second.name}{of_those(self.second_where)}"
        return f"{self.counter.name} beyond {second}" if self.is_good else second

    @property
    def metrics(self) -> tuple[Metric, ...]:
        """Both counters."""
        return (self.counter, self.second)

    @property
    def caveats(self) -> tuple[str, ...]:
        """What two counters do not tell."""
        return (
            "two counters are read at two moments: bad is held between 0 and the total",
            GOOD_BIRTHS,
        )

    def ledger(self, scope: LedgerScope) -> Ledger:
        """
        Return the PromQL that counts a tile.

        Two counters are read at two moments: bad is held between 0 and the total.
        """
        total = counter_stream(self.counter, self.counter.counted, self.where)
        second = counter_stream(self.second, self.second.counted, self.second_where)
        total_seen = summed(seen(total, scope.tile), scope.by)
        second_seen = or_zero(summed(seen(second, scope.tile), scope.by), scope)
        second_born = or_zero(summed(born(second, scope.tile), scope.by), scope)
        whole = recorded_total(scope)
        if not self.is_good:
            capped = f"{grouped(second_seen)} <= {whole}\nor {whole}"
            return Ledger(
                total_seen=total_seen, bad_seen=capped, bad_born=second_born, has_bad=True
            )
        # Births of good events are good, whether or not those of the total count them.
        bad = f"{whole} - {grouped(second_seen)} - {grouped(second_born)}"
        return Ledger(
            total_seen=total_seen,
            bad_seen=f"clamp_min({bad}, 0)",
            bad_born=f"0 * {whole}",
        )

    def played(self, flows: tuple[Flow, ...], stage: Stage) -> Played | Unprovable:
        """Return both counters; in one group, whatever else their labels are."""
        chosen = cast(self.counter, self.where, (), stage)
        if isinstance(chosen, Unprovable):
            return chosen
        beside = stage._replace(groups={**stage.groups, **chosen.groups})
        second = cast(self.second, self.second_where, (), beside)
        if isinstance(second, Unprovable):
            return second
        total = [(f.intervals, f.total) for f in flows]
        series = (
            growing(self.counter.counted, chosen.inside, total),
            *shared(self.second.counted, (second.inside,), flows, bad=not self.is_good),
            *strangers(self.counter.counted, chosen.strangers, flows),
            *strangers(self.second.counted, second.strangers, flows),
        )
        return played(series, chosen.groups)


GOOD_BIRTHS: Final = (
    "what a new series of good events had counted when it was first scraped is not in the total"
)
_HINT: Final = 'write `bad: {status: "5.."}`'
_SIDE: Final[Schema] = {
    "type": "object",
    "description": "Matchers on `total`, or a second counter: {counter: NAME, where: {…}}.",
    "examples": [{"status": "5.."}, {"counter": "http_errors_total"}],
}


class EventsKind:
    """Reads `{events: {total: COUNTER, bad: {…}}}`."""

    key: Final = "events"
    schema: Final[Schema] = mapping(
        {
            "total": text("The counter of all events.", examples=["http_requests_total"]),
            "where": ref("matchers", "Which of its series count."),
            "bad": {**_SIDE, "description": f"The bad events. {_SIDE['description']}"},
            "good": {**_SIDE, "description": f"The good events. {_SIDE['description']}"},
        },
        required=("total",),
        description="Of all events, those that are bad.",
        examples=[{"total": "http_requests_total", "bad": {"code": "5.."}}],
    )

    def read(self, node: MappingNode, reader: Reader) -> Sli | None:
        """Read the counters and what is bad."""
        types = ("counter", "histogram", "summary")
        counter = reader.metric(node.get("total"), types, use="total")
        word = one_side(node, self.key, _HINT, reader)
        if word is None:
            return None
        side = node.get(word)
        if counter is None or not isinstance(side, MappingNode):
            return None
        where = reader.matchers(node.get("where"), (counter,))
        is_good = word == "good"
        if "counter" in side.entries:
            return _second_counter(counter, where, side, word, reader)
        matchers = reader.matchers(side, (counter,), beside=where)
        if matchers and all(m.takes_all for m in matchers):
            message = f"`{word}` takes every event"
            reader.report(finding(BAD_OR_GOOD, side.origin, message, _HINT))
            return None
        if not matchers:
            if not side.entries:
                message = f"`{word}` has no matchers, so every event would be {word}"
                reader.report(finding(BAD_OR_GOOD, side.origin, message, _HINT))
            return None
        return MatchedEvents(counter=counter, where=where, bad=matchers, is_good=is_good)


def _second_counter(
    counter: Metric, where: tuple[Matcher, ...], side: MappingNode, word: str, reader: Reader
) -> CountedEvents | None:
    types = ("counter", "histogram", "summary")
    known = ["counter", "where"]
    for key in side.entries:
        if key not in known and not key.startswith("x-"):
            hint = f"write `where: {{{key}: …}}` beside `counter`"
            place = (side.origin / key).key()
            reader.report(finding(BAD_OR_GOOD, place, f"matcher `{key}` beside `counter`", hint))
    named: Node | None = side.get("counter")
    second = reader.metric(named, types, use="counter")
    if second is None:
        return None
    second_where = reader.matchers(side.get("where"), (second,))
    # Other targets may count the bad events: a proxy those of what stands behind it.
    own = frozenset(second.labels) | (second.all_labels if second is counter else frozenset())
    if second is counter and set(second_where) <= set(where):
        message = f"`{word}` is the counter of all events"
        reader.report(finding(BAD_OR_GOOD, side.origin, message, _HINT))
        return None
    all_events = [m for m in counter.narrowed(where) if m.label in own]
    if not within_total(word, all_events, second.narrowed(second_where), side.origin, reader):
        return None
    return CountedEvents(
        counter=counter,
        where=where,
        second=second,
        second_where=second_where,
        is_good=word == "good",
    )


KIND: Final = EventsKind()
