"""The blackbox exporter: its modules, and the scrape jobs that ask it."""

from __future__ import annotations

from typing import Any

from obsgen.artefacts import OutputFile, Probe, PrometheusConfig
from obsgen.outputs.yaml import dump, generated_from


def blackbox_file(config: PrometheusConfig) -> OutputFile:
    """Return blackbox.yml: a module for each way in which targets are asked."""
    modules = {probe.module_name: probe.module for probe in config.probes}
    return OutputFile(
        path="blackbox/blackbox.yml",
        data=dump({"modules": dict(sorted(modules.items()))}, generated_from(config.sources)),
        sources=config.sources,
    )


def probe_job(probe: Probe, config: PrometheusConfig) -> dict[str, Any]:
    """
    Return the scrape job of a probe.

    The target becomes a parameter and the label `instance`, and the exporter is asked in its place
    (Prometheus documentation, "Understanding and using the multi-target exporter pattern").
    """
    found: dict[str, Any] = {"job_name": probe.job}
    if probe.interval != config.scrape_interval:
        found["scrape_interval"] = probe.interval
    static = {"targets": [probe.target], "labels": dict(probe.series_labels)}
    return {
        **found,
        "scrape_timeout": probe.scrape_timeout,
        "metrics_path": "/probe",
        "params": {"module": [probe.module_name]},
        "static_configs": [static],
        "relabel_configs": [
            {"source_labels": ["__address__"], "target_label": "__param_target"},
            {"source_labels": ["__param_target"], "target_label": "instance"},
            {"target_label": "__address__", "replacement": config.blackbox},
        ],
    }
