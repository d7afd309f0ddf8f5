"""
Who is there: targets out of the scrape jobs, and the label sets that each of them counts under.

Label sets are spread evenly over all that the declared labels allow, so that no label stands still;
the failing ones are those of the bad events, which a metric declares (`bad`), whoever simulates
says, or the values themselves tell (`500`, `timeout`).
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Final

from obsgen.catalogue import Metric, scrape_metrics
from obsgen.matchers import Matcher
from obsgen.model import Service
from obsgen.simulate.habits import USUAL, Habit, Habits
from obsgen.simulate.values import examples, failed_among, values_of
from obsgen.simulate.vocabulary import NO_WORDS, Vocabulary

Labels = Mapping[str, str]

_OF_THE_SERVER: Final = frozenset(scrape_metrics((), ()))
_SPENT: Final = frozenset({"tokens", "cost", "money"})
_OF_THE_PROCESS: Final = "process_start_time_seconds"
_ERROR_WORDS: Final = frozenset({"error", "errors", "failed", "failures", "exceptions"})

# What exporters call their metrics, and what people call the jobs that scrape them.
_EXPORTERS: Final = {"pg": "postgres", "container": "cadvisor", "probe": "blackbox"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Family:
    """
    A metric as a target exposes it: the label sets of what goes well and of what fails.

    Attributes:
        habit: What it is like on a good day.
    """

    metric: Metric
    healthy: tuple[Labels, ...]
    failing: tuple[Labels, ...]
    habit: Habit = USUAL

    @property
    def is_spent(self) -> bool:
        """Whether it counts money, or what money is paid for."""
        metric = self.metric
        words = {metric.role, metric.unit.name, metric.unit.dimension}
        return self.habit.is_paid_for or not words.isdisjoint(_SPENT)


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """A process that is scraped: the labels that the scrape adds, and what it exposes."""

    labels: Labels
    families: tuple[Family, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Size:
    """
    How many of each.

    Attributes:
        targets: Instances of a job whose targets the spec does not name.
        healthy: Label sets of one metric on one target that do not fail, at most.
        failing: Those that do, at most.
        values: Of a label that declares none, at least.
    """

    targets: int = 3
    healthy: int = 8
    failing: int = 3
    values: int = 1


def populate(
    service: Service,
    size: Size = Size(),
    failing: Mapping[str, tuple[Matcher, ...]] | None = None,
    *,
    vocabulary: Vocabulary = NO_WORDS,
    habits: Habits | None = None,
) -> tuple[Target, ...]:
    """
    Return the targets of a service, those of one job beside each other.

    Args:
        failing: By metric, the matchers of what fails, where the metric does not declare them.
        vocabulary: Values of labels beside those that are declared.
        habits: What metrics are like on a good day.
    """
    metrics = [
        _spoken(metric, vocabulary, size)
        for name, metric in service.catalogue.metrics.items()
        if name not in _OF_THE_SERVER
        and name != _OF_THE_PROCESS
        and not metric.recorded
        # OpenMetrics text cannot say them.
        and metric.type != "native_histogram"
    ]
    exposed: dict[_Job, list[Family]] = {job: [] for job in _declared(service)}
    for metric in metrics:
        family = _family(metric, size, (failing or {}).get(metric.name, ()))
        if habits is not None:
            family = replace(family, habit=habits.of(metric))
        for job in _jobs_of(metric, tuple(exposed), service, metrics):
            exposed.setdefault(job, []).append(family)
    return tuple(
        Target(labels=labels, families=tuple(families))
        for job, families in exposed.items()
        for labels in job.targets(size.targets)
    )


def _spoken(metric: Metric, vocabulary: Vocabulary, size: Size) -> Metric:
    """Return a metric whose labels have words where somebody knows of some."""
    labels = dict(metric.labels)
    for label, declared in metric.labels.items():
        if declared:
            continue
        asked = vocabulary.words(metric.name, label)
        if only := vocabulary.only.get(label):
            labels[label] = only
        elif asked:
            usual = values_of(metric, label, metric.scope, wanted=max(0, size.values - len(asked)))
            labels[label] = tuple(dict.fromkeys((*asked, *usual)))
    return metric if labels == metric.labels else replace(metric, labels=labels)


# --- targets -----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Job:
    """A scrape job; its labels as pairs, so that equal jobs are one."""

    name: str
    labels: tuple[tuple[str, str], ...]
    instances: tuple[str, ...] = field(compare=False, default=())

    def targets(self, count: int) -> Iterator[Labels]:
        made_up = tuple(f"{self.name}-{number}:8080" for number in range(1, count + 1))
        for instance in self.instances or made_up:
            yield {"instance": instance, "job": self.name, **dict(self.labels)}

    def fits(self, metric: Metric) -> bool:
        """Say whether the scope of a metric takes the job's targets."""
        labels = {"job": self.name, **dict(self.labels)}
        return all(m.matches(labels[m.label]) for m in metric.scope if m.label in labels)


def _declared(service: Service) -> Iterator[_Job]:
    for job in service.scrape:
        yield _Job(job.job, tuple(sorted(job.labels.items())), job.targets)


def _jobs_of(
    metric: Metric, jobs: tuple[_Job, ...], service: Service, metrics: list[Metric]
) -> tuple[_Job, ...]:
    """Return the jobs that expose a metric: those of its scope, or those that sound like it."""
    if _narrows_job(metric):
        fitting = tuple(job for job in jobs if job.fits(metric))
        return fitting or tuple(_made_up(metric, service))
    scoped = [other for other in metrics if _narrows_job(other)]
    free = [job for job in jobs if not any(job.fits(other) for other in scoped)] or list(jobs)
    prefix = metric.name.split("_")[0]
    word = _EXPORTERS.get(prefix, prefix)
    alike = tuple(job for job in free if word in job.name)
    return alike or tuple(free) or tuple(_made_up(metric, service))


def _narrows_job(metric: Metric) -> bool:
    return any(m.label == "job" for m in metric.scope)


def _made_up(metric: Metric, service: Service) -> Iterator[_Job]:
    """Yield jobs for the scope of a metric that no scrape job of the spec fits."""
    own = tuple(m for m in metric.scope if m.label in metric.target_labels)
    names = tuple(text for m in own if m.label == "job" for text in examples(m))
    others = [label for label in metric.target_labels if label not in {"job", "instance"}]
    labels = {label: values_of(metric, label, own, wanted=1) for label in others}
    pairs = tuple(sorted((label, values[0]) for label, values in labels.items() if values))
    for name in names or (service.name,):
        yield _Job(name, pairs)


# --- label sets --------------------------------------------------------------------------------


def _family(metric: Metric, size: Size, failing: tuple[Matcher, ...]) -> Family:
    bad = failing or metric.bad or _sounding_bad(metric)
    words = set(metric.name.split("_"))
    if metric.role == "errors" or (words & _ERROR_WORDS and not bad):
        every = _label_sets(metric, metric.scope, (), size.healthy + size.failing, size.values)
        return Family(metric=metric, healthy=(), failing=every)
    return Family(
        metric=metric,
        healthy=_label_sets(metric, metric.scope, bad, size.healthy, size.values),
        failing=_label_sets(metric, (*metric.scope, *bad), (), size.failing, size.values)
        if bad
        else (),
    )


def _sounding_bad(metric: Metric) -> tuple[Matcher, ...]:
    for label in metric.labels:
        values = values_of(metric, label, metric.scope, wanted=1)
        if found := failed_among(label, values):
            return found
    return ()


def _label_sets(
    metric: Metric,
    matchers: tuple[Matcher, ...],
    without: tuple[Matcher, ...],
    count: int,
    least: int,
) -> tuple[Labels, ...]:
    """Return label sets that pass all *matchers*, and not all of *without*."""
    passing: list[Labels] = []
    for wanted in itertools.takewhile(
        lambda w: w <= max(count, least), (least * 2**p for p in itertools.count())
    ):
        values = {
            label: values_of(metric, label, matchers, wanted=wanted) for label in metric.labels
        }
        passing = [
            labels
            for labels in _spread(values, 2 * count)
            if not without or not all(m.matches(labels.get(m.label, "")) for m in without)
        ]
        if len(passing) >= count:
            break
    return tuple(passing[:count])


def _spread(values: Mapping[str, tuple[str, ...]], count: int) -> Iterator[Labels]:
    """Yield so many combinations, or all there are, each label going through all its values."""
    every = math.prod(map(len, values.values()))
    # A step without a common divisor meets every combination once, and never skips a value.
    steps = (step for step in itertools.count(max(1, every // count)) if math.gcd(step, every) == 1)
    step = next(steps) if every else 0
    for place in range(min(count, every)):
        rest = place * step % every
        combination = {}
        for label, words in values.items():
            rest, index = divmod(rest, len(words))
            combination[label] = words[index]
        yield {label: value for label, value in sorted(combination.items()) if value}
