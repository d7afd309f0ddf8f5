"""`share`: which part of the events match, or which part of the observations is above a bucket."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
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
from obsgen.model import ModifierNodes, Query, Reader
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
        matching = reader.matchers(part, (metric,))
        if not matching:
            return ()
        return (Share(metric=metric, modifiers=read, origin=node.origin, matching=matching),)


def _side(part: MappingNode) -> tuple[bool, Node] | None:
    for word in ("above", "below"):
        if (bound := part.get(word)) is not None:
            return word == "above", bound
    return None


KIND: Final = ShareKind()
