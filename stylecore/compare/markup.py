"""Small pieces of HTML that every part of the report is made of."""

from __future__ import annotations

import base64
import math
from collections.abc import Iterable
from html import escape

from .spread import Spread


def data_uri(kind: str, data: bytes) -> str:
    """Bytes of a media type as an address that holds them."""
    return f"data:{kind};base64,{base64.b64encode(data).decode()}"


def paragraphs(lines: Iterable[str]) -> str:
    """A paragraph for each text."""
    return "".join(f"<p>{escape(line)}</p>\n" for line in lines)


def count(number: int, what: str) -> str:
    """``1 pair``, ``2 pairs``."""
    return f"{number} {what}{'' if number == 1 else 's'}"


def plain(value: float) -> str:
    """A number in four digits, or a word for what is none."""
    return f"{value:.4g}" if math.isfinite(value) else "none"


def between(one: Spread) -> str:
    """The quartiles."""
    return f"{plain(one.low)}–{plain(one.high)}"


def spread(one: Spread, unit: str = "") -> str:
    """The median, and the quartiles below it."""
    return f"{plain(one.median)}{unit}<small>{between(one)}</small>"
