"""From a picture to one that networks have painted: colours, what is kept, and regions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from os import PathLike
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..control.canvas import Canvas
from ..control.finish import Finish
from ..control.regions import fit_mask
from ..errors import SettingsError
from ..pictures.color import color_move, grey, moved
from ..pictures.sizes import reduced, resize, resize_mask, scaled_size
from ..pictures.sources import Mask, Source, colours_and_alpha, picture_and_size
from ..pictures.tensors import Array, Picture, to_floats, to_tensor
from ..settings import LARGEST_SIDE, SMALLEST_SIDE, Color
from .network import Network
from .runner import Runner

_LOOKED_AT = 512
"""Pixels of the longest side of the copies that colours are counted on."""


@dataclass(frozen=True)
class Part:
    """A part of a picture that a network of its own paints.

    Attributes:
        mask: where it is, of the picture's shape; soft edges fade into what is around.
        network: what paints it.
        name: for messages.
    """

    mask: Mask = field(repr=False)
    network: Network | Runner = field(repr=False)
    name: str = "a region"


@dataclass(frozen=True)
class Masks:
    """The masks of a styler at one size.

    Attributes:
        keep: (H, W), 1 where the picture is left as it is, or None.
        parts: (H, W) of each part; where they overlap, each has its share.
    """

    keep: Array | None
    parts: tuple[Array, ...]


@dataclass(frozen=True)
class Sight:
    """A picture that is read, with the masks that belong to it.

    Attributes:
        colours: (H, W, 3) uint8.
        alpha: (H, W), 0 where it is transparent, or None.
        masks: of its size.
    """

    colours: Picture = field(repr=False)
    alpha: Array | None = field(repr=False)
    masks: Masks = field(repr=False)


class Styler:
    """Paints pictures and the frames of films, each as one network or several paint it.

    Args:
        network: paints what no part covers; a runner where tiles or notes are wanted.
        parts: what other networks paint. Each of them paints the whole, of which its part is taken,
            so that strokes go on across the edges.
        keep: a mask of what is left as it is.
        color: whose colours: the ``style``'s; ``luminance``: the network sees the picture in grey,
            and its chroma is put back; ``match``: what was painted is recoloured to the picture's
            mean and covariance; ``content``: the picture's chroma is put back.
    """

    def __init__(
        self,
        network: Network | Runner,
        *,
        parts: Sequence[Part] = (),
        keep: Mask | None = None,
        color: Color = "style",
    ) -> None:
        self._runner, self._runners = _runner(network), [_runner(one.network) for one in parts]
        self._parts, self._keep = parts, keep
        self._color: Color = color
        self._masks: dict[tuple[int, int], Masks] = {}

    def read(self, source: Source, size: int | None = None) -> Sight:
        """Read a picture and the masks.

        Args:
            source: the picture.
            size: pixels of the longest side of the result; by default the picture's own.

        Raises:
            ImageError: for a picture or a mask that cannot be read or does not fit.
            SettingsError: for a size that makes no sense.
        """
        colours, alpha = _read(source, size)
        return Sight(colours, alpha, self._masks_at(colours.shape[0], colours.shape[1]))

    def paint(self, sight: Sight, *, again: bool = False) -> Picture:
        """Paint what was read; (H, W, 3) uint8, with alpha as fourth channel where it has some.

        Args:
            sight: as from :meth:`read`.
            again: whether more of the same size follow, so that memory is kept for them.

        Raises:
            EngineError: when ONNX Runtime fails.
        """
        colours, alpha, masks = sight.colours, sight.alpha, sight.masks
        seen = grey(colours) if self._color == "luminance" else colours
        painted = self._blended(to_tensor(seen), masks.parts, again=again)
        if self._color == "match":
            painted = _recolored(painted, colours, _free(masks.keep, alpha))
        if masks.keep is not None:
            painted = Canvas(to_tensor(seen), masks.keep[None, None]).picture(painted)
        return Finish(colours, self._color, masks.keep, alpha).shown(painted)

    def picture(self, source: Source, size: int | None = None) -> Picture:
        """Read a picture and paint it.

        Args:
            source: the picture.
            size: pixels of the longest side of the result; by default the picture's own.

        Raises:
            ImageError: as :meth:`read`.
            SettingsError: as :meth:`read`.
            EngineError: as :meth:`paint`.
        """
        return self.paint(self.read(source, size))

    def frame(self, colours: Picture) -> Picture:
        """Paint one of many pictures of a size, (H, W, 3) uint8.

        Raises:
            ImageError: for a mask that cannot be read or does not fit.
            EngineError: when ONNX Runtime fails.
        """
        masks = self._masks_at(colours.shape[0], colours.shape[1])
        return self.paint(Sight(colours, None, masks), again=True)

    def _blended(self, image: Array, masks: Sequence[Array], *, again: bool) -> Array:
        """What all networks make of a picture (1, 3, H, W), each in its part."""
        if not masks:
            return self._runner(image, again=again)
        rest = 1 - np.sum(masks, axis=0)
        blended = self._runner(image, again=again) * rest
        for runner, mask in zip(self._runners, masks, strict=True):
            blended += runner(image, again=again) * mask
        return blended

    def _masks_at(self, height: int, width: int) -> Masks:
        size = (height, width)
        if size not in self._masks:
            keep = (
                None
                if self._keep is None
                else fit_mask(self._keep, size, _name_of(self._keep, "what is kept"))
            )
            parts = [fit_mask(part.mask, size, part.name) for part in self._parts]
            overlap: Array = np.maximum(np.sum(parts, axis=0), np.float32(1))
            self._masks = {size: Masks(keep, tuple(np.divide(mask, overlap) for mask in parts))}
        return self._masks[size]


def _runner(network: Network | Runner) -> Runner:
    return network if isinstance(network, Runner) else Runner(network)


def _read(source: Source, size: int | None) -> tuple[Picture, Array | None]:
    """A picture (H, W, 3) uint8 and its alpha (H, W), at the size of the result."""

    def wanted(height: int, width: int) -> tuple[int, int]:
        return (height, width) if size is None else scaled_size(height, width, size)

    def enough(height: int, width: int) -> tuple[int, int]:
        height, width = wanted(height, width)
        return (height, width) if size is None else (2 * height, 2 * width)

    check_size(size)
    given, whole = picture_and_size(source, "the picture", enough)
    colours, alpha = colours_and_alpha(given, _name_of(source, "the picture"))
    height, width = wanted(*whole)
    if colours.shape[:2] != (height, width):
        levels = resize(reduced(colours, height, width), width, height)
        colours = np.rint(levels).astype(np.uint8)
    return colours, None if alpha is None else resize_mask(alpha, height, width)


def _recolored(painted: Array, colours: NDArray[Any], weights: Array | None) -> Array:
    """What was painted, with the mean and covariance of a picture's colours (H, W, 3)."""
    whole = (colours.shape[0], colours.shape[1])
    height, width = scaled_size(*whole, min(_LOOKED_AT, max(whole)))
    floats = to_floats(painted)
    one, other = resize(floats, width, height), resize(colours, width, height)
    counts = np.ones((height, width), np.float32)
    if weights is not None:
        counts = resize_mask(weights, height, width)
    return to_tensor(moved(floats, *color_move(one, other, counts, counts)))


def _free(keep: Array | None, alpha: Array | None) -> Array | None:
    """(H, W), what of a picture shows what was painted; None for all, or where that is nothing."""
    if keep is None:
        return alpha
    free = (1 - keep) * (1 if alpha is None else alpha)
    return free if free.any() else None


def _name_of(given: Mask | Source, otherwise: str) -> str:
    return str(given) if isinstance(given, str | PathLike) else otherwise


def check_size(size: int | None) -> None:
    """Make sure that a size makes sense.

    Raises:
        SettingsError: for one that does not.
    """
    if size is not None and not SMALLEST_SIDE <= size <= LARGEST_SIDE:
        raise SettingsError(f"size is {size}; give {SMALLEST_SIDE} to {LARGEST_SIDE} pixels")
