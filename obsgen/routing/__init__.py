"""
What Alertmanager does with an alert, worked out without one.

Dispatch, grouping, inhibition and time intervals over an `AlertmanagerConfig`, exactly as
Alertmanager's packages `dispatch`, `inhibit` and `timeinterval` do it; and the same where the
labels of an alert are known in part, which tells what holds for every alert of a rule.
"""

from obsgen.routing.dispatch import Reached, Tree, any_of, dispatch, matched, takes
from obsgen.routing.groups import (
    ALL_LABELS,
    GROUP_INTERVAL,
    GROUP_WAIT,
    REPEAT_INTERVAL,
    group_key,
    grouping_of,
)
from obsgen.routing.inhibition import inhibitors, inhibits
from obsgen.routing.intervals import is_open, is_within
from obsgen.routing.labels import PossibleLabels, possible_labels
from obsgen.routing.notifications import Firing, Notification, notifications

__all__ = [
    "ALL_LABELS",
    "GROUP_INTERVAL",
    "GROUP_WAIT",
    "REPEAT_INTERVAL",
    "Firing",
    "Notification",
    "PossibleLabels",
    "Reached",
    "Tree",
    "any_of",
    "dispatch",
    "group_key",
    "grouping_of",
    "inhibitors",
    "inhibits",
    "is_open",
    "is_within",
    "matched",
    "notifications",
    "possible_labels",
    "takes",
]
