"""An SLO's explanation for people."""

from __future__ import annotations

from fractions import Fraction

from obsgen import names
from obsgen.explanations.figures import one_of, percent, shown, span
from obsgen.explanations.slos import SloExplanation, spent_by
from obsgen.explanations.timing import limit
from obsgen.explanations.words import counting_words, formula_words
from obsgen.model import Tier
from obsgen.plurals import counted
from obsgen.sections import Column, Section
from obsgen.units import Duration


def slo_sections(found: SloExplanation) -> tuple[Section, ...]:
    """Return all that is known, from what it promises to what it records."""
    sections = (
        _head(found),
        _budget(found),
        _tiers(found),
        _times(found),
        _others(found),
        Section(title="how events are counted", lines=tuple(counting_words(found))),
        _recorded(found),
    )
    return tuple(section for section in sections if section.lines or section.rows)


def _head(found: SloExplanation) -> Section:
    slo = found.slo
    where = f" in {found.environment}" if found.environment else ""
    groups = f", for each {' and '.join(slo.by)}" if slo.by else ""
    lines = [
        f"objective: {shown(Fraction(slo.objective))}% over {slo.period}{groups}",
        f"bad events: {slo.sli.words}",
        f"written in {found.place}",
    ]
    if slo.description:
        lines.insert(0, slo.description)
    return Section(title=f"{found.name}{where}", lines=tuple(lines))


def _budget(found: SloExplanation) -> Section:
    period = found.slo.period
    lines = [
        f"{percent(found.budget)} of the events, {one_of(found.budget)}",
        f"{_minutes(found, period.length)}, at steady traffic",
    ]
    if period.longest != period.length:
        lines.append(_minutes(found, period.longest))
    if (events := found.events) is not None:
        what = "bad slice" if found.slo.sli.rhythm.unit else "bad event"
        allowed = counted(shown(events * found.budget), what)
        lines.append(f"{allowed} of {shown(events)} in {period.length}")
    return Section(title="error budget", lines=tuple(lines))


def _minutes(found: SloExplanation, length: Duration) -> str:
    return f"{counted(shown(found.minutes(length)), 'minute')} of {length}"


def _tiers(found: SloExplanation) -> Section:
    numbers = ("burn rate above", "error ratio above")
    titles = ("tier", "severity", *numbers, "over", "and over", "for", "budget then spent")
    return Section(
        title="burn-rate alerts",
        lines=(
            *(f"tier {name} is left out: {reason}" for name, reason in found.slo.left_out),
            *(
                f"tier {tier.name} is quiet below {tier.min_events} events in {tier.long}"
                for tier in found.slo.tiers
                if tier.min_events is not None
            ),
        ),
        columns=tuple(Column(title, is_number=title in numbers) for title in titles),
        rows=tuple(_tier_row(found, tier) for tier in found.slo.tiers),
    )


def _tier_row(found: SloExplanation, tier: Tier) -> tuple[str, ...]:
    return (
        tier.name,
        tier.severity,
        shown(tier.factor),
        percent(limit(tier, found.slo)),
        str(tier.long),
        str(tier.short),
        str(tier.for_),
        percent(spent_by(tier, found.slo)),
    )


def _times(found: SloExplanation) -> Section:
    if not found.slo.tiers:
        return Section(title="")
    titles = ("tier", "failure", "error ratio", "fires after", "clears after")
    rows = [
        (
            tier.name,
            scenario.name,
            percent(scenario.ratio),
            span(scenario.fires),
            span(scenario.clears) if scenario.clears else "",
        )
        for tier in found.slo.tiers
        for scenario in found.scenarios(tier)
    ]
    return Section(
        title="how fast they are",
        lines=tuple(formula_words(found)),
        columns=tuple(Column(title, is_number=title == "error ratio") for title in titles),
        rows=tuple(rows),
    )


def _others(found: SloExplanation) -> Section:
    rows = (
        (rule.alert, rule.labels.get("severity", ""), rule.annotations.get("summary", ""))
        for rule in found.other_alerts
    )
    return Section(
        title="other alerts",
        columns=(Column("alert"), Column("severity"), Column("means")),
        rows=tuple(rows),
    )


def _recorded(found: SloExplanation) -> Section:
    rows = (
        (rule.record, str(names.tile_of(rule.record) or group.interval))
        for group, rule in found.records
    )
    return Section(
        title="recorded series", columns=(Column("series"), Column("every")), rows=tuple(rows)
    )
