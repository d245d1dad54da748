"""A verdict: everything that is measured of a picture, at once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import Any, Self

from ..pictures.tensors import Array, to_floats
from ..settings import block_of
from .effectiveness import effectiveness
from .features import FeatureGraph
from .held_out import CONTENT_BLOCKS, STYLE_BLOCKS
from .noise import residual_noise
from .similarity import dissimilarity


@dataclass(frozen=True)
class Verdict:
    """What is said of a picture.

    Attributes:
        style: its effectiveness E, at layers that no run optimises; more is better.
        content: how dissimilar its form is from the content's, 0–1; less is better.
        noise: σ in levels where content and style are flat; less is better.
    """

    style: float
    content: float
    noise: float

    @property
    def words(self) -> str:
        """All of it in a line."""
        return f"style {self.style:.2f}, content {self.content:.3f}, noise {self.noise:.1f}"

    def as_dict(self) -> dict[str, float]:
        """Plain values, ready for JSON."""
        return asdict(self)

    @classmethod
    def of_dict(cls, given: Any) -> Self:
        """The verdict that plain values tell of.

        Raises:
            KeyError: for those of something else; or TypeError, ValueError.
        """
        return cls(*(float(given[name]) for name in ("style", "content", "noise")))


def judge(graph: FeatureGraph, content: Array, style: Array, picture: Array) -> Verdict:
    """Measure a picture.

    Args:
        graph: shows the layers that its run left out.
        content: (1, 3, H, W), of the picture's size.
        style: (1, 3, h, w), at the size at which the run took it.
        picture: (1, 3, H, W).
    """
    of_content, of_style, found = (graph(one) for one in (content, style, picture))
    return Verdict(
        style=effectiveness(_in(STYLE_BLOCKS, of_style), _in(STYLE_BLOCKS, found)),
        content=dissimilarity(_in(CONTENT_BLOCKS, of_content), _in(CONTENT_BLOCKS, found)),
        noise=residual_noise(*map(to_floats, (content, style, picture))),
    )


def _in(blocks: Iterable[int], features: Mapping[str, Array]) -> dict[str, Array]:
    return {layer: one for layer, one in features.items() if block_of(layer) in blocks}
