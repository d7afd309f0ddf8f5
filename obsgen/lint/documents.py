"""Which rules a file holds: Prometheus's own form, PrometheusRule objects, lists of them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from obsgen.catalogue import near
from obsgen.diagnostics import Code, Severity, finding
from obsgen.model import Reports
from obsgen.source import MappingNode, Node, Scalar, Sequence, Source

RULE_FILE: Final = Code(
    "ALR536",
    "rule-file",
    why="Prometheus refuses the whole file for one such mistake, or, worse, skips what it does not "
    "see",
    fix="Write the file as Prometheus documents it: `groups`, each with a `name` and `rules`, each "
    "rule with `alert` or `record`, and `expr`.",
)
SKIPPED_DOCUMENT: Final = Code(
    "ALR550",
    "skipped-document",
    why="Prometheus reads the first YAML document of a rule file and skips all others in silence",
    fix="Put all groups into one document, or into files of their own.",
)
NO_RULES: Final = Code(
    "OUT908",
    "no-rules",
    why="a file without rules is often another file than the one that was meant",
    fix="Name files of Prometheus rules, or PrometheusRule objects; specs are checked by "
    "`obsgen validate`. An empty file and `groups: []` are rule files, as they are to Prometheus.",
    severity=Severity.WARNING,
)
CODES: Final = (RULE_FILE, SKIPPED_DOCUMENT, NO_RULES)

# What stands beside rules in a folder: configurations, and unit tests of promtool.
_OTHER_FILES: Final = frozenset(
    {"scrape_configs", "rule_files", "global", "alerting", "tests", "evaluation_interval"}
    | {"route", "receivers"}
)
_TOP: Final = ("groups", "namespace")


def rule_groups(source: Source, report: Reports) -> Iterator[MappingNode]:
    """Yield the groups of a file, in its order."""
    plain = 0
    for document in source.documents:
        if isinstance(document, Scalar) and document.is_null:
            continue
        if not isinstance(document, MappingNode):
            report(finding(RULE_FILE, document.origin, f"the file is {document.word}, no mapping"))
            continue
        if "apiVersion" in document.entries or "kind" in document.entries:
            for groups in _of_object(document):
                yield from _groups(groups, report)
            continue
        if "groups" not in document.entries and _OTHER_FILES & document.entries.keys():
            continue
        plain += 1
        if plain > 1:
            message = "Prometheus reads the first document only: this one is skipped"
            report(finding(SKIPPED_DOCUMENT, document.origin, message))
        check_keys(document, _TOP, "a rule file", report)
        if (found := document.get("groups")) is not None:
            yield from _groups(found, report)


def is_rule_file(source: Source) -> bool:
    """Say whether a file holds groups, or nothing at all yet."""
    documents = [d for d in source.documents if not isinstance(d, Scalar) or not d.is_null]
    return not source.documents or any(
        isinstance(document, MappingNode)
        and ("groups" in document.entries or any(True for _ in _of_object(document)))
        for document in documents
    )


def _of_object(document: MappingNode) -> Iterator[Node]:
    """Yield the `groups` of Kubernetes objects; objects of other kinds hold none."""
    kind = document.get("kind")
    word = kind.text if isinstance(kind, Scalar) else ""
    if word.endswith("List"):
        items = document.get("items")
        for item in items.items if isinstance(items, Sequence) else ():
            if isinstance(item, MappingNode):
                yield from _of_object(item)
    elif word in {"PrometheusRule", "VMRule", "GlobalRules", "Rules", "ClusterRules"}:
        spec = document.get("spec")
        groups = spec.get("groups") if isinstance(spec, MappingNode) else None
        if groups is not None:
            yield groups


def _groups(node: Node, report: Reports) -> Iterator[MappingNode]:
    if isinstance(node, Scalar) and node.is_null:
        return
    if not isinstance(node, Sequence):
        report(finding(RULE_FILE, node.origin, f"`groups` is {node.word}, no list"))
        return
    for item in node.items:
        if isinstance(item, MappingNode):
            yield item
        else:
            report(finding(RULE_FILE, item.origin, f"a group is a mapping, found {item.word}"))


def check_keys(node: MappingNode, known: tuple[str, ...], what: str, report: Reports) -> None:
    """Report the keys that Prometheus does not know."""
    for key, entry in node.entries.items():
        if key not in known:
            guess = near(key, known)
            hint = f"did you mean `{guess}`?" if guess else ""
            message = f"{what} has no key `{key}`"
            report(finding(RULE_FILE, entry.key.origin.key(), message, hint))
