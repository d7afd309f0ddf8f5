"""How a budget of money is written: what is paid, in which period, and who is told when."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, get_args

from obsgen import names
from obsgen.alerts._spend_levels import SPEND_PACE, SpendLevel, read_levels
from obsgen.catalogue import Metric
from obsgen.diagnostics import Code, finding
from obsgen.model import Calendar, Limit, Period, Reader, Schema, Spend
from obsgen.schema.shared import listed, mapping, ref, text
from obsgen.source import MappingNode, Node, Scalar, Sequence
from obsgen.units import Duration, number_text

NOT_MONEY: Final = Code(
    "ALR610",
    "not-money",
    why="a budget of money is compared with money, and with no other count",
    fix="Name a counter whose unit is a currency (`…_usd_total`, or `unit: USD`), or make one of "
    "tokens with `prices:`.",
)
SPEND_PERIOD: Final = Code(
    "ALR611",
    "spend-period",
    why="money is counted in coarse tiles of 5m; a period is a part of the calendar, or a rolling "
    "length of whole tiles, and Prometheus must keep its samples",
    fix="Write `per: day`, `week`, `month` or `quarter`, or a rolling length such as `30d`; raise "
    "the Project's `prometheus: {retention: …}` where it is shorter.",
)
SPEND_BUDGET: Final = Code(
    "ALR613",
    "spend-budget",
    why="of a budget of nothing everything is spent from the beginning on",
    fix="Write an amount above 0: `budget: 500 USD`.",
)
SPEND_GROUP: Final = Code(
    "ALR615",
    "spend-group",
    why="the label tells budgets, levels or periods apart already",
    fix="Group by another label.",
)
CODES: Final = (NOT_MONEY, SPEND_PERIOD, SPEND_BUDGET, SPEND_GROUP)

_CALENDARS: Final[Mapping[str, Calendar]] = {word: word for word in get_args(Calendar)}
_ELAPSED: Final = "elapsed"
_LEAST: Final = Duration.parse("1h")
_DAY: Final = Duration.parse("1d")
_TAKEN: Final = frozenset({names.SPEND_LABEL, names.LEVEL_LABEL, names.CALENDAR_LABEL})

SCHEMA: Final[Schema] = mapping(
    {
        "of": text("A counter of money.", examples=["llm_cost_usd_total"]),
        "where": ref("matchers", "Which of its series count."),
        "by": ref("label_names", "A budget for each value of these labels."),
        "budget": ref("quantity", "What may be spent, with its currency."),
        "per": text(
            "In which time: day, week, month or quarter by the calendar, or a rolling length.",
            examples=["month", "30d"],
        ),
        "project": text(
            "What goes on until the period ends: what was spent on average since it began, or, as "
            "a length, the pace of the last so long.",
            examples=[_ELAPSED, "7d"],
        ),
        "levels": listed(
            mapping(
                {
                    "spent": ref("quantity", "Such a part of the budget is spent."),
                    "projected": ref("quantity", "Such a part will be, if it goes on so."),
                    "severity": text("Of this level's alert.", examples=["high"]),
                }
            ),
            description="An alert each, with the label `level`.",
            examples=[[{"spent": "90%", "severity": "high"}]],
        ),
    },
    required=("of", "budget", "per", "levels"),
    description="A budget of money: what is recorded of it, and an alert at each level.",
    examples=[
        {
            "of": "llm_cost_usd_total",
            "budget": "500 USD",
            "per": "month",
            "levels": [{"spent": "90%", "severity": "high"}],
        }
    ],
)


def read_spend(node: Node, reader: Reader) -> tuple[Spend, tuple[SpendLevel, ...]] | None:
    """Read a budget and its levels; the budget has the name of the alert, told elsewhere."""
    if not isinstance(node, MappingNode):
        return None
    cost = reader.metric(node.get("of"), ("counter", "increments"), use="of")
    period = _period(node.get("per"), reader)
    if cost is None or period is None or not _is_money(node.get("of"), cost, reader):
        return None
    where = reader.matchers(node.get("where"), (cost,))
    by = _by(node.get("by"), cost, reader)
    budget = _budget(node.get("budget"), cost, by, reader)
    pace = _pace(node.get("project"), period, reader)
    if budget is None or by is None or pace is None:
        return None
    spend = Spend(
        name="",
        cost=cost,
        where=where,
        by=by,
        budget=budget,
        period=period,
        pace=pace if pace.ms else None,
    )
    levels = read_levels(node.get("levels"), spend, reader)
    return (spend, levels) if levels else None


def _is_money(node: Node | None, cost: Metric, reader: Reader) -> bool:
    if cost.unit.dimension == "money" or node is None:
        return True
    message = f"`of` takes a counter of money; `{cost.name}` counts {cost.unit}"
    hint = f"give `{cost.name}` a `unit: USD`, or make money of it with `prices:`"
    reader.report(finding(NOT_MONEY, node.origin, message, hint))
    return False


def _period(node: Node | None, reader: Reader) -> Period | None:
    if not isinstance(node, Scalar) or node.is_null:
        return None
    project = reader.project
    if node.text in _CALENDARS:
        period = Period.of_calendar(_CALENDARS[node.text], project.utc_offset_seconds)
    else:
        try:
            period = Period(Duration.parse(node.text))
        except ValueError:
            message = f"{node.word} is neither a part of the calendar nor a length of time"
            hint = "write `day`, `week`, `month` or `quarter`, or `30d`"
            reader.report(finding(SPEND_PERIOD, node.origin, message, hint))
            return None
    if period.ms % names.COARSE_TILE.ms or period.length < _LEAST:
        message = f"period {period} is not a multiple of 5m, an hour or longer"
        reader.report(finding(SPEND_PERIOD, node.origin, message, "write `1d` or `30d`"))
        return None
    needed = Duration(period.longest.ms + _DAY.ms)
    if needed > project.retention:
        message = f"period {period} needs samples of {needed}, and the retention is "
        hint = f"raise `prometheus: {{retention: {needed}}}`, or take a shorter period"
        reader.report(finding(SPEND_PERIOD, node.origin, f"{message}{project.retention}", hint))
        return None
    return period


def _by(node: Node | None, cost: Metric, reader: Reader) -> tuple[str, ...] | None:
    taken = [
        item
        for item in (node.items if isinstance(node, Sequence) else ())
        if isinstance(item, Scalar) and item.text in _TAKEN
    ]
    for item in taken:
        message = f"label {item.word} cannot be a group of a budget"
        reader.report(finding(SPEND_GROUP, item.origin, message, "group by another label"))
    by = reader.labels(node, (cost,))
    return None if taken else by


def _budget(
    node: Node | None, cost: Metric, by: tuple[str, ...] | None, reader: Reader
) -> Limit | None:
    limit = reader.limit(node, cost, by or ())
    if node is None or limit is None:
        return None
    amounts = [amount for _, amount, _ in limit.values]
    if limit.value is not None:
        amounts.append(limit.value)
    if min(amounts) > 0:
        return limit
    message = f"a budget of {number_text(min(amounts))} {cost.unit} is spent from the beginning on"
    hint = f"write an amount above 0: `budget: 500 {cost.unit}`"
    reader.report(finding(SPEND_BUDGET, limit.origin, message, hint))
    return None


def _pace(node: Node | None, period: Period, reader: Reader) -> Duration | None:
    """Read of how long the pace is taken: nothing, 0s, where it is that of the period itself."""
    if not isinstance(node, Scalar) or node.is_null:
        return Duration(0)
    if node.text == _ELAPSED:
        if period.calendar is not None:
            return Duration(0)
        message = f"a rolling period of {period} has no beginning from which time elapses"
        reader.report(finding(SPEND_PACE, node.origin, message, "write `project: 1d`"))
        return None
    pace = reader.duration(node)
    if pace is None:
        return None
    if pace.ms % names.COARSE_TILE.ms or not _LEAST <= pace < period.length:
        message = f"a pace of {pace} is not a multiple of 5m from 1h to less than {period}"
        reader.report(finding(SPEND_PACE, node.origin, message, "write `project: 1d`"))
        return None
    return pace
