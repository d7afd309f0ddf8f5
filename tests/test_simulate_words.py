"""Labels have the words that somebody asks for, and those that alike metrics declare."""

from __future__ import annotations

from obsgen import build
from obsgen.simulate.vocabulary import vocabulary_of, words_of

SPEC = """
apiVersion: obsgen/v1
kind: Project
name: shop
---
apiVersion: obsgen/v1
kind: Service
name: cart
metrics:
  shop_paid_total: {type: counter, labels: {route: [/home, /pay]}}
  shop_asked_total: {type: counter, labels: {route: any}}
"""


def test_words_asked_of_a_metric_stay_beside_those_that_an_alike_one_declares():
    (service,) = build({"specs/cart.yaml": SPEC}).specs[0].services

    found = vocabulary_of(service, words_of(['shop_asked_total{route="/find"}']), ())

    assert {"/find", "/home", "/pay"} == set(found.words("shop_asked_total", "route"))
