"""
The functions and aggregations of PromQL with the types of their arguments.

Source: Prometheus 3.x, `promql/parser/functions.go`; experimental functions are included.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass
from typing import Final


class Type(enum.Enum):
    """What an expression yields, in the words of messages."""

    SCALAR = "a number"
    VECTOR = "a vector"
    MATRIX = "a range"
    STRING = "a string"


@dataclass(frozen=True, slots=True, kw_only=True)
class Signature:
    """
    What a function takes and yields.

    Attributes:
        arguments: The last one stands for all that may follow.
        most: How many arguments at most; at least `len(arguments)` without the optional last one.
    """

    arguments: tuple[Type, ...]
    least: int
    most: int
    returns: Type

    def argument(self, index: int) -> Type:
        """Return the type of the argument at *index*, from 0."""
        return self.arguments[min(index, len(self.arguments) - 1)]


UNLIMITED: Final = 1_000
"""More arguments than an expression may have operators and commas."""

_LETTERS: Final = {"n": Type.SCALAR, "v": Type.VECTOR, "r": Type.MATRIX, "s": Type.STRING}

# Arguments and result: n(umber), v(ector), r(ange), s(tring); ? the last is optional, * any more.
_TABLE: Final = {
    "v v": "abs absent acos acosh asin asinh atan atanh ceil cos cosh deg exp floor histogram_avg"
    " histogram_count histogram_stddev histogram_stdvar histogram_sum ln log10 log2 rad sgn sin"
    " sinh sort sort_desc sqrt start_timestamp tan tanh timestamp",
    "v? v": "day_of_month day_of_week day_of_year days_in_month hour minute month year",
    "r v": "absent_over_time avg_over_time changes count_over_time delta deriv first_over_time"
    " idelta increase irate last_over_time mad_over_time max_over_time min_over_time"
    " present_over_time rate resets stddev_over_time stdvar_over_time sum_over_time"
    " ts_of_first_over_time ts_of_last_over_time ts_of_max_over_time ts_of_min_over_time",
    " n": "end pi range start step time",
    "v n": "scalar",
    "n v": "vector",
    "nn n": "max_of min_of",
    "vn v": "clamp_max clamp_min",
    "vnn v": "clamp",
    "vn? v": "round",
    "vv? v": "info",
    "nv v": "histogram_quantile",
    "nnv v": "histogram_fraction",
    "vsn* v": "histogram_quantiles",
    "rn v": "predict_linear",
    "rn? v": "integral",
    "rnn v": "double_exponential_smoothing holt_winters",
    "nr v": "quantile_over_time",
    "vssss v": "label_replace",
    "vsss* v": "label_join",
    "vs* v": "sort_by_label sort_by_label_desc",
}


def _signature(code: str) -> Signature:
    taken, _, returned = code.partition(" ")
    arguments = tuple(_LETTERS[letter] for letter in taken.rstrip("?*"))
    is_open = taken.endswith(("?", "*"))
    least = len(arguments) - 1 if is_open else len(arguments)
    most = UNLIMITED if taken.endswith("*") else len(arguments)
    return Signature(arguments=arguments, least=least, most=most, returns=_LETTERS[returned])


FUNCTIONS: Final = {
    name: _signature(code) for code, names in sorted(_TABLE.items()) for name in names.split()
}
"""Every function by its name."""

REMOVED: Final = {
    "count_scalar": "Prometheus 2.0 removed it: write `count(…)`",
    "drop_common_labels": "Prometheus 2.0 removed it",
    "keep_common": "Prometheus 2.0 removed it: write `by (…)`",
}
"""Functions of earlier versions, and what became of them."""

FOREIGN: Final = frozenset(
    {
        "default_rollup", "histogram_share", "increase_pure", "increases_over_time",
        "interpolate", "keep_last_value", "label_keep", "label_del", "label_set", "label_map",
        "median", "median_over_time", "rate_over_sum", "range_avg", "remove_resets", "rollup",
        "rollup_rate", "rollup_increase", "running_sum", "share_le_over_time",
        "share_gt_over_time", "sum2", "tmax_over_time", "union", "zscore_over_time",
    }
)  # fmt: skip
"""Functions of MetricsQL, which only VictoriaMetrics knows."""

AGGREGATIONS: Final = {
    **dict.fromkeys(("avg", "count", "group", "max", "min", "stddev", "stdvar", "sum")),
    **dict.fromkeys(("bottomk", "limit_ratio", "limitk", "quantile", "topk"), Type.SCALAR),
    "count_values": Type.STRING,
}
"""Every aggregation with the type of its parameter, or None where it has none."""

GROWTH: Final = frozenset({"rate", "irate", "increase"})
"""What a counter grew by, whatever restarts lie between."""

SET_OPERATORS: Final = frozenset({"and", "or", "unless"})
COMPARISONS: Final = frozenset({"==", "!=", ">", "<", ">=", "<="})

STRENGTH: Final = {
    "or": 1,
    **dict.fromkeys(("and", "unless"), 2),
    **dict.fromkeys(sorted(COMPARISONS), 3),
    **dict.fromkeys(("+", "-"), 4),
    **dict.fromkeys(("*", "/", "%", "atan2"), 5),
    "^": 6,
}
"""How strongly an operator binds (Prometheus documentation, "Binary operator precedence")."""

SIGN_STRENGTH: Final = STRENGTH["*"]
"""A sign binds as `*` does: `-a ^ b` is `-(a ^ b)`, `-a * b` is `(-a) * b`."""

RIGHT_TO_LEFT: Final = frozenset({"^"})
