"""Metrics whose names PromQL reads as something else: they are asked for all the same."""

from pathlib import Path

import pytest
import yaml
from oracles import promtool_check_rules, promtool_test

from obsgen import build, disk
from obsgen.pipeline import Options

SPEC = """
apiVersion: obsgen/v1
kind: Project
name: shop
---
apiVersion: obsgen/v1
kind: Service
name: cart
metrics:
  {name}: {{type: gauge}}
alerts:
  - {{name: High, threshold: {{max: {name}, above: 5}}, severity: high}}
"""


@pytest.mark.parametrize(
    "name", ["offset", "by", "on", "bool", "and", "atan2", "inf", "NaN", "sum"]
)
def test_a_metric_may_be_named_as_a_word_of_promql(tmp_path: Path, name: str):
    built = build(
        {"specs/cart.yaml": SPEC.format(name=name)}, Options(presets=disk.shipped_presets())
    )
    for file in built.files:
        if file.path.startswith("prometheus/"):
            path = tmp_path / file.path
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(file.data)
    rules = tmp_path / "prometheus/rules/cart.rules.yml"
    (rule,) = yaml.safe_load(rules.read_text())["groups"][0]["rules"]

    assert rule["expr"] in {f"max({name}) > 5", f'max({{__name__="{name}"}}) > 5'}
    promtool_check_rules([rules])
    (test,) = (tmp_path / "prometheus/tests").glob("*.yml")
    promtool_test(test)
