"""
The alerts of probes, as an author would write them: each becomes one of an ordinary kind.

What is made here are nodes with the place of what asks for them, so that texts, labels and tests
are read, checked and proven as those of every other alert.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Final

from obsgen import names
from obsgen.diagnostics import Code, Origin, finding
from obsgen.model import Alert, ProbeSettings
from obsgen.promql import quote
from obsgen.reader.alerts import AlertReader
from obsgen.reader.documents import Documents
from obsgen.reader.measures import ServiceReader
from obsgen.reader.names import twice
from obsgen.reader.probes import SUCCESS, ReadProbe, of_probe
from obsgen.reader.shape import missing_key
from obsgen.reader.sinks import Guard
from obsgen.reader.values import read_wait
from obsgen.schema.probes import COMMON
from obsgen.source import Entry, MappingNode, Node, Scalar, Sequence
from obsgen.units import Duration

NOT_FOR_THIS_PROBE: Final = Code(
    "ALR624",
    "alert-without-metric",
    why="a probe of this kind never exposes what the alert asks: it would be silent for ever",
    fix="`certificate` needs a target with TLS, `body` a pattern of an `http` probe, `status` an "
    "`http` probe. Leave the alert out, or change the probe.",
)
CODES: Final = (NOT_FOR_THIS_PROBE,)

_STATUS: Final = "probe_http_status_code"
_FIRST_REDIRECT: Final = "300"
_USUAL_CERTIFICATE: Final = "14d"
_WRONG_CODES: Final = (503, 500, 404, 302, 200, 100)
_A_WHILE: Final = Duration(300_000)


@dataclass(frozen=True, slots=True)
class _Maker:
    """Makes nodes that stand where another one does."""

    at: Node

    def text(self, text: str) -> Scalar:
        return Scalar(
            text=text, style='"', origin=self.at.origin, start=self.at.start, end=self.at.end
        )

    def mapping(self, values: Mapping[str, Node | str]) -> MappingNode:
        made = {k: self.text(v) if isinstance(v, str) else v for k, v in values.items()}
        entries = {key: Entry(self.text(key), value) for key, value in made.items()}
        origin, start, end = self.at.origin, self.at.start, self.at.end
        return MappingNode(entries=entries, origin=origin, start=start, end=end)

    def sequence(self, items: Iterable[Node]) -> Sequence:
        origin, start, end = self.at.origin, self.at.start, self.at.end
        return Sequence(items=tuple(items), origin=origin, start=start, end=end)


@dataclass(frozen=True, slots=True)
class _Asked:
    """An alert of a probe that was asked for."""

    read: ReadProbe
    node: MappingNode
    wait: Duration

    @property
    def make(self) -> _Maker:
        return _Maker(self.node)

    @property
    def settings(self) -> ProbeSettings:
        return self.read.settings

    def threshold(self, key: str, metric: str, word: str, limit: Node | str) -> MappingNode:
        """Return a condition: `{value: METRIC, above: LIMIT}`."""
        return self.make.mapping({key: metric, word: limit})


_Body = Mapping[str, Node]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Template:
    """
    What an alert of a probe is called, and what it becomes.

    Attributes:
        wait: Its `for`, unless given.
        summary: Its summary, unless given; `%p` is the probe, `%t` its target.
        problem: Says why a probe cannot have it, and what to write; or nothing.
        body: The kind of alert that it becomes, and `tests` where that cannot be played.
    """

    name: str
    wait: str
    summary: str
    body: Callable[[_Asked], _Body]
    problem: Callable[[ProbeSettings], tuple[str, str] | None] = lambda _: None


def _down(asked: _Asked) -> _Body:
    given = asked.node.get("or_absent")
    absent = given if isinstance(given, Scalar) else asked.make.text("true")
    return {"down": asked.make.mapping({"metric": SUCCESS, "or_absent": absent})}


def _slow(asked: _Asked) -> _Body:
    limit = asked.node.get("above")
    if limit is None:
        return {}
    return {"threshold": asked.threshold("value", "probe_duration_seconds", "above", limit)}


def _certificate(asked: _Asked) -> _Body:
    limit = asked.node.get("below") or asked.make.text(_USUAL_CERTIFICATE)
    return {"threshold": asked.threshold("until", "probe_ssl_earliest_cert_expiry", "below", limit)}


def _content(asked: _Asked) -> _Body:
    conditions = [
        asked.threshold("value", metric, "equals", "1") for metric in asked.settings.content_metrics
    ]
    if len(conditions) == 1:
        return {"threshold": conditions[0]}
    return {"any_of": asked.make.sequence(conditions)}


def _status(asked: _Asked) -> _Body:
    """
    Return what tells a status that is not as it should be; 0, no answer at all, is none.

    Several codes are no single limit: the expression is written out, with tests of its own.
    """
    codes = asked.settings.status_codes
    if not codes:
        return {"threshold": asked.threshold("value", _STATUS, "at_least", _FIRST_REDIRECT)}
    probe, make = asked.read.probe, asked.make
    labels = f"service={quote(probe.service)},{names.PROBE_LABEL}={quote(probe.name)}"
    expr = f"{_STATUS}{{{labels}}} > 0{''.join(f' != {code}' for code in codes)}"
    wrong = next(code for code in _WRONG_CODES if code not in codes)
    times = Duration(asked.wait.ms + _A_WHILE.ms)
    tests = (
        _test(make, str(wrong), {str(times): "firing"}),
        *(_test(make, str(code), {str(times): "quiet"}) for code in (0, *codes)),
    )
    return {"expr": make.text(expr), "tests": make.sequence(tests)}


def _test(make: _Maker, value: str, expected: Mapping[str, str]) -> MappingNode:
    given = make.mapping({"metric": _STATUS, "value": value})
    return make.mapping({"given": make.sequence([given]), "expect": make.mapping(expected)})


def _without_tls(settings: ProbeSettings) -> tuple[str, str] | None:
    hint = "write an https:// URL, or `tls: true` where the kind has it"
    return None if settings.has_certificate else ("its target shows no certificate", hint)


def _without_demand(settings: ProbeSettings) -> tuple[str, str] | None:
    hint = "write `body: PATTERN` of an `http` probe; what a `tcp` probe expects, `down` tells"
    problem = "it demands nothing of what an answer holds"
    return None if settings.content_metrics else (problem, hint)


def _without_status(settings: ProbeSettings) -> tuple[str, str] | None:
    hint = "write `down` instead, or a probe of the kind `http`"
    return None if settings.has_status else ("its answer has no status code", hint)


_TEMPLATES: Final[Mapping[str, _Template]] = {
    "down": _Template(
        name="ProbeDown", wait="2m", summary="Probe %p fails or is not asked%t", body=_down
    ),
    "slow": _Template(
        name="ProbeSlow",
        wait="5m",
        summary="Probe %p takes {value}, more than {limit}%t",
        body=_slow,
    ),
    "certificate": _Template(
        name="ProbeCertificateExpires",
        wait="1h",
        summary="A certificate that probe %p sees expires in {value}%t",
        body=_certificate,
        problem=_without_tls,
    ),
    "body": _Template(
        name="ProbeContentWrong",
        wait="2m",
        summary="The answer to probe %p does not hold what it must%t",
        body=_content,
        problem=_without_demand,
    ),
    "status": _Template(
        name="ProbeStatusWrong",
        wait="2m",
        summary="The answer to probe %p has status {{ $value }}%t",
        body=_status,
        problem=_without_status,
    ),
}


def read_probe_alerts(
    probes: Iterable[ReadProbe], reader: ServiceReader, team: str, documents: Documents
) -> Iterator[Alert]:
    """Yield the alerts that probes ask for, each read within the series of its probe."""
    for read in probes:
        catalogue = of_probe(reader.catalogue, read.probe)
        own = replace(reader, catalogue=catalogue)
        alerts = read.node.get("alerts")
        entries = alerts.entries if isinstance(alerts, MappingNode) else {}
        for key, template in _TEMPLATES.items():
            entry = entries.get(key)
            if entry is None or not isinstance(entry.value, MappingNode):
                continue
            node = _written(template, read, entry, own)
            if node is None:
                continue
            guard = Guard(own, documents)
            alert = AlertReader(own, team).read(node, template.name)
            guard.check(alert, entry.value, f"alert `{key}` of probe `{read.probe.name}`")
            if alert is not None:
                yield replace(alert, tells=(names.PROBE_LABEL,))


def _written(
    template: _Template, read: ReadProbe, entry: Entry, reader: ServiceReader
) -> MappingNode | None:
    """Return the alert as an author would write it, or None where it cannot be had."""
    key, node = entry.key.text, entry.value
    if not isinstance(node, MappingNode):
        return None
    if problem := template.problem(read.settings):
        message = f"probe `{read.probe.name}` cannot have the alert `{key}`: {problem[0]}"
        hint = problem[1]
        reader.report(finding(NOT_FOR_THIS_PROBE, entry.key.origin, message, hint))
        return None
    make = _Maker(node)
    given = node.get("for")
    waits = make.text(template.wait) if given is None else given
    asked = _Asked(read, node, read_wait(waits, lambda _: None))
    body = template.body(asked)
    if not body:
        subject = f"alert `{key}` of probe `{read.probe.name}`"
        reader.report(missing_key(node.origin, "above", "add `above: 2s`", subject=subject))
        return None
    common = {k: e.value for k, e in node.entries.items() if k in COMMON or k.startswith("x-")}
    labels = node.get("labels")
    entries = labels.entries if isinstance(labels, MappingNode) else {}
    own = {**{k: e.value for k, e in entries.items()}, names.PROBE_LABEL: read.probe.name}
    texts = {"summary": make.text(_summary(template.summary, read))}
    return make.mapping(
        {
            "name": template.name,
            **body,
            **texts,
            **common,
            "for": waits,
            "labels": _Maker(labels or node).mapping(own),
        }
    )


def _summary(text: str, read: ReadProbe) -> str:
    """Fill in the probe and its target, unless that would be read as a template."""
    target = read.probe.target
    shown = "" if {"{", "}"} & set(target) else f": {target}"
    return text.replace("%p", read.probe.name).replace("%t", shown)


def named_like(
    alerts: Iterable[tuple[MappingNode, str]], made: Iterable[Alert], reader: ServiceReader
) -> None:
    """Report alerts of the author's own that are called as those of probes are."""
    first: dict[str, Origin] = {}
    for alert in made:
        first.setdefault(alert.name, alert.origin)
    for node, name in alerts:
        if name in first:
            reader.report(twice(f"alert `{name}`", node.origin / "name", first[name]))
