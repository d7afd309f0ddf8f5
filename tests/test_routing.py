"""Routing documents: matchers, the tree of routes, time intervals, and what is wrong in them."""

from __future__ import annotations

import subprocess

import pytest
from oracles import amtool_check_config, tool
from routing_specs import THREE_RECEIVERS, a_config, a_project, documents, read, written

from obsgen.artefacts import AlertmanagerMatcher, Route
from obsgen.reader.intervals import locations
from obsgen.reader.shape import check_shape
from obsgen.receivers import KINDS
from obsgen.schema.kinds import load
from obsgen.schema.routing import routing_definitions, routing_properties
from obsgen.schema.shared import DEFINITIONS, mapping
from obsgen.units import Duration


def routed(routes: str) -> str:
    return f"{THREE_RECEIVERS}routes:\n{routes}"


def matchers(where: str, **project: object) -> tuple[str, ...]:
    routing = read(
        routed(f"  - {{where: {where}, to: [oncall, security]}}"),
        a_project(**project),  # type: ignore[arg-type]
    ).ok
    return tuple(f"{m.label}{m.op}{m.value}" for m in routing.route.routes[0].matchers)


# --- matchers ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("where", "expected"),
    [
        ("{category: security}", ("category=security",)),
        ("{category: security, team: a}", ("category=security", "team=a")),
        ('{service: "pay-.*"}', ("service=~pay-.*",)),
        ("{service: [cart, checkout]}", ("service=~cart|checkout",)),
        ("{service: [cart]}", ("service=cart",)),
        ('{service: [cart, "pay.*"]}', ("service=~cart|pay.*",)),
        ("{team: {not: a}}", ("team!=a",)),
        ("{team: {not: [a, b]}}", ("team!~a|b",)),
        ("{team: {not: {not: a}}}", ("team=a",)),
        ('{path: {is: "/search?q"}}', ("path=/search?q",)),
        ('{path: {not: {is: "/search?q"}}}', ("path!=/search?q",)),
        ('{path: [{is: "/search?q"}, "/a.*"]}', (r"path=~/search\?q|/a.*",)),
        ('{team: ""}', ("team=",)),
        ('{team: {not: ""}}', ("team!=",)),
        ('{team: ["", a]}', ("team=~|a",)),
        ("{code: 500}", ("code=500",)),
        ("{code: 1.0}", ("code=~1.0",)),
        ("{on: yes}", ("on=yes",)),
        ("{severity: high}", ("severity=high",)),
        ("{severity: warning}", ("severity=medium",)),
        ("{severity: [critical, warning]}", ("severity=~critical|medium",)),
        ("{severity: {not: info}}", ("severity!=low",)),
        ("{severity: page}", ("severity=~critical|high",)),
        ("{severity: ticket}", ("severity=~medium|low",)),
        ("{severity: {at_least: high}}", ("severity=~critical|high",)),
        ("{severity: {at_least: critical}}", ("severity=critical",)),
        ("{severity: {at_least: warning}}", ("severity=~critical|high|medium",)),
        ("{severity: {not: {at_least: high}}}", ("severity!~critical|high",)),
        ('{severity: "crit.*"}', ("severity=~crit.*",)),
        ('{severity: ""}', ("severity=",)),
    ],
)
def test_where_is_read_as_matchers(where, expected):
    assert expected == matchers(where)


@pytest.mark.parametrize("pattern", ["a|b", "[a-z]+", r"\d{3}", "(?i)x", r"\pL+", "a.b?", "x{2,3}"])
def test_an_re2_pattern_is_accepted(pattern, tmp_path):
    text = routed(f"  - {{where: {{path: '{pattern}'}}, to: oncall}}")
    file = tmp_path / "alertmanager.yml"
    file.write_text(
        written(a_config(f"{text}\n  - {{to: security}}"))["alertmanager/alertmanager.yml"]
    )

    amtool_check_config(file)


@pytest.mark.parametrize(
    ("where", "code", "message"),
    [
        ("{team: }", "SCH106", "`team` has no value"),
        ("{team: [backend, null]}", "SCH106", "an item has no value"),
        ("{path: '(?=a)'}", "ALR572", "pattern `(?=a)` is not RE2: `(?=` is no group of RE2"),
        (r"{path: '(a)\1'}", "ALR572", r"pattern `(a)\1` is not RE2: `\1` is no escape of RE2"),
        ("{path: '['}", "ALR572", "pattern `[` is not RE2: `[` is not closed"),
        (
            "{path: '[z-a]'}",
            "ALR572",
            "pattern `[z-a]` is not RE2: bad character range z-a at position 1",
        ),
        ("{team: []}", "ALR571", "`team` has an empty list of values"),
        ("{team: {nto: a}}", "ALR571", "`team` cannot be matched with `{nto}`"),
        ("{team: {is: a, not: b}}", "ALR571", "`team` cannot be matched with `{is, not}`"),
        ("{team: [{not: a}]}", "ALR571", "`team` has `not` inside a list"),
        ("{team: {is: [a]}}", "ALR571", "`is` takes one value, found a list"),
        ("{team: {at_least: high}}", "ALR571", "`at_least` is for severity, not for `team`"),
        ("{my-label: a}", "ALR571", "`my-label` is no name of a label"),
        ("{severity: hihg}", "REF206", "severity `hihg` is not defined"),
        ('{severity: "urgent.*"}', "REF206", "severity `urgent.*` is not defined"),
        ("{severity: {at_least: hihg}}", "REF206", "severity `hihg` is not defined"),
        ("{team: backned}", "REF253", "team `backned` is not defined"),
    ],
)
def test_a_mistake_in_where_is_told(where, code, message):
    text = routed(f"  - {{where: {where}, to: [oncall, security]}}")
    found = read(text, a_project(teams=("backend", "database")))

    assert ((code,), (message,)) == (found.codes, found.messages)


def test_a_comment_that_swallowed_a_value_is_named():
    text = routed("  - where:\n      channel: #alerts\n    to: [oncall, security]\n")
    (found,) = read(text).found

    assert ("SCH106", 'quote it: "#alerts"') == (found.code.id, found.hint)


def test_a_near_miss_is_suggested():
    (found,) = read(routed("  - {where: {severity: hihg}, to: [oncall, security]}")).found

    assert "did you mean `high`?" == found.hint


# --- the tree, as amtool walks it ---------------------------------------------------------------

TREE = """
receivers:
  chat: {webhook: {url: "http://a"}}
  oncall: {webhook: {url: "http://a"}}
  security: {webhook: {url: "http://a"}}
  tickets: {webhook: {url: "http://a"}}
  database: {webhook: {url: "http://a"}}
  archive: {webhook: {url: "http://a"}}
  night: {webhook: {url: "http://a"}}
default_receiver: chat
routes:
  - {where: {category: audit}, to: archive, continue: true}
  - {where: {category: security}, to: [security, oncall]}
  - where: {team: database}
    to: [database, tickets]
    routes:
      - {where: {severity: critical}, to: oncall}
      - {where: {severity: high}, to: night, continue: true}
  - where: {team: platform}
    routes:
      - {where: {severity: {at_least: high}}, to: oncall}
  - {where: {severity: {at_least: high}}, to: oncall}
  - {where: {severity: {not: low}, service: [cart, "pay.*"]}, to: tickets}
  - {where: {owner: "", host: {not: ""}}, to: night}
  - {where: {path: {is: 'say "a\\b", {c}'}}, to: night}
"""


@pytest.mark.parametrize(
    ("labels", "expected"),
    [
        ({}, "chat"),
        ({"severity": "low"}, "chat"),
        ({"severity": "critical"}, "oncall"),
        ({"severity": "high"}, "oncall"),
        ({"severity": "medium"}, "chat"),
        # several receivers
        ({"category": "security"}, "security,oncall"),
        ({"category": "security", "severity": "critical"}, "security,oncall"),
        # continue goes on, and ends at the receiver itself where nothing follows
        ({"category": "audit"}, "archive"),
        ({"category": "audit", "severity": "high"}, "archive,oncall"),
        ({"category": "audit", "team": "database"}, "archive,database,tickets"),
        # nested: the child ends it, or goes on to the receivers of the route above
        ({"team": "database", "severity": "low"}, "database,tickets"),
        ({"team": "database", "severity": "critical"}, "oncall"),
        ({"team": "database", "severity": "high"}, "night,database,tickets"),
        # without `to` the receiver is that of the level above
        ({"team": "platform", "severity": "low"}, "chat"),
        ({"team": "platform", "severity": "high"}, "oncall"),
        ({"team": "platform", "service": "cart"}, "chat"),
        # lists, patterns, negation: a missing severity is not low
        ({"service": "cart"}, "tickets"),
        ({"service": "payments"}, "tickets"),
        ({"service": "mypay"}, "chat"),
        ({"service": "cart", "severity": "low"}, "chat"),
        # absent and present
        ({"host": "a"}, "night"),
        ({"host": "a", "owner": "b"}, "chat"),
        # quotes, backslashes, commas and braces
        ({"path": 'say "a\\b", {c}'}, "night"),
        ({"path": "say"}, "chat"),
    ],
    ids=str,
)
def test_alerts_reach_who_the_spec_says(labels, expected, tmp_path):
    file = tmp_path / "alertmanager.yml"
    file.write_text(written(a_config(TREE))["alertmanager/alertmanager.yml"])
    quoted = (
        "{}={}".format(k, '"' + v.replace("\\", "\\\\").replace('"', '\\"') + '"')
        for k, v in labels.items()
    )

    done = subprocess.run(
        [tool("amtool"), "config", "routes", "test", f"--config.file={file}", *quoted],
        capture_output=True,
        text=True,
        check=True,
    )
    assert expected == done.stdout.strip()


def test_a_route_to_several_is_a_node_with_one_route_for_each():
    intervals = "intervals: {m: {days: sunday, location: UTC}}"
    text = routed("  - {where: {a: b}, to: [oncall, security], mute: m}\n") + intervals
    (route,) = read(text).ok.route.routes

    assert (
        Route(
            receiver="oncall",
            matchers=(AlertmanagerMatcher(label="a", op="=", value="b"),),
            routes=(
                Route(receiver="oncall", continue_=True, mute=("m",)),
                Route(receiver="security", mute=("m",)),
            ),
        )
        == route
    )


def test_timings_are_those_of_the_spec():
    text = f"""{THREE_RECEIVERS}
timing: {{group_by: [alertname, team], group_wait: 0s, group_interval: 1m, repeat_interval: 12h}}
routes:
  - {{where: {{a: b}}, to: [oncall, security], group_by: ["..."], repeat_interval: 1h30m}}
"""
    root = read(text).ok.route

    assert (("alertname", "team"), "0s", "1m", "12h") == (
        root.group_by,
        str(root.group_wait),
        str(root.group_interval),
        str(root.repeat_interval),
    )
    assert (("...",), None, Duration.parse("1h30m")) == (
        root.routes[0].group_by,
        root.routes[0].group_wait,
        root.routes[0].repeat_interval,
    )


def test_without_timing_alerts_are_grouped_by_name_and_service():
    root = read(routed("  - {where: {a: b}, to: [oncall, security]}")).ok.route

    assert (("alertname", "service"), None) == (root.group_by, root.repeat_interval)


def test_documents_are_merged():
    first = f"{THREE_RECEIVERS}routes: [{{where: {{a: b}}, to: oncall}}]\n"
    second = "receivers: {mail: {}}\nroutes: [{where: {c: d}, to: [mail, security]}]\n"
    routing = read(f"{first}---\n{second}").ok

    assert ("chat", "oncall", "security", "mail") == tuple(r.name for r in routing.receivers)
    assert ("oncall", "mail") == tuple(r.receiver for r in routing.route.routes)


def test_no_document_is_no_routing():
    found = read("")

    assert (None, ()) == (found.routing, found.found)


# --- what is wrong in the tree ------------------------------------------------------------------

WRONG = {
    "unknown receiver": (
        routed("  - {where: {a: b}, to: [oncall, security, chta]}"),
        [("REF251", "route names receiver `chta`, which is not defined")],
    ),
    "unknown default receiver": (
        "receivers: {chat: {}}\ndefault_receiver: chta\nroutes: [{to: chat}]",
        [("REF251", "`default_receiver` names receiver `chta`, which is not defined")],
    ),
    "no default receiver": (
        "receivers: {chat: {}}\nroutes: [{to: chat}]",
        [("ALR561", "no receiver for alerts that no route takes")],
    ),
    "two default receivers": (
        "receivers: {chat: {}}\ndefault_receiver: chat\n---\ndefault_receiver: chat",
        [("ALR562", "`default_receiver` stands in two Routing documents")],
    ),
    "receiver defined twice": (
        "receivers: {chat: {}}\ndefault_receiver: chat\n---\nreceivers: {chat: {}}",
        [("ALR562", "`receivers.chat` stands in two Routing documents")],
    ),
    "unused receiver": (
        "receivers: {chat: {}, mail: {}}\ndefault_receiver: chat",
        [("ALR563", "receiver `mail` is named by no route")],
    ),
    "same receiver twice": (
        "receivers: {chat: {}}\ndefault_receiver: chat\n"
        "routes: [{where: {a: b}, to: [chat, chat]}]",
        [("ALR565", "route names receiver `chat` twice")],
    ),
    "unused interval": (
        "receivers: {chat: {}}\ndefault_receiver: chat\n"
        "intervals: {office: {days: monday, location: UTC}}",
        [("ALR564", "interval `office` is named by no route")],
    ),
    "unknown interval": (
        routed("  - {where: {a: b}, to: [oncall, security], active: offcie}\n")
        + "intervals: {office: {days: monday, location: UTC}}",
        # That `office` is named by no route would be said of what was meant.
        [("REF252", "route names interval `offcie`, which is not defined")],
    ),
    "a route after one that takes everything": (
        routed("  - {to: oncall}\n  - {where: {a: b}, to: security}"),
        [("ALR566", "route for `a='b'` is never reached")],
    ),
    "a route after a wider list": (
        routed(
            "  - {where: {severity: {at_least: high}}, to: oncall}\n"
            "  - {where: {severity: critical, team: a}, to: security}"
        ),
        [("ALR566", "route for `severity='critical', team='a'` is never reached")],
    ),
    "a route after a wider negation": (
        routed("  - {where: {team: {not: a}}, to: oncall}\n  - {where: {team: b}, to: security}"),
        [("ALR566", "route for `team='b'` is never reached")],
    ),
    "continue on the last route": (
        routed("  - {where: {a: b}, to: [oncall, security], continue: true}"),
        [("ALR567", "`continue` of `a='b'` has no effect: it is the last")],
    ),
    "continue to routes that cannot match": (
        routed(
            "  - {where: {severity: critical}, to: oncall, continue: true}\n"
            "  - {where: {severity: warning}, to: security}"
        ),
        [
            (
                "ALR567",
                "`continue` of `severity='critical'` has no effect: "
                "no route after it can match the same alert",
            )
        ],
    ),
    "`...` beside a label": (
        routed('  - {where: {a: b}, to: [oncall, security], group_by: ["...", a]}'),
        [("ALR568", "group_by holds `...` beside other labels")],
    ),
    "a short group_interval": (
        routed("  - {where: {a: b}, to: [oncall, security], group_interval: 10s}"),
        [("ALR569", "group_interval 10s is shorter than group_wait 30s")],
    ),
    "a group_wait longer than the interval above": (
        f"{THREE_RECEIVERS}timing: {{group_interval: 1m}}\n"
        "routes: [{where: {a: b}, to: [oncall, security], group_wait: 2m}]",
        [("ALR569", "group_interval 1m is shorter than group_wait 2m")],
    ),
    "a short repeat_interval": (
        f"{THREE_RECEIVERS}timing: {{repeat_interval: 1m}}\n"
        "routes: [{where: {a: b}, to: [oncall, security]}]",
        [("ALR569", "repeat_interval 1m is shorter than group_interval 5m")],
    ),
    "not a duration": (
        routed("  - {where: {a: b}, to: [oncall, security], repeat_interval: 5}"),
        [("SCH111", "`5` is not a duration")],
    ),
}


@pytest.mark.parametrize(("text", "expected"), WRONG.values(), ids=WRONG)
def test_a_mistake_in_the_tree_is_told(text, expected):
    found = read(text)

    assert expected == list(zip(found.codes, found.messages, strict=True))


RIGHT = {
    "a narrower route first": (
        "  - {where: {a: b, c: d}, to: oncall}\n  - {where: {a: b}, to: security}"
    ),
    "a wider route that goes on": (
        "  - {to: oncall, continue: true}\n  - {where: {a: b}, to: security}"
    ),
    "a list that is only partly taken": (
        "  - {where: {a: b}, to: oncall}\n  - {where: {a: [b, c]}, to: security}"
    ),
    "a pattern that is not understood": (
        "  - {where: {a: 'b.*'}, to: oncall}\n  - {where: {a: 'bc?.*'}, to: security}"
    ),
    "a label that may be missing": (
        "  - {where: {a: {not: ''}}, to: oncall}\n  - {where: {b: c}, to: security}"
    ),
    "continue before the receivers of the route above": (
        "  - {where: {a: b}, to: [oncall, security], routes: "
        "[{where: {c: d}, to: chat, continue: true}]}"
    ),
}  # fmt: skip


@pytest.mark.parametrize("routes", RIGHT.values(), ids=RIGHT)
def test_nothing_is_told_of(routes):
    assert () == read(routed(routes)).messages


def test_an_unknown_receiver_is_a_near_miss_with_the_place_of_its_definition():
    (found,) = read(routed("  - {where: {a: b}, to: [oncall, security, chta]}")).found

    assert ("did you mean `chat`?", "`chat` is defined here") == (
        found.hint,
        found.related[0].message,
    )
    assert (0, "receivers", "chat") == found.related[0].origin.path


# --- time intervals -----------------------------------------------------------------------------

OFFICE = """
receivers: {{chat: {{}}}}
default_receiver: chat
routes: [{{where: {{a: b}}, to: chat, active: office}}]
intervals:
  office: {interval}
"""


def spans(interval: str) -> tuple[dict[str, object], ...]:
    (found,) = read(OFFICE.format(interval=interval)).ok.time_intervals
    return tuple({k: v for k, v in span.items() if k != "location"} for span in found.spans)


def times(*ranges: str) -> list[dict[str, str]]:
    return [dict(zip(("start_time", "end_time"), r.split("-"), strict=True)) for r in ranges]


@pytest.mark.parametrize(
    ("interval", "expected"),
    [
        ("days: monday..friday", [{"weekdays": ["monday:friday"]}]),
        ("days: Monday", [{"weekdays": ["monday"]}]),
        ("days: [saturday, sunday]", [{"weekdays": ["sunday", "saturday"]}]),
        ("days: saturday..monday", [{"weekdays": ["sunday:monday", "saturday"]}]),
        ("days: [monday..wednesday, tuesday..friday]", [{"weekdays": ["monday:friday"]}]),
        ("days: monday..sunday, months: 8", [{"months": ["august"]}]),
        ("months: november..january", [{"months": ["january", "november:december"]}]),
        ("months: [march, 4]", [{"months": ["march:april"]}]),
        ("years: [2025, 2027..2030]", [{"years": ["2025", "2027:2030"]}]),
        ("days_of_month: [1, 10..12, -3..-1, 27..-1]",
         [{"days_of_month": ["1", "10:12", "-3:-1", "27:-1"]}]),
        ("times: 09:00-18:00", [{"times": times("09:00-18:00")}]),
        ("times: [00:00-24:00]", [{"times": times("00:00-24:00")}]),
        ("times: [9:00-12:00, 13:30-18:00]", [{"times": times("09:00-12:00", "13:30-18:00")}]),
        # A night is the evening of its day and the morning of the next.
        (
            "days: monday..friday, times: ['22:00-06:00']",
            [
                {"times": times("22:00-24:00"), "weekdays": ["monday:friday"]},
                {"times": times("00:00-06:00"), "weekdays": ["tuesday:saturday"]},
            ],
        ),
        (
            "days: saturday, times: ['23:00-01:00']",
            [
                {"times": times("23:00-24:00"), "weekdays": ["saturday"]},
                {"times": times("00:00-01:00"), "weekdays": ["sunday"]},
            ],
        ),
        (
            "times: ['22:00-06:00']",
            [{"times": times("22:00-24:00")}, {"times": times("00:00-06:00")}],
        ),
        (
            "days: friday, times: ['12:00-13:00', '22:00-06:00']",
            [
                {"times": times("12:00-13:00", "22:00-24:00"), "weekdays": ["friday"]},
                {"times": times("00:00-06:00"), "weekdays": ["saturday"]},
            ],
        ),
        ("days: friday, times: ['22:00-00:00']",
         [{"times": times("22:00-24:00"), "weekdays": ["friday"]}]),
    ],
)  # fmt: skip
def test_an_interval_becomes_what_alertmanager_reads(interval, expected, tmp_path):
    interval = f"{{{interval}, location: Asia/Tokyo}}"
    file = tmp_path / "alertmanager.yml"
    file.write_text(
        written(a_config(OFFICE.format(interval=interval)))["alertmanager/alertmanager.yml"]
    )

    amtool_check_config(file)
    assert expected == list(spans(interval))


@pytest.mark.parametrize(
    ("interval", "code", "message"),
    [
        ("{days: monday}", "ALR582", "interval `office` has no location"),
        (
            "{days: monday, location: Asia/Tokio}",
            "ALR582",
            "interval `office`: `Asia/Tokio` is no time zone",
        ),
        ("{location: UTC}", "ALR581", "interval `office` names no times"),
        ("{days: mon, location: UTC}", "ALR581", "interval `office`: `mon` is not a day"),
        (
            "{days: monday..fryday, location: UTC}",
            "ALR581",
            "interval `office`: `fryday` is not a day",
        ),
        ("{months: 13, location: UTC}", "ALR581", "interval `office`: `13` is not a month"),
        (
            "{days_of_month: 32, location: UTC}",
            "ALR581",
            "interval `office`: `32` is not a day of the month",
        ),
        (
            "{days_of_month: 0, location: UTC}",
            "ALR581",
            "interval `office`: `0` is not a day of the month",
        ),
        (
            "{days_of_month: -1..1, location: UTC}",
            "ALR581",
            "interval `office`: `-1..1` may end before it begins",
        ),
        (
            "{days_of_month: 28..-1, location: UTC}",
            "ALR581",
            "interval `office`: `28..-1` may end before it begins",
        ),
        (
            "{years: 2030..2025, location: UTC}",
            "ALR581",
            "interval `office`: `2030..2025` may end before it begins",
        ),
        (
            "{times: 9-18, location: UTC}",
            "ALR581",
            "interval `office`: `9-18` is not a time of the day",
        ),
        (
            "{times: '09:00-24:01', location: UTC}",
            "ALR581",
            "interval `office`: `09:00-24:01` is not a time of the day",
        ),
        (
            "{times: '24:00-06:00', location: UTC}",
            "ALR581",
            "interval `office`: `24:00-06:00` is not a time of the day",
        ),
        (
            "{times: '09:00-09:00', location: UTC}",
            "ALR581",
            "interval `office`: `09:00-09:00` ends where it begins",
        ),
        (
            "{months: 1, times: '22:00-06:00', location: UTC}",
            "ALR583",
            "interval `office` has a night and `months`",
        ),
    ],
)
def test_a_mistake_in_an_interval_is_told(interval, code, message):
    found = read(OFFICE.format(interval=interval))

    assert ((code,), (message,)) == (found.codes, found.messages)


@pytest.mark.parametrize(
    ("interval", "hint"),
    [
        ("{days: monday, location: Asia/Tokio}", "did you mean `Asia/Tokyo`?"),
        ("{days: fryday, location: UTC}", "did you mean `friday`?"),
    ],
)
def test_a_near_miss_in_an_interval_is_suggested(interval, hint):
    (found,) = read(OFFICE.format(interval=interval)).found

    assert hint == found.hint


def test_time_zones_are_those_of_the_package():
    assert {"UTC", "Asia/Tokyo", "Europe/Berlin"} <= locations()


def test_intervals_need_an_alertmanager_that_knows_locations():
    text = OFFICE.format(interval="{days: monday, location: UTC}")

    assert (
        ("ALR553",),
        ("`location` of interval `office` needs Alertmanager 0.25, the target is 0.24",),
    ) == (
        read(text, a_project(version=(0, 24))).codes,
        read(text, a_project(version=(0, 24))).messages,
    )


# --- tolerance and shape ------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        "receivers: [a]\nroutes: {a: b}\nintervals: 5\nshared: x\ntiming: []\ndefault_receiver: {}",
        "receivers: {chat: null}\ndefault_receiver: chat\nroutes: [null, 5, [a]]",
        "receivers: {chat: {slack: null, email: [], webhook: 5, pagerduty: {details: 5}}}\n"
        "default_receiver: chat",
        "receivers: {chat: {slack: {fields: [5], actions: {a: b}, http_config: [], channel: {}}}}",
        "shared: {slack: 5, email: null, smtp: []}",
        "default_receiver: [a]\nroutes: [{where: [a], to: {b: c}, mute: {}, group_by: 5, "
        "routes: 7, continue: maybe}]",
        "intervals: {a: null, b: [], c: {days: {}, times: 5, location: [], months: [null]}}",
    ],
)
def test_a_document_of_another_shape_never_raises(text):
    read(text)


def schema() -> dict[str, object]:
    kinds = {key: load("receivers", key) for key in KINDS}
    properties = routing_properties(
        {key: kind.schema for key, kind in kinds.items()},
        {word: kind.shared for kind in kinds.values() for word in kind.shared_keys},
    )
    return {"$defs": {**DEFINITIONS, **routing_definitions(), "routing": mapping(properties)}}


@pytest.mark.parametrize("text", [TREE, THREE_RECEIVERS, OFFICE.format(interval="{days: monday}")])
def test_the_schema_accepts_what_is_read(text):
    (document,) = documents(text)

    assert [] == list(check_shape(document, "routing", schema()))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("routes: [{receiver: a}]", "unknown key `receiver`"),
        ("routes: [{routes: [{matchers: a}]}]", "unknown key `matchers`"),
        ("receivers: {Chat: {}}", "name `Chat` has another form"),
        ("receivers: {chat: {slak: {}}}", "unknown key `slak`"),
        ("receivers: {chat: {slack: {chanel: a}}}", "unknown key `chanel`"),
        ("receivers: {chat: {slack: {channel: }}}", "`channel` has no value"),
        ("intervals: {a: {day: monday}}", "unknown key `day`"),
        ("timing: {group_by: [a-b]}", "name `a-b` has another form"),
    ],
)
def test_the_schema_refuses(text, message):
    (document,) = documents(text)

    assert [message] == [d.message for d in check_shape(document, "routing", schema())]
