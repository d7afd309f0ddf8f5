"""Label sets that several alerts watch get few events, and do not hand them to each other."""

from __future__ import annotations

from typing import Final

from obsgen import build
from obsgen.simulate.families import Family
from obsgen.simulate.stage import Plan

SPEC: Final = """
apiVersion: obsgen/v1
kind: Project
name: shop
---
apiVersion: obsgen/v1
kind: Service
name: cart
scrape: [{job: cart, targets: ["cart-1:80"]}]
where: {job: cart}
metrics:
  sent_total: {type: counter, labels: {to: [TO]}}
alerts:
  - {name: A, threshold: {rate: sent_total, where: {to: a}, above: 1/min}, severity: low}
  - {name: B, threshold: {rate: sent_total, where: {to: b}, above: 1/min}, severity: low}
"""


def sent(to: str) -> Family:
    """Return how a counter of these words is exposed."""
    built = build({"specs/cart.yaml": SPEC.replace("TO", to)})
    assert not [d for d in built.diagnostics if d.severity > 1], built.diagnostics
    (cast,) = Plan(services=built.specs[0].services, queries=()).casts
    (family,) = [f for f in cast.targets[0].families if f.metric.name == "sent_total"]
    return family


def test_what_is_too_much_goes_to_what_no_alert_watches():
    family = sent("a, b, c, d")

    words = [own["to"] for own in (*family.healthy, *family.failing)]
    assert {"a", "b"} == {words[place] for place in family.caps}
    assert {words[cap.instead] for cap in family.caps.values()} <= {"c", "d"}


def test_where_all_is_watched_less_is_counted():
    family = sent("a, b")

    # 5 events in the window of 5m, of which a twelfth: 5 an hour, of the 36,000 of full load.
    assert not family.caps
    assert 0 < family.habit.share_ppm < 1_000
