"""`spend`: what is recorded of a budget of money: spent, remaining, projected."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any, Final

from obsgen import names
from obsgen.catalogue import Metric
from obsgen.measures._recorded import Recorded, knows_number
from obsgen.model import Domain, ModifierNodes, Modifiers, Reader, Spend, SpendPart
from obsgen.schema.shared import one_of_words, text
from obsgen.source import MappingNode, Scalar

SERIES: Final[Mapping[str, str]] = {
    "spent": names.SPENT,
    "remaining": names.SPEND_REMAINING,
    "projected": names.SPEND_PROJECTED,
}
_WORDS: Final[Mapping[str, str]] = {
    "spent": "money spent of {}",
    "remaining": "money left of {}",
    "projected": "projected spend of {}",
}


def _domain(word: str, spend: Spend) -> Domain:
    if word != "remaining":
        return Domain(low=Decimal(0), exact=None)
    amounts = [amount for _, amount, _ in spend.budget.values]
    if spend.budget.value is not None:
        amounts.append(spend.budget.value)
    return Domain(high=max(amounts), exact=None)


def recorded_spend(part: SpendPart, word: str) -> Recorded:
    """
    Return the measure of a number that is recorded of a budget of money.

    Args:
        word: One of `SERIES`; `projected` where the budget is.
    """
    spend = part.spend
    fixed = {"service": (part.service,), names.SPEND_LABEL: (spend.name,)}
    metric = Metric(
        name=SERIES[word],
        type="gauge",
        unit=spend.unit,
        labels={**fixed, **dict.fromkeys((*part.labels, *spend.by))},
        target_labels=(),
        scope=part.identity,
        origin=part.origin,
    )
    return Recorded(
        metric=metric,
        modifiers=Modifiers(),
        words=_WORDS[word].format(part),
        counts=spend.unit,
        takes=_domain(word, spend),
        groups=spend.by,
    )


class SpendKind:
    """Reads `{spend: [SERVICE/]ALERT, show: spent | remaining | projected}`."""

    key: Final = "spend"
    modifiers: Final = frozenset({"where", "offset", "top", "legend"})
    schema: Final[Mapping[str, Any]] = {
        "spend": text(
            "An alert with a budget of money, of another service with its name.",
            examples=["gateway/Spend"],
        ),
        "show": one_of_words(tuple(SERIES), "Which of its numbers."),
    }

    def read(
        self, node: MappingNode, modifiers: ModifierNodes, reader: Reader
    ) -> tuple[Recorded, ...]:
        """Read the budget and which number of it is meant."""
        named, shown = node.get("spend"), node.get("show")
        if not isinstance(named, Scalar) or not isinstance(shown, Scalar) or named.is_null:
            return ()
        part, word = reader.spend(named), shown.text
        if part is None:
            return ()
        spend = part.spend
        known = [each for each in SERIES if spend.is_projected or each != "projected"]
        if not knows_number(shown, str(part), known, reader):
            return ()
        found = recorded_spend(part, word)
        read = reader.modifiers(modifiers, (found.metric,))
        return (replace(found, modifiers=read, origin=node.origin),)


KIND: Final = SpendKind()
