"""Grafana's colours: its names, its classic palette, its schemes."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Final

# `@grafana/data`, createVisualizationColors, of the dark theme.
_HUES: Final = {
    "red": ("#FFA6B0", "#FF7383", "#F2495C", "#E02F44", "#C4162A"),
    "orange": ("#FFCB7D", "#FFB357", "#FF9830", "#FF780A", "#FA6400"),
    "yellow": ("#FFF899", "#FFEE52", "#FADE2A", "#F2CC0C", "#E0B400"),
    "green": ("#C8F2C2", "#96D98D", "#73BF69", "#56A64B", "#37872D"),
    "blue": ("#C0D8FF", "#8AB8FF", "#5794F2", "#3274D9", "#1F60C4"),
    "purple": ("#DEB6F2", "#CA95E5", "#B877D9", "#A352CC", "#8F3BB8"),
}
_SHADES: Final = ("super-light-", "light-", "", "semi-dark-", "dark-")
TEXT: Final = "text"
"""The colour of text, which is another by day and by night."""

NAMED: Final[Mapping[str, str]] = {
    f"{shade}{hue}": color
    for hue, colors in _HUES.items()
    for shade, color in zip(_SHADES, colors, strict=True)
} | {"transparent": "rgba(0,0,0,0)", "gray": "#808080", "white": "#FFFFFF", "black": "#000000"}

# fmt: off
PALETTE: Final = (
    "#73BF69", "#F2CC0C", "#8AB8FF", "#FF780A", "#F2495C", "#5794F2", "#B877D9", "#705DA0",
    "#37872D", "#FADE2A", "#447EBC", "#C15C17", "#890F02", "#0A437C", "#6D1F62", "#584477",
    "#B7DBAB", "#F4D598", "#70DBED", "#F9BA8F", "#F29191", "#82B5D8", "#E5A8E2", "#AEA2E0",
    "#629E51", "#E5AC0E", "#64B0C8", "#E0752D", "#BF1B00", "#0A50A1", "#962D82", "#614D93",
    "#9AC48A", "#F2C96D", "#65C5DB", "#F9934E", "#EA6460", "#5195CE", "#D683CE", "#806EB7",
)
"""`palette-classic`: by the place of a series."""

_SCHEMES: Final[Mapping[str, tuple[str, ...]]] = {
    "continuous-GrYlRd": ("#73BF69", "#FADE2A", "#F2495C"),
    "continuous-RdYlGr": ("#F2495C", "#FADE2A", "#73BF69"),
    "continuous-BlYlRd": ("#5794F2", "#FADE2A", "#F2495C"),
    "continuous-YlRd": ("#FADE2A", "#F2495C"),
    "continuous-BlPu": ("#5794F2", "#B877D9"),
    "continuous-YlBl": ("#FADE2A", "#5794F2"),
    "continuous-blues": ("#111217", "#5794F2"),
    "continuous-reds": ("#111217", "#F2495C"),
    "continuous-greens": ("#111217", "#73BF69"),
    "continuous-purples": ("#111217", "#B877D9"),
    # Of heatmaps: d3's, as far as they are common.
    "Oranges": ("#FFF5EB", "#FDD0A2", "#FD8D3C", "#D94801", "#7F2704"),
    "Blues": ("#F7FBFF", "#C6DBEF", "#6BAED6", "#2171B5", "#08306B"),
    "Greens": ("#F7FCF5", "#C7E9C0", "#74C476", "#238B45", "#00441B"),
    "Reds": ("#FFF5F0", "#FCBBA1", "#FB6A4A", "#CB181D", "#67000D"),
    "Purples": ("#FCFBFD", "#DADAEB", "#9E9AC8", "#6A51A3", "#3F007D"),
    "Greys": ("#FFFFFF", "#D9D9D9", "#969696", "#525252", "#000000"),
    "Spectral": ("#5E4FA2", "#66C2A5", "#E6F598", "#FEE08B", "#F46D43", "#9E0142"),
    "RdYlGn": ("#006837", "#66BD63", "#FFFFBF", "#F46D43", "#A50026"),
    "Turbo": ("#23171B", "#4A58DD", "#2F9DF5", "#4DF884", "#DEDD32", "#F65F18", "#900C00"),
    "Viridis": ("#440154", "#3B528B", "#21918C", "#5EC962", "#FDE725"),
    "Inferno": ("#000004", "#57106E", "#BC3754", "#F98E09", "#FCFFA4"),
    "Magma": ("#000004", "#51127C", "#B73779", "#FC8961", "#FCFDBF"),
    "Plasma": ("#0D0887", "#7E03A8", "#CC4778", "#F89540", "#F0F921"),
}
# fmt: on
_HEX: Final = re.compile(r"#(?:[0-9a-fA-F]{3}|[0-9a-fA-F]{6}|[0-9a-fA-F]{8})")
_RGB: Final = re.compile(r"(?:rgb|hsl)a?\([0-9.,%\s]{3,40}\)")


def color(name: object, else_: str = "#808080") -> str:
    """
    Return a colour as CSS writes it; *else_* for what is none.

    >>> color("semi-dark-red"), color("#abc"), color("text"), color("url(x)")
    ('#E02F44', '#abc', 'text', '#808080')
    """
    text = str(name)
    if text in NAMED:
        return NAMED[text]
    is_color = text == TEXT or _HEX.fullmatch(text) or _RGB.fullmatch(text)
    return text if is_color else else_


def css(value: str) -> str:
    """Return a colour for a style: that of text is the theme's."""
    return "var(--text)" if value == TEXT else value


def of_palette(place: int) -> str:
    """Return the colour of the series at a place."""
    return PALETTE[place % len(PALETTE)]


def scheme(name: str, else_: str = "Oranges") -> tuple[str, ...]:
    """Return the colours of a scheme, from the least to the most."""
    return _SCHEMES.get(name, _SCHEMES[else_])


def is_scheme(name: str) -> bool:
    """Say whether a mode of colours is a scheme."""
    return name in _SCHEMES


def between(colors: Sequence[str], share: float) -> str:
    """
    Return the colour at a share of the way through a scheme.

    >>> between(("#000000", "#FFFFFF"), 0.5)
    '#808080'
    """
    place = min(1.0, max(0.0, share)) * (len(colors) - 1)
    low = min(int(place), len(colors) - 2)
    pairs = zip(_parts(colors[low]), _parts(colors[low + 1]), strict=True)
    return "#" + "".join(f"{round(a + (b - a) * (place - low)):02X}" for a, b in pairs)


def faded(value: str, alpha: float) -> str:
    """
    Return a colour that lets through what is behind it.

    >>> faded("#FF0000", 0.2)
    'rgba(255,0,0,0.2)'
    """
    if not re.fullmatch(r"#(?:\w{3}|\w{6})", value):
        return value
    red, green, blue = _parts(value)
    return f"rgba({red},{green},{blue},{alpha:g})"


def is_light(value: str) -> bool:
    """Say whether dark text is better read on a colour than white."""
    if not re.fullmatch(r"#(?:\w{3}|\w{6})", value):
        return False
    red, green, blue = _parts(value)
    # ITU-R BT.601.
    return (299 * red + 587 * green + 114 * blue) / 1000 > 150  # noqa: PLR2004 (of 255)


def _parts(value: str) -> tuple[int, int, int]:
    digits = value[1:]
    if len(digits) == 3:  # noqa: PLR2004 (`#abc`)
        digits = "".join(2 * digit for digit in digits)
    return int(digits[0:2], 16), int(digits[2:4], 16), int(digits[4:6], 16)
