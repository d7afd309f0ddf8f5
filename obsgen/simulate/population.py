"""Who is there: targets out of the scrape jobs, and what each of them exposes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Final

from obsgen.catalogue import Metric, scrape_metrics
from obsgen.matchers import Matcher
from obsgen.model import Service
from obsgen.simulate.caps import capped
from obsgen.simulate.families import Family, Size, family_of, kinds_of
from obsgen.simulate.habits import USUAL, Habits
from obsgen.simulate.kinds import KINDS, Labels
from obsgen.simulate.values import examples, values_of
from obsgen.simulate.vocabulary import NO_WORDS, Vocabulary

_USUAL_SIZE: Final = Size()
_OF_THE_SERVER: Final = frozenset(scrape_metrics((), ()))
_OF_THE_PROCESS: Final = "process_start_time_seconds"

# What exporters call their metrics, and what people call the jobs that scrape them.
_EXPORTERS: Final = {"pg": "postgres", "container": "cadvisor", "probe": "blackbox"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """
    A process that is scraped: the labels that the scrape adds, and what it exposes.

    Attributes:
        kinds: How many kinds of events it counts.
    """

    labels: Labels
    families: tuple[Family, ...]
    kinds: int = KINDS


def populate(
    service: Service,
    size: Size = _USUAL_SIZE,
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
    kinds = kinds_of(metrics, size)
    exposed: dict[_Job, list[Family]] = {job: [] for job in _declared(service)}
    for metric in metrics:
        bad = (failing or {}).get(metric.name, ())
        habit = USUAL if habits is None else habits.of(metric)
        family = capped(family_of(metric, size, bad, habit, kinds), kinds)
        for job in _jobs_of(metric, tuple(exposed), service, metrics):
            exposed.setdefault(job, []).append(family)
    return tuple(
        Target(labels=labels, families=tuple(families), kinds=kinds)
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
            is_whole = (metric.name, label) in vocabulary.whole
            others = 0 if is_whole else max(0, size.values - len(asked))
            usual = values_of(metric, label, metric.scope, wanted=others)
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
