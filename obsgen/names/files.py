"""Paths of generated files, below the folder of their output."""

from __future__ import annotations


def rule_file(service: str, part: str = "") -> str:
    """Name a service's rules, or a part of them, below `prometheus/`."""
    return f"rules/{service}{f'.{part}' if part else ''}.rules.yml"


def rule_test_file(service: str, part: str = "") -> str:
    """Name the unit tests of a service's rules, or of a part of them, below `prometheus/`."""
    return f"tests/{service}{f'.{part}' if part else ''}.test.yml"


def runbook_page(service: str, alert: str) -> str:
    """Name the page that helps with an alert, below the folder of all runbooks."""
    return f"{service}/{alert}.md"


def runbook_index(service: str = "") -> str:
    """
    Name the list of a service's runbooks, or of all.

    No alert is called `index`, no service `README.md`; forges show a README with its folder.
    """
    return f"{service}/index.md" if service else "README.md"
