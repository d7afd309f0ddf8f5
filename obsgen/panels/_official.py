"""
Grafana's own words for what a panel holds: each key with what it takes.

The facts are those of the schemas that Grafana publishes for its classic dashboards (version 42);
`tests/test_official_words.py` holds them against Grafana's SDK. What stands here is what checks
need, not the schemas: one line for a mapping, `@NAME` for a mapping that several hold, `a|b` for
one of some words, `[…]` for a list, and behind a comma what else may stand there.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Final

Facts = Mapping[str, tuple[str, ...]]
"""What the keys of one mapping take."""

_TABLE: Final = """
panel: type=text id=whole pluginVersion=text targets=[any] title=text description=text
  transparent=flag datasource=@source gridPos=@grid links=[any] repeat=text repeatDirection=h|v
  maxPerRow=number maxDataPoints=number transformations=[any] interval=text timeFrom=text
  timeShift=text hideTimeOverride=flag timeCompare=text libraryPanel=any cacheTimeout=text
  queryCachingTTL=number options=any fieldConfig=@config
config: defaults=@defaults overrides=[any]
defaults: displayName=text displayNameFromDS=text description=text path=text writeable=flag
  filterable=flag unit=text decimals=number min=number max=number mappings=[any] thresholds=any
  color=@color links=[any] actions=[any] noValue=text custom=any fieldMinMax=flag
color: mode=thresholds|palette-classic|palette-classic-by-name|continuous-GrYlRd|continuous-RdYlGr|\
continuous-BlYlRd|continuous-YlRd|continuous-BlPu|continuous-YlBl|continuous-blues|continuous-reds|\
continuous-greens|continuous-purples|fixed|shades fixedColor=text seriesBy=min|max|last
source: type=text uid=text
grid: h=whole w=whole x=whole y=whole static=flag

timeseries.options: timezone=[text] legend=@legend tooltip=@tooltip
  orientation=auto|vertical|horizontal
timeseries.custom: +graph
stat.options: graphMode=none|line|area colorMode=value|background|background_solid|none
  justifyMode=auto|center textMode=auto|value|value_and_name|name|none wideLayout=flag
  showPercentChange=flag reduceOptions=@reduce text=@textSize
  percentChangeColorMode=standard|inverted|same_as_value orientation=auto|vertical|horizontal
gauge.options: showThresholdLabels=flag showThresholdMarkers=flag sizing=auto|manual
  minVizWidth=whole minVizHeight=whole reduceOptions=@reduce text=@textSize
  orientation=auto|vertical|horizontal
bargauge.options: displayMode=basic|lcd|gradient valueMode=color|text|hidden
  namePlacement=auto|top|left|hidden showUnfilled=flag sizing=auto|manual minVizWidth=whole
  minVizHeight=whole maxVizHeight=whole legend=@legend reduceOptions=@reduce text=@textSize
  orientation=auto|vertical|horizontal
table.options: frameIndex=number showHeader=flag showTypeIcons=flag sortBy=[@sortBy]
  footer=@footer cellHeight=sm|md|lg|auto
table.custom: width=number minWidth=number align=auto|left|right|center displayMode=@cellType
  cellOptions=@cell hidden=flag inspect=flag filterable=flag hideHeader=flag
heatmap.options: calculate=flag calculation=@calculation color=@heatColor filterValues=@between
  rowsFrame=@rows showValue=auto|never|always cellGap=whole cellRadius=number
  cellValues=@cellValues yAxis=@heatAxis legend=@heatLegend tooltip=@heatTooltip
  exemplars=@exemplars selectionMode=x|y|xy
heatmap.custom: scaleDistribution=@scale hideFrom=@hideFrom
histogram.options: bucketCount=whole bucketSize=whole bucketOffset=number legend=@legend
  tooltip=@tooltip combine=flag
histogram.custom: +axis lineWidth=whole fillOpacity=whole hideFrom=@hideFrom stacking=@stacking
  gradientMode=none|opacity|hue|scheme
logs.options: showLabels=flag showCommonLabels=flag showTime=flag showLogContextToggle=flag
  wrapLogMessage=flag prettifyLogMessage=flag enableLogDetails=flag
  sortOrder=Descending|Ascending dedupStrategy=none|exact|numbers|signature
  enableInfiniteScrolling=flag showControls=flag showFieldSelector=flag syntaxHighlighting=flag
  fontSize=default|small detailsMode=inline|sidebar
piechart.options: pieType=pie|donut displayLabels=[name|value|percent] tooltip=@tooltip
  reduceOptions=@reduce text=@textSize legend=@pieLegend orientation=auto|vertical|horizontal
piechart.custom: hideFrom=@hideFrom
state-timeline.options: showValue=auto|never|always rowHeight=number mergeValues=flag
  alignValue=center|left|right legend=@legend tooltip=@tooltip timezone=[text] perPage=number
state-timeline.custom: +axis lineWidth=whole hideFrom=@hideFrom fillOpacity=whole
  spanNulls=flag,whole insertNulls=flag,whole
text.options: mode=html|markdown|code code=@code content=text

legend: displayMode=list|table|hidden placement=bottom|right showLegend=flag asTable=flag
  isVisible=flag sortBy=text sortDesc=flag width=number calcs=[text]
pieLegend: +legend values=[value|percent]
tooltip: mode=single|multi|none sort=asc|desc|none maxWidth=number maxHeight=number hideZeros=flag
axis: axisPlacement=auto|top|right|bottom|left|hidden axisColorMode=text|series axisLabel=text
  axisWidth=number axisSoftMin=number axisSoftMax=number axisGridShow=flag
  scaleDistribution=@scale axisCenteredZero=flag axisBorderShow=flag
graph: +axis drawStyle=line|bars|points gradientMode=none|opacity|hue|scheme
  thresholdsStyle=@thresholds transform=constant|negative-Y lineColor=text lineWidth=number
  lineInterpolation=linear|smooth|stepBefore|stepAfter lineStyle=@lineStyle fillColor=text
  fillOpacity=number showPoints=auto|never|always pointSize=number pointColor=text
  barAlignment=-1|0|1 barWidthFactor=number barMaxWidth=number stacking=@stacking
  hideFrom=@hideFrom insertNulls=flag,number spanNulls=flag,number fillBelowTo=text
  pointSymbol=text
thresholds: mode=off|line|dashed|area|line+area|dashed+area|series
lineStyle: fill=solid|dash|dot|square dash=[number]
scale: type=linear|log|ordinal|symlog log=number linearThreshold=number
stacking: mode=none|normal|percent group=text
hideFrom: tooltip=flag legend=flag viz=flag
reduce: values=flag limit=number calcs=[text] fields=text
textSize: titleSize=number valueSize=number percentSize=number
sortBy: displayName=text desc=flag
footer: show=flag reducer=[text] fields=[text] enablePagination=flag countRows=flag
cell: +graph type=@cellType wrapText=flag hideValue=flag mode=basic|lcd|gradient
  valueDisplayMode=color|text|hidden applyToRow=flag alt=text title=text
calculation: xBuckets=@bucketing yBuckets=@bucketing
bucketing: mode=size|count value=text scale=@scale
heatColor: mode=opacity|scheme scheme=text fill=text scale=linear|exponential exponent=number
  steps=whole reverse=flag min=number max=number
between: le=number ge=number
rows: value=text layout=le|ge|unknown|auto
cellValues: unit=text decimals=number
heatAxis: +axis unit=text reverse=flag decimals=number min=number max=number
heatLegend: show=flag
heatTooltip: mode=single|multi|none maxHeight=number maxWidth=number yHistogram=flag
  showColorScale=flag
exemplars: color=text
code: language=json|yaml|xml|typescript|sql|go|markdown|html|plaintext showLineNumbers=flag
  showMiniMap=flag
"""
_WORDS: Final = {
    "@cellType": "auto|color-text|color-background|color-background-solid|gradient-gauge|lcd-gauge|"
    "json-view|basic|image|gauge|sparkline|data-links|custom|actions",
}

# Of the panels that come with Grafana; those of plugins are named `VENDOR-WORD-panel`.
TYPES: Final = (
    *("alertlist", "annolist", "barchart", "bargauge", "candlestick", "canvas", "dashlist"),
    *("datagrid", "debug", "flamegraph", "gauge", "geomap", "gettingstarted", "heatmap"),
    *("histogram", "live", "logs", "news", "nodeGraph", "piechart", "stat", "state-timeline"),
    *("status-history", "table", "text", "timeseries", "traces", "trend", "welcome", "xychart"),
)
"""Grafana's types of panels."""

REPLACED: Final[Mapping[str, str]] = {
    "graph": "timeseries",
    "singlestat": "stat",
    "table-old": "table",
    "grafana-piechart-panel": "piechart",
    "grafana-worldmap-panel": "geomap",
}
"""Types that Grafana has no more, each with the one that shows the same."""


def facts_of(name: str) -> Facts | None:
    """
    Return what the keys of a mapping take; None where nothing is known of it.

    >>> facts_of("legend")["placement"], facts_of("timeseries.custom")["spanNulls"]
    (('bottom|right',), ('flag', 'number'))
    """
    return _facts().get(name)


@cache
def _facts() -> Mapping[str, Facts]:
    found: dict[str, Facts] = {}
    lines = _TABLE.replace("\n  ", " ").strip().splitlines()
    split = {
        head: rest.split() for head, _, rest in (line.partition(": ") for line in lines if line)
    }

    def of(name: str) -> Facts:
        if name not in found:
            own: dict[str, tuple[str, ...]] = {}
            for word in split[name]:
                key, _, takes = word.partition("=")
                own |= of(key[1:]) if key.startswith("+") else {key: _taken(takes)}
            found[name] = own
        return found[name]

    return {name: of(name) for name in split}


def _taken(words: str) -> tuple[str, ...]:
    return tuple(_WORDS.get(word, word) for word in words.split(","))
