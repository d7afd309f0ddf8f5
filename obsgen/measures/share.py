"""`share`: which part of the events match, or which part of the observations is above a bucket."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any, Final

from obsgen.diagnostics import Code, finding
from obsgen.matchers import Matcher
from obsgen.measures._parts import (
    COMMON_MODIFIERS,
    OfMetric,
    metric_key,
    quotient,
    where_words,
)
from obsgen.measures._played import (
    LARGE,
    PARTS_OF_ONE,
    bucket_labels,
    buckets,
    counter,
    events,
    most,
)
from obsgen.model import (
    Curve,
    Domain,
    ModifierNodes,
    Query,
    Reader,
    Scene,
    Series,
    Span,
    Unprovable,
    Vector,
    World,
    divided,
    summed,
)
from obsgen.promql.build import Expr, binary, number
from obsgen.source import MappingNode, Node
from obsgen.units import RATIO, Unit, number_text

SHARE_OF_WHAT: Final = Code(
    "PQL415",
    "share-of-what",
    why="a share is told by matchers, or by one bound of a histogram",
    fix='Write `share: {status: "5.."}` or `share: {below: 500ms}`; what else narrows it is a '
    "`where`.",
)
CODES: Final = (SHARE_OF_WHAT,)


@dataclass(frozen=True, slots=True, kw_only=True)
class Share(OfMetric):
    """The rate of the matching events over the rate of all: 0 without matches, never NaN."""

    matching: tuple[Matcher, ...]

    @property
    def unit(self) -> Unit:
        """A ratio, 0 to 1."""
        return RATIO

    @property
    def title(self) -> str:
        """The share of what, and which."""
        return self.titled(f"share of {self.metric.name} where {where_words(self.matching)}")

    def expr(self, query: Query) -> Expr:
        """Return the PromQL."""
        part = self.summed("rate", self.metric.counted, query, *self.matching)
        whole = self.summed("rate", self.metric.counted, query)
        return self.topped(quotient(part, whole))

    @property
    def domain(self) -> Domain:
        """Nothing or everything matches at most, and both can be played to the last bit."""
        return PARTS_OF_ONE

    def values(self, query: Query, world: World) -> Vector:
        """Return the matching part of all events; 0 where nothing matches."""
        look, name = self.look(query), self.metric.counted
        part = world.rates(name, self.matchers(query, *self.matching), look)
        whole = world.rates(name, self.matchers(query), look)
        return divided(summed(part, self.by), summed(whole, self.by), fill=True)

    def series(self, query: Query, curve: Curve, scene: Scene) -> Series:
        """Return one counter that matches, and for each matcher some that do not."""
        chosen = self.cast(query, scene._replace(with_decoys=True), *self.matching)
        if isinstance(chosen, Unprovable):
            return chosen
        group = [(label, chosen.taken.get(label)) for label in self.by]
        rest = [
            decoy.labels
            for decoy in chosen.decoys
            if decoy.refused_by in self.matching
            and all(decoy.labels.get(label) == value for label, value in group)
        ]
        if not rest:
            return Unprovable(f"no label values are known that {where_words(self.matching)} leaves")

        def matching(span: Span) -> Fraction:
            return events(span, scene) * (span.level or 0)

        def other(span: Span) -> Fraction:
            return events(span, scene) * (1 - (span.level or 0)) / len(rest)

        large = LARGE * most(curve, lambda span: events(span, scene))
        outside = [d.labels for d in chosen.decoys if d.refused_by not in self.matching]
        name = self.metric.counted
        return (
            counter(name, chosen.taken, curve, matching),
            *(counter(name, labels, curve, other) for labels in rest),
            *(
                counter(name, labels, curve, lambda _: large)
                for labels in outside
                if scene.with_decoys
            ),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class BucketShare(OfMetric):
    """The share of a histogram's observations at most, or above, the bound of a bucket."""

    bound: Decimal
    above: bool

    @property
    def unit(self) -> Unit:
        """A ratio, 0 to 1."""
        return RATIO

    @property
    def title(self) -> str:
        """The share of what, and which."""
        side = "above" if self.above else "below"
        bound = f"{number_text(self.bound)} {self.metric.unit}"
        return self.titled(f"share of {self.metric.name} {side} {bound}")

    def expr(self, query: Query) -> Expr:
        """Return the PromQL; every histogram that counts has the bucket, so nothing is filled."""
        bucket = self.metric.bucket_matcher(self.bound)
        part = self.summed("rate", f"{self.metric.name}_bucket", query, bucket)
        whole = self.summed("rate", f"{self.metric.name}_count", query)
        below = quotient(part, whole, fill=False)
        return self.topped(binary(number("1"), "-", below) if self.above else below)

    @property
    def domain(self) -> Domain:
        """Nothing or everything lies beyond the bound at most."""
        return PARTS_OF_ONE

    def values(self, query: Query, world: World) -> Vector:
        """Return the part within the bucket, or the rest."""
        look, matchers = self.look(query), self.matchers(query)
        inside = (*matchers, self.metric.bucket_matcher(self.bound))
        part = summed(world.rates(f"{self.metric.name}_bucket", inside, look), self.by)
        whole = summed(world.rates(f"{self.metric.name}_count", matchers, look), self.by)
        below = divided(part, whole)
        return {k: 1 - v for k, v in below.items()} if self.above else below

    def series(self, query: Query, curve: Curve, scene: Scene) -> Series:
        """Return a histogram: what is not within the bucket falls just beyond."""
        chosen = self.cast(query, scene)
        if isinstance(chosen, Unprovable):
            return chosen
        place = self.metric.buckets.index(self.bound)
        beyond = len(self.metric.buckets) - place

        def cumulative(span: Span) -> list[Fraction]:
            level = span.level or Fraction(0)
            inside = events(span, scene) * (1 - level if self.above else level)
            return [*[Fraction(0)] * place, inside, *[events(span, scene)] * beyond]

        def all_of(span: Span) -> Fraction:
            return events(span, scene)

        count = f"{self.metric.name}_count"
        found = [
            counter(count, chosen.taken, curve, all_of),
            *buckets(self.metric, chosen.taken, curve, cumulative),
        ]
        large = LARGE * most(curve, all_of)
        for decoy in chosen.decoys:
            found.append(counter(count, decoy.labels, curve, lambda _: large))
            if not self.above:
                inside = bucket_labels(self.metric, decoy.labels)[place]
                name = f"{self.metric.name}_bucket"
                found.append(counter(name, inside, curve, lambda _: large))
        return tuple(found)


class ShareKind:
    """Reads `{share: {status: "5.."}, of: C}` and, of a histogram, `{share: {below: 500ms}, …}`."""

    key: Final = "share"
    modifiers: Final = COMMON_MODIFIERS
    schema: Final[Mapping[str, Any]] = {
        "share": {
            "type": "object",
            "description": (
                "Which part of `of` matches these labels; on a histogram, {below: 500ms} or "
                "{above: 500ms}, a bound that is one of its buckets."
            ),
            "examples": [{"status": "5.."}, {"below": "500ms"}],
        },
        "of": metric_key("The counter or histogram.", "http_requests_total"),
    }

    def read(
        self, node: MappingNode, modifiers: ModifierNodes, reader: Reader
    ) -> tuple[Share | BucketShare, ...]:
        """Read the metric and which part of it is meant."""
        metric = reader.metric(node.get("of"), ("counter", "histogram"), use="share")
        part = node.get("share")
        if metric is None or not isinstance(part, MappingNode):
            return ()
        read = reader.modifiers(modifiers, (metric,))
        side = _side(part) if metric.type == "histogram" else None
        if not part.entries or (side is not None and len(part.entries) > 1):
            what = "holds nothing" if side is None else "holds a bound and more"
            hint = 'write `share: {status: "5.."}`'
            if side is not None:
                hint = "write `share: {below: 500ms}`, and matchers under `where`"
            reader.report(finding(SHARE_OF_WHAT, part.origin, f"`share` {what}", hint))
            return ()
        if side is not None:
            bound = reader.bucket(side[1], metric)
            if bound is None:
                return ()
            found = BucketShare(
                metric=metric, modifiers=read, origin=node.origin, bound=bound, above=side[0]
            )
            return (found,)
        matching = reader.matchers(part, (metric,), beside=read.where)
        if not matching:
            return ()
        return (Share(metric=metric, modifiers=read, origin=node.origin, matching=matching),)


def _side(part: MappingNode) -> tuple[bool, Node] | None:
    for word in ("above", "below"):
        if (bound := part.get(word)) is not None:
            return word == "above", bound
    return None


KIND: Final = ShareKind()
