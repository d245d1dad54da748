"""The report of a comparison: the files that it is made of, by their names in its folder."""

from __future__ import annotations

from .album import album_of
from .comparison import Comparison
from .page import as_html
from .plots import draw
from .shelf import PLOTS, Shelf
from .tables import as_csv, as_json
from .trial import Scales

PAGE, JSON, CSV = "report.html", "report.json", "report.csv"


def files_of(comparison: Comparison, shelf: Shelf) -> dict[str, bytes]:
    """Every file of the report; paths have / between their parts.

    Raises:
        ImageError: when a picture cannot be read any more.
        StylecoreError: where Matplotlib is missing.
    """
    plots = draw(comparison)
    found = {JSON: as_json(comparison), CSV: as_csv(comparison)}
    for plot in plots:
        found |= {f"{PLOTS}/{plot.name}.svg": plot.svg, f"{PLOTS}/{plot.name}.png": plot.png}
    return found | {PAGE: as_html(comparison, plots, album_of(comparison, shelf))}


def names_of(scales: tuple[Scales, ...]) -> list[str]:
    """The names of all these files, before there is anything to put into them."""
    plots = [f"{PLOTS}/{what}-{one}.{suffix}"
             for one in scales
             for what in ("loss-evaluations", "loss-seconds", "terms")
             for suffix in ("svg", "png")]  # fmt: skip
    return [JSON, CSV, *plots, PAGE]
