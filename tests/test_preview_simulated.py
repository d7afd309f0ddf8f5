"""
What a simulated Prometheus holds: rules that somebody reads, in order, and the life of alerts.

The expected states of alerts are those of Prometheus, "Alerting rules": pending until `for` is
over, firing from then on, and for `keep_firing_for` after the condition has gone.
"""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from answering import answering
from oracles import running_prometheus
from preview_boards import MINUTE, NOW

from obsgen.artefacts import AlertingRule, RecordingRule, RuleFile, RuleGroup
from obsgen.http import Access, Client
from obsgen.preview.server import Prometheus, Sampled
from obsgen.preview.simulated.remote_write import FLAGS, Series, echoed, write
from obsgen.preview.simulated.rules import evaluated, needed
from obsgen.preview.simulated.scenes import story
from obsgen.simulate import Span
from obsgen.units import Duration


def a_record(name: str, expr: str) -> RecordingRule:
    return RecordingRule(record=name, expr=expr, labels={"service": "shop"})


def an_alert(name: str = "TooMany", expr: str = "x > 1", **more: Duration) -> AlertingRule:
    return AlertingRule(alert=name, expr=expr, labels={"severity": "high"}, annotations={}, **more)


def a_file(*rules: RecordingRule | AlertingRule) -> RuleFile:
    group = RuleGroup(name="g", rules=rules)
    return RuleFile(service="shop", groups=(group,), sources=())


def states(alert: AlertingRule, *firing: int, minutes: int = 8) -> Mapping[str, dict[int, float]]:
    """Return by state the minutes at which an alert was in it; 0 marks the end of a state."""
    moments = range(NOW, NOW + minutes * MINUTE, MINUTE)
    points = {NOW + n * MINUTE: 1.0 for n in firing}
    found = evaluated(alert, lambda _: (Sampled({"a": "b"}, points),), moments)
    return {
        str(one.labels.get("alertstate", "since")): {
            (at - NOW) // MINUTE: 0.0 if value is None else value
            for at, value in zip(one.times, one.values, strict=True)
        }
        for one in found
    }


def test_an_alert_is_pending_until_its_time_is_over():
    found = states(an_alert(for_=Duration.parse("2m")), 1, 2, 3, 4)

    assert {1: 1.0, 2: 1.0, 3: 0.0} == found["pending"]
    assert {3: 1.0, 4: 1.0, 5: 0.0} == found["firing"]


def test_an_alert_without_a_time_fires_at_once():
    assert {"firing", "since"} == set(states(an_alert(), 1, 2))


def test_an_alert_that_comes_back_begins_anew():
    found = states(an_alert(for_=Duration.parse("1m")), 1, 2, 4, 5)

    assert {1: 1.0, 2: 0.0, 4: 1.0, 5: 0.0} == found["pending"]


def test_an_alert_goes_on_as_long_as_it_is_kept():
    found = states(an_alert(keep_firing_for=Duration.parse("2m")), 1, minutes=6)

    assert {1: 1.0, 2: 1.0, 3: 0.0} == found["firing"]


def test_an_alert_says_since_when():
    found = states(an_alert(), 2, 3)

    assert {2: NOW / 1000 + 120, 3: NOW / 1000 + 120, 4: 0.0} == found["since"]


def test_an_alert_has_the_labels_of_its_rule_and_of_its_series():
    moments = range(NOW, NOW + MINUTE, MINUTE)
    (series, _) = evaluated(
        an_alert(), lambda _: (Sampled({"__name__": "x", "a": "b"}, {NOW: 1.0}),), moments
    )

    assert {
        "__name__": "ALERTS", "alertname": "TooMany", "alertstate": "firing", "severity": "high",
        "a": "b",
    } == series.labels  # fmt: skip


def test_a_recorded_series_that_ends_is_marked():
    moments = range(NOW, NOW + 4 * MINUTE, MINUTE)
    points = {NOW: 1.0, NOW + MINUTE: 2.0}
    (series,) = evaluated(a_record("r", "x"), lambda _: (Sampled({}, points),), moments)

    assert [1.0, 2.0, None] == series.values
    assert {"__name__": "r", "service": "shop"} == series.labels


def test_rules_come_after_what_they_read():
    rules = (a_record("c:x", "b:x + 1"), a_record("b:x", "a:x"), a_record("a:x", "raw"))
    found = needed([a_file(*rules)], ["sum(c:x)"])

    assert ["a:x", "b:x", "c:x"] == [rule.record for rule in found.rules]
    assert {"raw", "a:x", "b:x", "c:x", "sum"} <= found.names


def test_rules_that_nobody_reads_are_left_out():
    found = needed([a_file(a_record("a:x", "raw"), an_alert())], ["up"])

    assert () == found.rules


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("ALERTS", ["One", "Two"]),
        ('ALERTS{alertstate="firing"}', ["One", "Two"]),
        ('count(ALERTS{alertname="One"})', ["One"]),
        ('ALERTS_FOR_STATE{alertname=~"T.*"}', ["Two"]),
        ('ALERTS{alertname=~"$alert"}', ["One", "Two"]),
        ("up", []),
    ],
)
def test_the_alerts_that_a_query_names_are_played(query: str, names: list[str]):
    found = needed([a_file(an_alert("One"), an_alert("Two"))], [query])

    assert names == [rule.alert for rule in found.rules]


def test_what_is_looked_at_long_ago_is_there():
    series = Series(labels={"__name__": "x"}, times=[NOW], values=[10.0])
    (echo,) = echoed([series], {"x"}, 7 * MINUTE)

    assert ([NOW - 7 * MINUTE], [9.0]) == (echo.times, echo.values)


@pytest.mark.parametrize(("samples", "requests"), [(0, 0), (900, 1), (50_001, 2)])
def test_what_is_written_makes_as_few_requests_as_there_is_room_for(samples: int, requests: int):
    times = list(range(NOW, NOW + samples * MINUTE, MINUTE))
    series = Series(labels={"__name__": "x"}, times=times, values=[1.0] * samples)
    path = "/api/v1/write"
    with answering({path: lambda one: one.start(204)}) as server, Client(Access()) as client:
        write(client, server.url, [series] if samples else [])

    assert requests == len(server.asked)


def test_a_story_has_an_outage_that_is_over_and_one_that_goes_on():
    span = Span(NOW - 6 * 60 * MINUTE, NOW)
    over, goes_on = story(span, 2, 36_000).traffic.incidents

    assert over.span.end < goes_on.span.start
    assert span.end == goes_on.span.end


def test_a_real_prometheus_keeps_what_is_written(tmp_path):
    config = tmp_path / "prometheus.yml"
    config.write_text("global: {scrape_interval: 1h}\n")
    times = [NOW - n * MINUTE for n in (300, 2, 1)]
    series = Series(labels={"__name__": "x", "a": "ü"}, times=times, values=[1.0, 2.5, None])
    with running_prometheus(config, *FLAGS) as running, Client(Access()) as client:
        write(client, running.url, [series])
        server = Prometheus(client, running.url)
        (found,) = server.range("x", times[0], NOW, MINUTE)

        assert "ü" == found.labels["a"]
        assert (1.0, 2.5) == (found.points[times[0]], found.points[times[1]])
        # The marker ends it at once, not after the five minutes that a query looks back.
        assert NOW not in found.points
        assert ("ü",) == server.label_values("a", "", times[0], NOW)
