"""The objective of a picture in tiles: the loss and gradient of the whole, in two passes.

The first sums the statistics of all tiles. The loss and its derivative by them, ∂L/∂S, follow from
the sums. The second pulls back through one tile after the other: what a tile owns has its part of
the gradient, at every pixel that it read.
"""

from __future__ import annotations

from functools import partial

import numpy as np

from ..control.canvas import Canvas
from ..control.guidance import Values
from ..engine.artefact import Manifest
from ..engine.objective import Objective
from ..engine.room import give_back
from ..engine.session import Session
from ..losses.table import Losses, feature_terms, image_terms, parts_of, total
from ..losses.term import FeatureTerm
from ..pictures.tensors import Array
from ..pictures.tiles import OnPart, OnTile, Tile, unwatched
from .graphs import Graphs, TileGraphs
from .layout import at, lasting, read, within
from .looking import Sums, looked
from .preparation import TiledTargets

_SMALL = 300
"""Pixels of a side: what evaluations of larger pictures took is given back before the next scale,
which finds no room in it and would take its own beside."""


class TiledObjective(Objective):
    """An objective that takes targets of whole pictures, and of pictures in tiles.

    While it is aimed at tiles, the graph of whole pictures is closed.

    Args:
        graphs: of the artefact.
        exponent: as of an :class:`Objective`.
        on_part: called after every tile.

    Raises:
        ModelError: as there.
    """

    def __init__(self, graphs: Graphs, exponent: int = 0, on_part: OnPart = unwatched) -> None:
        super().__init__(graphs.objective(), graphs.manifest, exponent)
        self._graphs, self._all = graphs, graphs
        self._tiled: TiledTargets | None = None
        self._of_whole = True
        self._on_tile = partial(on_part, "step")

    def hold_to(self, *, shallow: bool) -> None:
        """Let the next scale be one of all layers, or of the shallow ones alone.

        Raises:
            ModelError: where the artefact has no graphs of these.
        """
        graphs = self._all.at(shallow=shallow)
        changes = graphs is not self._graphs
        if any(self.size) and (changes or max(self.size) > _SMALL):
            self.rest()
        if not changes:
            return
        self._graphs, self._tiled = graphs, None
        self._session, self._of_whole = graphs.objective(), True

    def aim(
        self,
        targets: Values | TiledTargets,
        height: int,
        width: int,
        canvas: Canvas | None = None,
    ) -> None:
        """Take new targets, for pictures of the given size, and what is painted on there.

        Raises:
            ModelError: where the artefact has no graphs for tiles.
        """
        if isinstance(targets, TiledTargets):
            self.make_room()
            self._tiled = targets
            give_back()  # of what targets were made with
            self._place(height, width, canvas)
            return
        if not self._of_whole:
            self._session, self._of_whole = self._graphs.objective(), True
        self._tiled = None
        super().aim(targets, height, width, canvas)

    def make_room(self) -> None:
        """Give back all that evaluations of whole pictures take: tiles follow.

        Raises:
            ModelError: where the artefact has no graphs for tiles.
        """
        # In place of the one that is closed, and of the targets that it holds.
        self._session, self._of_whole = self._graphs.tiles().pullback, False
        self._graphs.close_objective()
        give_back()

    def rest(self) -> None:
        """Give back the memory that evaluations took; in tiles, they have done so."""
        if self._of_whole:
            super().rest()

    def _evaluated(self, image: Array) -> tuple[Losses, Array]:
        if self._tiled is None:
            return super()._evaluated(image)
        graphs, manifest = self._graphs.tiles(), self._graphs.manifest
        return evaluated(graphs, manifest, self._tiled, image, self._on_tile)


def evaluated(
    graphs: TileGraphs,
    manifest: Manifest,
    targets: TiledTargets,
    image: Array,
    on_tile: OnTile = unwatched,
) -> tuple[Losses, Array]:
    """Losses and gradient (1, 3, H, W) at an image (1, 3, H, W).

    Args:
        graphs: that tiles are run through.
        manifest: of the artefact.
        targets: of the picture.
        image: where they are wanted.
        on_tile: called after each tile of each pass.

    Raises:
        EngineError: when ONNX Runtime fails.
    """
    parts = dict.fromkeys(parts_of(manifest.terms), 0.0)
    terms = feature_terms(manifest.terms)
    cotangents: Values = {}
    count = len(targets.tiles)
    before = count if graphs.cotangents is not None else 0
    if graphs.cotangents is not None:
        guided = [term for term in terms if term.guided]
        first = _as_first(on_tile)
        found = summed(graphs.features, manifest, image, targets, guided, first)
        parts["style"], cotangents = _of_statistics(
            graphs.cotangents, manifest, targets.values, found, guided
        )
    gradient = _of_image_terms(manifest, targets.values, image, parts)
    outputs = [name for name in graphs.pullback.outputs if name != _PULLED]
    for number, (tile, lasts) in enumerate(lasting(targets.tiles), start=1):
        run = graphs.pullback.again if lasts else graphs.pullback
        inputs = _inputs(manifest, targets.values, tile, terms)
        *losses, part = run(outputs, image=read(image, tile), **inputs, **cotangents)
        gradient[at(tile)] += part
        for name, loss in zip(outputs, losses, strict=False):
            parts[name] += float(loss)
        targets.disk.rest()
        on_tile(before + number, before + count)
    return total(parts), gradient


def _as_first(on_tile: OnTile) -> OnTile:
    """What is told of the tiles of the first of two passes."""
    return lambda done, total: on_tile(done, 2 * total)


_PULLED = "pulled"
"""The output of the pullback that is differentiated, and means nothing else."""


def summed(
    features: Session,
    manifest: Manifest,
    image: Array,
    targets: TiledTargets,
    terms: list[FeatureTerm],
    on_tile: OnTile = unwatched,
) -> Values:
    """Statistics of an image under the guides of targets, by the names of these."""
    sums, given = Sums(), (terms, targets.values, on_tile)
    for _, found in looked(features, manifest, image, targets.tiles, *given):
        sums.add(terms, manifest, found)
    return sums.values()


def _of_statistics(
    cotangents: Session,
    manifest: Manifest,
    values: Values,
    found: Values,
    guided: list[FeatureTerm],
) -> tuple[float, Values]:
    """The loss of statistics, and its derivative by them, by the names that the pullback has."""
    inputs: Values = {}
    for term in guided:
        for layer in manifest.layers_of(term):
            name, weight = term.target_name(layer), term.weight_name(layer)
            inputs |= {term.found_name(layer): found[name]}
            inputs |= {name: values[name], weight: values[weight]}
    names = list(cotangents.outputs)
    loss, *derivatives = cotangents(names, **inputs)
    return float(loss), dict(zip(names[1:], derivatives, strict=True))


def _inputs(manifest: Manifest, values: Values, tile: Tile, terms: list[FeatureTerm]) -> Values:
    """What the pullback takes of a tile: guides, and what is compared position by position."""
    wanted: dict[str, str] = {}
    for term in terms:
        for layer in manifest.layers_of(term):
            names = (term.target_name(layer), term.weight_name(layer))
            for name in (term.guide_name(layer),) if term.guided else names:
                wanted[name] = layer
    return {name: within(values[name], tile, layer) for name, layer in wanted.items()}


def _of_image_terms(manifest: Manifest, values: Values, image: Array, parts: Losses) -> Array:
    """The gradient (1, 3, H, W) of the terms of the image alone; their losses go to the parts."""
    gradient: Array | None = None
    for term in image_terms(manifest.terms):
        if weight := float(values[term.weight_name]):
            parts[term.part] += weight * term.measured(image)
            slope = term.sloped(image)
            slope *= np.float32(weight)
            gradient = slope if gradient is None else np.add(gradient, slope, out=slope)
    return np.zeros(image.shape, np.float32) if gradient is None else gradient
