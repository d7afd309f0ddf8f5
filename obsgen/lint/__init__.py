"""
Plain Prometheus rule files and PrometheusRule objects, read so that the checks can look at them.

What stands in the files becomes the same artefacts that specs compile to; whoever checks them does
not know where they come from.
"""

from __future__ import annotations

from obsgen.lint.build import LintOptions, lint

__all__ = ["LintOptions", "lint"]
