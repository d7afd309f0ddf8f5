"""
Queries that are compiled, held against canonical ones that are written by hand.

promtool evaluates both over the same series. What the canonical query would give without one of
its matchers shows that the series can tell.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import oracles
import yaml


def ask(
    directory: Path,
    series: Iterable[tuple[str, str]],
    checks: list[dict[str, Any]],
    groups: Iterable[dict[str, Any]] = (),
) -> None:
    """
    Let promtool evaluate expressions over series of a sample a minute.

    Args:
        series: Each with its values, in promtool's notation.
        groups: Rules whose series the expressions read.
    """
    rules = list(groups) or [{"name": "none", "rules": [{"record": "none", "expr": "vector(0)"}]}]
    (directory / "asked.rules.yml").write_text(yaml.safe_dump({"groups": rules}))
    test = {
        "rule_files": ["asked.rules.yml"],
        "evaluation_interval": "1m",
        "tests": [
            {
                "interval": "1m",
                "input_series": [{"series": k, "values": v} for k, v in series],
                "promql_expr_test": checks,
            }
        ],
    }
    (directory / "day.test.yml").write_text(yaml.safe_dump(test, sort_keys=False))
    oracles.promtool_test(directory / "day.test.yml")


def differs(one: str, other: str) -> str:
    """Return an expression that gives something where two give other labels or other values."""
    return f"(({one}) != ({other})) or (({one}) unless ({other})) or (({other}) unless ({one}))"


def strays(one: str, other: str) -> str:
    """Return one that allows a billionth: standard deviations depend on the order of the sums."""
    apart = f"abs(({one}) - ({other})) > 0.000000001 * abs({other})"
    return f"({apart}) or (({one}) unless ({other})) or (({other}) unless ({one}))"


def nothing(expression: str, moment: int) -> dict[str, Any]:
    """Expect no series at a minute."""
    return {"expr": expression, "eval_time": f"{moment}m", "exp_samples": []}


def number(expression: str, moment: int, value: int) -> dict[str, Any]:
    """Expect so many series at a minute."""
    if not value:
        return nothing(expression, moment)
    samples = [{"labels": "{}", "value": value}]
    return {"expr": f"count({expression})", "eval_time": f"{moment}m", "exp_samples": samples}


def without_each_matcher(query: str) -> Iterator[str]:
    """Yield the query without one of its matchers, for each that has an effect of its own."""
    found = list(re.finditer(r'[a-z_]+(?:=~|!~|!=|=)"[^"]*",?', query))
    if len({match[0] for match in found}) == 1 and " or " not in query:
        # One matcher on both sides of a quotient: either of them keeps the decoys out.
        yield query.replace(found[0][0], "")
        return
    for match in found:
        # A matcher of `absent` has an effect only where no series has its label.
        if "absent(" not in query[: match.start()]:
            yield query[: match.start()] + query[match.end() :]
