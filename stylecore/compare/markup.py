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


def document(title: str, style: str, body: str, script: str = "") -> str:
    """A whole page that needs nothing else; even a browser that is online fetches nothing for it.

    Args:
        title: of the window, as text.
        style: of CSS.
        body: as markup.
        script: of JavaScript.
    """
    policy = "default-src 'none'; img-src data:; style-src 'unsafe-inline'"
    if script:
        policy += "; script-src 'unsafe-inline'"
        body += f"<script>\n{script}</script>\n"
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{escape(title)}</title>\n<style>\n{style}</style>\n</head>\n"
        f"<body>\n{body}</body>\n</html>\n"
    )


def paragraphs(lines: Iterable[str]) -> str:
    """A paragraph for each text."""
    return "".join(f"<p>{escape(line)}</p>\n" for line in lines)


def count(number: int, what: str) -> str:
    """``1 pair``, ``2 pairs``."""
    return f"{number} {what}{'' if number == 1 else 's'}"


def plain(value: float, digits: int = 4) -> str:
    """A number in so many digits, or a word for what is none."""
    if not math.isfinite(value):
        return "none"
    # Without an exponent, as far as a number can be read that way.
    return f"{value:.0f}" if 10**digits <= round(abs(value)) < _MOST else f"{value:.{digits}g}"


_MOST = 1e7


def between(one: Spread, digits: int = 4) -> str:
    """The quartiles."""
    return f"{plain(one.low, digits)}–{plain(one.high, digits)}"


def spread(one: Spread, digits: int = 4, unit: str = "") -> str:
    """The median, and the quartiles below it."""
    return f"{plain(one.median, digits)}{unit}<small>{between(one, digits)}</small>"


def table(head: Iterable[str], rows: Iterable[str]) -> str:
    """A table of rows, which are markup, under a head of texts."""
    cells = "".join(f"<th>{escape(one)}</th>" for one in head)
    return (
        f'<div class="scroll"><table><thead><tr>{cells}</tr></thead>\n'
        f"<tbody>{''.join(rows)}</tbody></table></div>\n"
    )


def row(cells: Iterable[str], *, best: bool = False) -> str:
    """A row of cells, which are markup."""
    marked = ' class="best"' if best else ""
    return f"<tr{marked}>{''.join(f'<td>{one}</td>' for one in cells)}</tr>\n"
