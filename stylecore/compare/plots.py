"""The curves of a comparison, drawn: SVG for the report, and PNG for whoever wants a picture."""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from statistics import median
from typing import Any

from ..errors import StylecoreError
from .comparison import Comparison
from .curves import Band, Floats, band, by_evaluations, by_seconds
from .run import Curve, Number, Run
from .summary import those_of
from .trial import Scales
from .ways import least_by_place, running_of

AXES: dict[str, tuple[str, Callable[[Curve], Floats]]] = {
    "evaluations": ("evaluations of loss and gradient", by_evaluations),
    "seconds": ("seconds of optimiser and objective", by_seconds),
}
COLORS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#000000", "#999999")
"""Those that people with any kind of eyes tell apart (Okabe & Ito 2008)."""

DASHES = ("-", "--", "-.", ":")
IN_WORDS: dict[Scales, str] = {"single": "at one scale", "coarse": "coarse to fine"}
_DPI = 150


@dataclass(frozen=True)
class Plot:
    """A drawing.

    Attributes:
        name: of its files, without a suffix.
        title: what it shows.
        svg: the drawing.
        png: the same.
    """

    name: str
    title: str
    svg: bytes
    png: bytes


def check_drawable() -> None:
    """Make sure that there is something to draw with, before hours are spent on numbers.

    Raises:
        StylecoreError: where Matplotlib is missing.
    """
    try:
        import matplotlib  # noqa: F401  # pyright: ignore[reportUnusedImport]
    except ImportError as error:
        raise StylecoreError(
            f"the report's plots need Matplotlib ({error}): pip install 'stylecore[compare]'"
        ) from error


def draw(comparison: Comparison) -> list[Plot]:
    """Loss against evaluations and against seconds, and its terms, for each kind of scales.

    Lines are medians over all places, areas the middle half of them; losses are the least so far,
    by the least that any contender came to at the same place. Coarse to fine they begin where the
    last scale does, since losses at others are of other objectives.
    """
    found: list[Plot] = []
    names = [one.name for one in comparison.rules.contenders]
    for scales in comparison.rules.scales:
        runs = those_of(comparison.runs, scales, clock=False)
        if not runs:
            continue
        fast = [one for one in comparison.passes if one.place.scales == scales]
        for axis in AXES:
            title = f"Loss against {axis}, {IN_WORDS[scales]}"
            found.append(_plot(f"loss-{axis}-{scales}", title, (runs, fast), names, axis, ["loss"]))
        title, parts = f"The terms of the loss, {IN_WORDS[scales]}", terms(runs)
        found.append(_plot(f"terms-{scales}", title, (runs, fast), names, "evaluations", parts))
    return found


def terms(runs: Sequence[Run]) -> list[str]:
    """The parts of the loss that are more than nothing anywhere."""
    names = dict.fromkeys(name for run in runs for name in run.curve.losses if name != "loss")
    return [name for name in names if any(any(run.curve.losses[name]) for run in runs)]


def _plot(
    name: str,
    title: str,
    shown: tuple[Sequence[Run], Sequence[Run]],
    names: Sequence[str],
    axis: str,
    parts: Sequence[str],
) -> Plot:
    from matplotlib.figure import Figure

    # Letters stay letters, and the same runs give the same bytes.
    with _with({"svg.fonttype": "none", "svg.hashsalt": name, "font.size": 10}):
        figure: Any = Figure(figsize=(4.2 * max(len(parts), 1.7), 3.9), layout="constrained")
        for panel, part in zip(_panels(figure, len(parts)), parts, strict=True):
            _draw_part(panel, shown, names, axis, part)
        handles, labels = figure.axes[0].get_legend_handles_labels()
        figure.legend(handles, labels, loc="outside upper center", ncols=3, frameon=False)
        svg, png = io.BytesIO(), io.BytesIO()
        figure.savefig(svg, format="svg", metadata={"Date": None})
        figure.savefig(png, format="png", dpi=_DPI, metadata={"Software": None})
    return Plot(name, title, svg.getvalue(), png.getvalue())


def _with(settings: dict[str, Any]) -> AbstractContextManager[None]:
    """Matplotlib with these settings of its own, for a while."""
    import matplotlib

    library: Any = matplotlib
    return library.rc_context(settings)


def _panels(figure: Any, count: int) -> list[Any]:
    return list(figure.subplots(1, count, squeeze=False)[0])


def _draw_part(
    panel: Any,
    shown: tuple[Sequence[Run], Sequence[Run]],
    names: Sequence[str],
    axis: str,
    part: str,
) -> None:
    """The runs of contenders, and passes of networks."""
    runs, passes = shown
    label, along = AXES[axis]
    least = least_by_place(runs, running_of)
    for number, name in enumerate(names):
        mine = [run for run in runs if run.contender == name]
        found = band(mine, [least[run.place] for run in mine], along, part)
        _draw_band(panel, found, name, number, filled=len(mine) > 1)
    _draw_passes(panel, [(one.delivered.get(part), least[one.place]) for one in passes])
    if axis == "evaluations":
        panel.xaxis.get_major_locator().set_params(integer=True)
    panel.set_xlabel(label)
    panel.set_ylabel("loss / least loss" if part == "loss" else f"{part} / least loss")
    _mark_ratios(panel)
    for side in ("top", "right"):
        panel.spines[side].set_visible(False)


def _draw_passes(panel: Any, found: Sequence[tuple[Number, float]]) -> None:
    """A dotted line: the median of losses, each by the least at its place."""
    ratios = [loss / least for loss, least in found if loss and least]
    if ratios:
        panel.axhline(median(ratios), linestyle=":", color="#000000", label="network, one pass")


def _mark_ratios(panel: Any) -> None:
    """A logarithmic axis on which numbers stand as they are said: 1, 2, 5, 10."""
    from matplotlib.ticker import FuncFormatter, LogLocator, NullFormatter

    panel.set_yscale("log")
    low, high = panel.get_ylim()
    subs = next((subs for most, subs in _MARKS if high / low < most), (1.0,))
    panel.yaxis.set_major_locator(LogLocator(subs=subs))
    panel.yaxis.set_major_formatter(FuncFormatter(_plain))
    panel.yaxis.set_minor_formatter(NullFormatter())
    panel.grid(visible=True, which="both", alpha=0.25, linewidth=0.5)


_MARKS = (
    (1.7, (1.0, 1.1, 1.2, 1.3, 1.4, 1.5, 1.6, 1.8, 2.0, 2.5, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 9.0)),
    (8.0, (1.0, 1.2, 1.5, 2.0, 3.0, 5.0, 7.0)),
    (200.0, (1.0, 2.0, 5.0)),
)
"""Which parts of ten are marked, where the greatest is less than so many times the least."""


def _plain(value: float, _: int) -> str:
    return f"{value:g}"


def _draw_band(panel: Any, found: Band, name: str, number: int, *, filled: bool) -> None:
    color, dash = COLORS[number % len(COLORS)], DASHES[number // len(COLORS) % len(DASHES)]
    panel.plot(found.at, found.middle, dash, color=color, label=name, linewidth=1.8)
    if filled:
        panel.fill_between(found.at, found.low, found.high, color=color, alpha=0.18, linewidth=0)
