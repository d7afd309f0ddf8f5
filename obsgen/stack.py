"""
The generated configuration, bent for a stack in which nothing real is reached.

What stands in `generated/` stays what ships; of three files a stack needs another version:

- Prometheus scrapes simulated targets through the simulator as a proxy, so that every `job` and
  `instance` stays what the specs say, without a name that resolves and with one open port. Probes
  of what the blackbox exporter cannot reach there are answered by the simulator, too.
- The blackbox exporter asks plain HTTP through the same proxy.
- Alertmanager's routes stay; each integration of each receiver becomes a webhook to the sink. A
  demonstration must never page anybody, and e-mail, chat and pagers need no secrets this way.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import yaml

from obsgen.artefacts import OutputFile
from obsgen.outputs.yaml import dump

OWN: Final = ("prometheus", "alertmanager", "blackbox-exporter", "grafana", "loki", "tempo")
"""Hosts that are real in the stack."""

_PROMETHEUS: Final = "prometheus/prometheus.yml"
_ALERTMANAGER: Final = "alertmanager/alertmanager.yml"
_BLACKBOX: Final = "blackbox/blackbox.yml"
_RULES: Final = re.compile(r"prometheus/rules/.+\.rules\.yml")
_BESIDE: Final = re.compile(r"prometheus/rules/.+|alertmanager/templates/.+")
_NAME: Final = re.compile(r"[a-zA-Z_:][a-zA-Z0-9_:]*")
_AT_ONCE: Final = 2
"""Files of a level: the `-P` of docker-compose.yml."""
_HEAD: Final = "Made by `obsgen stack` for a stack with simulated targets. Not what ships."


@dataclass(frozen=True, slots=True, kw_only=True)
class Stack:
    """
    Where things are.

    Attributes:
        simulator, sink: URLs without a path.
        without: Names of scrape jobs, and paths of files, that are left out.
        at: Where a host with its port really is, as `127.0.0.1:9090`, where names do not resolve.
    """

    simulator: str
    sink: str
    at: Mapping[str, str] = field(default_factory=dict)
    without: frozenset[str] = frozenset()


def stack_files(files: Iterable[OutputFile], stack: Stack) -> dict[str, bytes]:
    """Return what its servers read, by path, and the recording rules in a folder for each level."""
    found: dict[str, bytes] = {}
    bends = {_PROMETHEUS: _prometheus, _ALERTMANAGER: _alertmanager, _BLACKBOX: _blackbox}
    groups: list[dict[str, Any]] = []
    for file in (file for file in files if file.path not in stack.without):
        if bend := bends.get(file.path):
            document = yaml.safe_load(file.data)
            bend(document, stack)
            found[file.path] = _written(document)
        elif _BESIDE.fullmatch(file.path):
            found[file.path] = file.data
        if _RULES.fullmatch(file.path):
            groups.extend(yaml.safe_load(file.data)["groups"])
    # The exporter of a stack is started all the same, and does not start without its file.
    found.setdefault(_BLACKBOX, _written({"modules": {}}))
    for number, level in enumerate(levels(groups), 1):
        for part, rules in enumerate(_parts(level), 1):
            found[f"levels/{number:02}/{part}/level.yml"] = _written({"groups": rules})
    return found


def _written(document: Any) -> bytes:  # noqa: ANN401 (a YAML document)
    return dump(document, (_HEAD,))


# --- Prometheus and the blackbox exporter ----------------------------------------------------


def _prometheus(document: dict[str, Any], stack: Stack) -> None:
    jobs = document.get("scrape_configs", ())
    document["scrape_configs"] = [job for job in jobs if job["job_name"] not in stack.without]
    for job in document["scrape_configs"]:
        probed = job.get("params", {}).get("module") and job.get("metrics_path") == "/probe"
        targets = [each for static in job["static_configs"] for each in static["targets"]]
        is_reached = all(each.startswith("http://") for each in targets)
        if probed:
            # Else the exporter would ask for names that only the specs know, or the real world.
            if not is_reached:
                job["proxy_url"] = stack.simulator
            for rule in job["relabel_configs"]:
                if rule.get("target_label") == "__address__":
                    rule["replacement"] = stack.at.get(rule["replacement"], rule["replacement"])
        elif not all(each.rpartition(":")[0] in OWN for each in targets):
            job["proxy_url"] = stack.simulator
            job.pop("scheme", None)  # the simulator has no certificates
        else:
            job["static_configs"] = [_moved(s, stack) for s in job["static_configs"]]
    for each in document.get("alerting", {}).get("alertmanagers", ()):
        for static in each.get("static_configs", ()):
            static["targets"] = [stack.at.get(name, name) for name in static["targets"]]


def _moved(static: dict[str, Any], stack: Stack) -> dict[str, Any]:
    """Return targets where they really are, under the name that the specs give them."""
    if len(static["targets"]) != 1 or (name := static["targets"][0]) not in stack.at:
        return static
    labels = {**static.get("labels", {}), "instance": name}
    return {**static, "targets": [stack.at[name]], "labels": labels}


def _blackbox(document: dict[str, Any], stack: Stack) -> None:
    for module in document.get("modules", {}).values():
        if module.get("prober") == "http":
            own = module.setdefault("http", {})
            # The names of simulated targets resolve nowhere.
            own |= {"proxy_url": stack.simulator, "skip_resolve_phase_with_proxy": True}


# --- Alertmanager ----------------------------------------------------------------------------


def _alertmanager(document: dict[str, Any], stack: Stack) -> None:
    document.pop("global", None)
    for receiver in document.get("receivers", ()):
        kinds = [key for key in receiver if key.endswith("_configs")]
        hooks = []
        for kind in kinds:
            word = kind.removesuffix("_configs")
            for config in receiver.pop(kind):
                url = f"{stack.sink}/{receiver['name']}/{word}"
                hooks.append({"url": url, "send_resolved": config.get("send_resolved", True)})
        if hooks:
            receiver["webhook_configs"] = hooks


# --- rules -----------------------------------------------------------------------------------


def _parts(level: Sequence[dict[str, Any]]) -> list[list[dict[str, Any]]]:
    """
    Deal the rules of a level out to files: none reads another, so they may run at once.

    All files have one name, which tells when in its interval a group is evaluated: what is recorded
    at a level is then there at the very moments at which the next one reads it.
    """
    rules = [(group, rule) for group in level for rule in group["rules"]]
    hands = (rules[first::_AT_ONCE] for first in range(min(_AT_ONCE, len(rules))))
    return [_grouped(hand) for hand in hands]


def levels(groups: Iterable[Mapping[str, Any]]) -> list[list[dict[str, Any]]]:
    """
    Return recording rules in levels: each reads only what scrapes bring, or levels before it.

    `promtool tsdb create-blocks-from rules` asks a server, which must have what is read already.
    """
    rules = [(group, rule) for group in groups for rule in group["rules"] if "record" in rule]
    reads = [frozenset(_NAME.findall(str(rule["expr"]))) for _, rule in rules]
    records = {rule["record"] for _, rule in rules}
    # What one SLO takes over from another has the same name: it comes after all others of the name.
    taken = {
        rule["record"]
        for (_, rule), read in zip(rules, reads, strict=True)
        if _is_taken(rule, read)
    }
    height = dict.fromkeys(records, 1)
    # Each name is one higher than what it reads, and two if it takes over; what gets higher than
    # all of them together goes round in circles.
    most = 2 * len(records)
    for _ in range(most):
        before = dict(height)
        for (_, rule), read in zip(rules, reads, strict=True):
            below = [height[name] for name in read & records if name != rule["record"]]
            least = 1 + max(below, default=0) + (rule["record"] in taken)
            height[rule["record"]] = max(height[rule["record"]], least)
        if height == before or max(height.values(), default=0) > most:
            break
    found: dict[int, list[tuple[Mapping[str, Any], dict[str, Any]]]] = {}
    for (group, rule), read in zip(rules, reads, strict=True):
        is_before = rule["record"] in taken and not _is_taken(rule, read)
        found.setdefault(height[rule["record"]] - is_before, []).append((group, rule))
    return [_grouped(found[number]) for number in sorted(found)]


def _is_taken(rule: Mapping[str, Any], read: frozenset[str]) -> bool:
    """Say whether a rule reads what others record under its own name."""
    return rule["record"] in read


def _grouped(rules: Iterable[tuple[Mapping[str, Any], dict[str, Any]]]) -> list[dict[str, Any]]:
    """Return groups that hold these rules alone, each given with the group that it is from."""
    found: dict[str, dict[str, Any]] = {}
    for group, rule in rules:
        found.setdefault(group["name"], {**group, "rules": []})["rules"].append(rule)
    return list(found.values())
