"""The formulas of an SLO in words."""

from __future__ import annotations

from collections.abc import Iterator

from obsgen import names
from obsgen.compile.slo.ledger import CAP_BASE, CAP_FACTOR, CAP_WINDOW
from obsgen.explanations.figures import shown
from obsgen.explanations.slos import SloExplanation
from obsgen.explanations.timing import COARSE_STEP, limit
from obsgen.prose import capitalized


def formula_words(found: SloExplanation) -> Iterator[str]:
    """Yield how its burn-rate alerts fire and clear; nothing where it has none."""
    if not found.slo.tiers:
        return
    slo, pace = found.slo, found.pace
    yield (
        "An alert fires while the error ratio (bad events by all events) is above its limit (burn "
        "rate × error budget) in both windows."
    )
    yield (
        "It fires after window × limit ÷ error ratio, of both windows the later, and clears after "
        "window × (1 − limit ÷ error ratio), the earlier: traffic is even, and the failure begins "
        "and ends all at once."
    )
    grain = "scrape" if pace.grain == found.service.scrape_interval else "slice"
    coarse = any(max(tier.long, tier.short) > names.COARSE_FROM for tier in slo.tiers)
    more = f" (windows above {names.COARSE_FROM}: {COARSE_STEP} more)" if coarse else ""
    yield (
        f"Events are counted late: by {pace.settle} to settle, and by up to one {grain}, "
        f"{pace.grain}, and one tile, {pace.tile}{more}. `for` comes on top, and Alertmanager's "
        "`group_wait`."
    )
    first = slo.tiers[0]
    share = limit(first, slo)
    yield (
        f"Tier {first.name}, total outage: {first.long} × {shown(share)} ÷ 1 = "
        f"{shown(share * first.long.ms / 1000)}s. Bounds are whole seconds, rounded outwards."
    )


def counting_words(found: SloExplanation) -> Iterator[str]:
    """Yield how its events are counted, and what keeps the counts from being exact."""
    tile, caveats = found.slo.tile, found.slo.sli.caveats
    yield (
        f"Every {tile.length} the events and the bad events of that time are counted; every window "
        "is a sum of these counts."
    )
    if found.counts_births:
        yield (
            "Births are on: what a bad series had counted when it first appeared counts, too, if "
            f"its target was up all through {tile.bridge} before, or its process is that young; "
            f"not beyond {CAP_BASE} + {CAP_FACTOR} × the busiest tile within {CAP_WINDOW}."
        )
    elif not any(caveat.startswith("births are off") for caveat in caveats):
        yield "Births are off: what is counted has no past."
    yield from (f"{capitalized(caveat)}." for caveat in caveats)
