"""Prometheus: rules and their unit tests by service, and prometheus.yml."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from obsgen import names
from obsgen.artefacts import (
    AlertingRule,
    Compiled,
    OutputFile,
    PrometheusConfig,
    RecordingRule,
    RuleFile,
    RuleGroup,
    ScrapeJob,
)
from obsgen.outputs.blackbox import blackbox_file, probe_job
from obsgen.outputs.rule_tests import rule_test_file
from obsgen.outputs.yaml import dump, generated_from


def files(compiled: Compiled) -> Iterator[OutputFile]:
    """Yield the files below `prometheus/`, and what the exporter of its probes needs."""
    for rule_file in compiled.rule_files:
        yield _rule_file(rule_file)
    for tests in compiled.rule_tests:
        yield rule_test_file(tests)
    yield _config(compiled.prometheus, has_rules=bool(compiled.rule_files))
    if compiled.prometheus.probes:
        yield blackbox_file(compiled.prometheus)


def _rule_file(rule_file: RuleFile) -> OutputFile:
    data = {"groups": [group_data(group) for group in rule_file.groups]}
    return OutputFile(
        path=f"prometheus/{names.rule_file(rule_file.service, rule_file.part)}",
        data=dump(data, generated_from(rule_file.sources)),
        sources=rule_file.sources,
    )


def group_data(group: RuleGroup) -> dict[str, Any]:
    """Return a group of rules as rule files hold it."""
    interval = {"interval": group.interval} if group.interval.ms else {}
    return {"name": group.name, **interval, "rules": [_rule(rule) for rule in group.rules]}


def _rule(rule: RecordingRule | AlertingRule) -> dict[str, Any]:
    if isinstance(rule, RecordingRule):
        return {"record": rule.record, "expr": rule.expr, "labels": dict(rule.labels)}
    waits = {"for": rule.for_, "keep_firing_for": rule.keep_firing_for}
    return {
        "alert": rule.alert,
        "expr": rule.expr,
        **{key: wait for key, wait in waits.items() if wait.ms},
        "labels": dict(rule.labels),
        "annotations": dict(rule.annotations),
    }


def _config(config: PrometheusConfig, *, has_rules: bool) -> OutputFile:
    global_: dict[str, Any] = {
        "scrape_interval": config.scrape_interval,
        "evaluation_interval": config.evaluation_interval,
    }
    if config.external_labels:
        global_["external_labels"] = dict(config.external_labels)
    data: dict[str, Any] = {"global": global_}
    if has_rules:
        data["rule_files"] = ["rules/*.rules.yml"]
    if config.alertmanagers:
        targets = [{"targets": list(config.alertmanagers)}]
        data["alerting"] = {"alertmanagers": [{"static_configs": targets}]}
    if config.jobs or config.probes:
        jobs = [_job(job, config) for job in config.jobs]
        data["scrape_configs"] = [*jobs, *(probe_job(probe, config) for probe in config.probes)]
    retention = (
        f"The SLOs need samples of {config.retention}: start the server with",
        f"--storage.tsdb.retention.time={config.retention}",
    )
    return OutputFile(
        path="prometheus/prometheus.yml",
        data=dump(data, (*generated_from(config.sources), *retention)),
        sources=config.sources,
    )


def _job(job: ScrapeJob, config: PrometheusConfig) -> dict[str, Any]:
    found: dict[str, Any] = {"job_name": job.job}
    if job.interval != config.scrape_interval:
        found["scrape_interval"] = job.interval
    if job.scheme:
        found["scheme"] = job.scheme
    if job.path:
        found["metrics_path"] = job.path
    static: dict[str, Any] = {"targets": list(job.targets)}
    if job.labels:
        static["labels"] = dict(job.labels)
    found["static_configs"] = [static]
    return found
