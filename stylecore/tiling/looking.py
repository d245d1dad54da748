"""The features graph on every tile of a picture, and the statistics of all of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..control.guidance import Values
from ..engine.artefact import Manifest
from ..engine.session import Session
from ..losses.term import FeatureTerm
from ..pictures.tensors import Array
from ..pictures.tiles import OnTile, Tile, unwatched
from .layout import core, lasting, read, size_in, within


def looked(
    features: Session,
    manifest: Manifest,
    image: Array,
    tiles: Sequence[Tile],
    terms: Sequence[FeatureTerm],
    guides: Values | None = None,
    on_tile: OnTile = unwatched,
) -> Iterator[tuple[Tile, Values]]:
    """What some terms look at, tile by tile, by the names of targets: what each tile owns.

    Statistics are a tile's part of the sum.

    Args:
        features: the artefact's ``features`` graph.
        manifest: the artefact's metadata.
        image: (1, 3, H, W).
        tiles: of the image.
        terms: which.
        guides: of the image; without them no position counts.
        on_tile: called after each tile.
    """
    known = [(term, layer) for term in terms for layer in manifest.layers_of(term)]
    names = [term.target_name(layer) for term, layer in known]
    for number, (tile, lasts) in enumerate(lasting(tiles), start=1):
        run = features.again if lasts else features
        found = run(names, image=read(image, tile), **_guides(features, tile, guides))
        parts = (
            value if term.guided else core(value, tile, layer)
            for (term, layer), value in zip(known, found, strict=True)
        )
        yield tile, dict(zip(names, parts, strict=True))
        on_tile(number, len(tiles))


def _guides(features: Session, tile: Tile, guides: Values | None) -> Values:
    found: Values = {}
    for name in features.inputs:
        if name.endswith(".guide"):
            layer = name.split(".")[1]
            nothing = np.zeros((1, *size_in(tile, layer)), np.float32)
            found[name] = nothing if guides is None else within(guides[name], tile, layer)
    return found


class Sums:
    """Statistics of a picture: the sums of those of its tiles, in float64."""

    def __init__(self) -> None:
        self._sums: dict[str, NDArray[Any]] = {}

    def add(self, terms: Sequence[FeatureTerm], manifest: Manifest, found: Values) -> None:
        """Take in what was found in a tile, of the terms that have guides."""
        for term in terms:
            for layer in manifest.layers_of(term) if term.guided else ():
                name = term.target_name(layer)
                exact = found[name].astype(np.float64)
                self._sums[name] = self._sums[name] + exact if name in self._sums else exact

    def values(self) -> Values:
        """The sums, by the names of the targets."""
        return {name: one.astype(np.float32) for name, one in self._sums.items()}
