"""The choices as one page of HTML, each with the command that paints it; it needs nothing else."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from importlib.resources import files
from pathlib import Path

from ..compare.markup import count, data_uri, document, paragraphs
from ..errors import ImageError
from ..pictures.images import encoded_image
from ..pictures.small import read_small
from ..silence import native_silence
from .choices import Choice, order_of
from .tuner import Tuning

_LONGEST = 640
"""Pixels of a picture's side."""


def as_html(tuning: Tuning, choices: Sequence[Choice]) -> bytes:
    """The page.

    Args:
        tuning: what was searched.
        choices: that came of it.
    """
    style = "".join(_style_of(wing) for wing in ("stylecore.compare", "stylecore.tune"))
    title = f"{tuning.content.stem} × {tuning.style.stem}"
    figures = [
        _figure(tuning.content, "content", tuning.content.name),
        _figure(tuning.style, "style", tuning.style.name),
        *map(_choice, choices),
    ]
    pictures = f'<div class="pictures">\n{"".join(figures)}</div>\n'
    body = f"<h1>{escape(title)}</h1>\n{paragraphs(_introduction(tuning, choices))}{pictures}"
    return document(title, style, body).encode()


def _style_of(wing: str) -> str:
    return files(wing).joinpath("page.css").read_text(encoding="utf-8")


def _introduction(tuning: Tuning, choices: Sequence[Choice]) -> list[str]:
    return [
        f"Of {count(len(tuning.trials), 'trial')} at {tuning.search.small.size} pixels,"
        f" {count(len(choices), 'choice')}: no other trial is better in one of the three figures"
        f" and as good in all. They stand in order, {order_of(choices)}.",
        "Style is the effectiveness of the painting's manner (more is better), content how much of"
        " the photograph's form is lost (0 to 1, less is better), noise a deviation in levels where"
        " photograph and painting are flat (less is better). All three are measured at what no run"
        " optimises. They are no judge of beauty: look, and take the command of what pleases. Each"
        f" paints its choice at {tuning.search.settings.size} pixels; with --size another.",
    ]


def _choice(one: Choice) -> str:
    lines = one.tried.verdict.words, one.words, one.command
    return _figure(one.picture, str(one.tried.number), *lines)


def _figure(path: Path, title: str, *lines: str) -> str:
    """A picture with its lines, of which a third is a command."""
    said = "".join(f"<span>{escape(line)}</span>" for line in lines[:2])
    command = "".join(f"<pre>{escape(line)}</pre>" for line in lines[2:])
    return (
        f'<figure><img alt="{escape(title)}" src="{_uri(path)}">\n'
        f"<figcaption><b>{escape(title)}</b>{said}</figcaption>{command}</figure>\n"
    )


def _uri(path: Path) -> str:
    """A picture as an address that holds it; nothing where it is gone."""
    try:
        with native_silence():
            picture = read_small(path, _LONGEST)
    except ImageError:
        return ""
    return data_uri("image/jpeg", encoded_image("picture.jpg", picture))
