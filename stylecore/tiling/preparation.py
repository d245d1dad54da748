"""Targets of a picture in tiles: the same as of a whole one, with the large ones on the disk."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, TypeAlias

import numpy as np

from ..control.guidance import Guidance, StyleGuides, Values, layer_size, plain_guidance
from ..control.views import StyleView
from ..engine.afar import Afar, Distant, is_nearest
from ..engine.artefact import Manifest
from ..engine.hypercolumns import Grid
from ..engine.kept import Features, passing
from ..engine.looks import Look, mixed, seen_views
from ..engine.neighbours import Seen, grids_of
from ..engine.session import Session
from ..engine.shares import (
    Emphasis,
    content_weights,
    emphasis_of,
    least_energy,
    neighbour_weights,
)
from ..engine.targets import distant, neighbours_of, prepare_targets, style_targets, taken
from ..engine.traits import Traits
from ..losses.table import feature_terms
from ..losses.term import FeatureTerm
from ..pictures.tensors import Array
from ..pictures.tiles import OnPart, Tile, unwatched
from ..settings import Settings
from .disk import Disk
from .layout import layout, owned
from .looking import Sums, looked
from .seen import TiledSeen


@dataclass(frozen=True)
class TiledTargets:
    """What steers a run at a scale whose picture is looked at in tiles.

    Attributes:
        tiles: of the picture.
        values: targets, guides and weights for the whole of it, by the names of the objective's
            inputs.
        disk: where the large ones of them lie.
    """

    tiles: tuple[Tile, ...]
    values: Values
    disk: Disk


Targets: TypeAlias = Values | TiledTargets
"""Of a picture as a whole, or in tiles."""


def prepare(
    features: Features,
    manifest: Manifest,
    *given: Any,
    side: int,
    on_part: OnPart = unwatched,
) -> Targets:
    """Targets of a picture: of a whole one, where a side of tiles is 0."""
    if not side:
        return prepare_targets(features, manifest, *given)
    return prepare_in_tiles(passing(features), manifest, *given, side=side, on_part=on_part)


def prepare_in_tiles(
    features: Session,
    manifest: Manifest,
    content: Array,
    styles: Sequence[Array],
    settings: Settings,
    guidance: Guidance | None = None,
    views: Sequence[Sequence[StyleView]] = (),
    traits: Traits | None = None,
    picture: Array | None = None,
    afar: Afar | None = None,
    *,
    side: int,
    on_part: OnPart = unwatched,
) -> TiledTargets:
    """What :func:`.prepare_targets` gives, for a picture in tiles.

    Args:
        features: as there, like all the rest.
        manifest: as there.
        content: as there.
        styles: as there.
        settings: as there.
        guidance: as there.
        views: as there.
        traits: as there.
        picture: as there.
        afar: as there.
        side: pixels a side that a tile owns, as :func:`.layout` has it.
        on_part: called after every tile of each picture that is looked at.

    Raises:
        EngineError: when ONNX Runtime fails, or the disk has no room.
    """
    size = (content.shape[2], content.shape[3])
    if guidance is None:
        sizes = [(style.shape[2], style.shape[3]) for style in styles]
        guidance = plain_guidance(manifest.style_layers, size, sizes, settings.blend)
    traits = traits or Traits()
    prepared = _Preparation(features, manifest, settings, guidance, side, size, afar, on_part)
    composed, views = traits.composed or [0.0] * len(styles), views or [()] * len(styles)
    for given in zip(styles, guidance.styles, views, composed, strict=True):
        prepared.look_at(*given)
    return prepared.targets(content, picture, emphasis_of(traits.distinct, max(size)))


def bytes_on_disk(manifest: Manifest, height: int, width: int, styles: int) -> int:
    """What targets of a picture in tiles take there, with so many styles of as many pixels."""
    size = 0
    for term in feature_terms(manifest.terms):
        pictures = 1 if term.part == "content" else 1 + styles
        for layer in manifest.layers_of(term) if not term.guided else ():
            high, wide = layer_size(layer, height, width)
            size += 4 * pictures * manifest.channels[layer] * high * wide
    return size


class _Preparation:
    def __init__(
        self,
        features: Session,
        manifest: Manifest,
        settings: Settings,
        guidance: Guidance,
        side: int,
        size: tuple[int, int],
        afar: Afar | None,
        on_part: OnPart,
    ) -> None:
        self._on_part = on_part
        self._features, self._manifest, self._settings = features, manifest, settings
        self._guidance, self._side, self._size = guidance, side, size
        self._terms = feature_terms(manifest.terms)
        self._disk, self._of_styles = Disk(), Disk()
        self._looks: list[Look] = []
        self._seen: dict[int, tuple[Seen, Look]] = {}
        self._afar = afar
        self._grids = self._grids_of_picture() if afar is None else []

    def look_at(
        self,
        style: Array,
        how: StyleGuides,
        views: Sequence[StyleView],
        composed: float,
    ) -> None:
        """Look at the next style, (1, 3, h, w)."""
        if not how.regions:
            self._looks.append(Look({}, {}, (), composed, {}))
            return
        viewed = seen_views(self._features, self._manifest, views, composed)
        terms, sums = [term for term in self._terms if term.part == "style"], Sums()
        seen = self._empty((style.shape[2], style.shape[3]), self._of_styles)
        for tile, found in self._looked("style", style, terms, how.guides):
            sums.add(terms, self._manifest, found)
            self._add(seen, tile, found)
            self._of_styles.rest()
        look = Look(sums.values(), how.guides, how.regions, composed, {})
        self._looks.append(mixed(look, self._manifest, viewed))
        if seen is not None:
            number = len(self._looks) - 1
            far = self._afar and Distant(self._afar.styles[number], seen.sizes, seen)
            self._seen[number] = far or seen, self._looks[-1]

    def targets(
        self, content: Array, picture: Array | None, where: Emphasis | None
    ) -> TiledTargets:
        """All targets, once every style was looked at."""
        values = style_targets(
            self._manifest, self._looks, self._settings, self._guidance, self._size
        )
        for term in self._terms:
            if term.part == "content":
                values |= self._of_content(term, content, where)
            elif self._is_nearest(term):
                values |= self._of_neighbours(term, content if picture is None else picture)
        tiles = layout(*self._size, self._side, self._layers)
        return TiledTargets(tiles, taken(values, self._manifest), self._disk)

    def _of_content(self, term: FeatureTerm, content: Array, where: Emphasis | None) -> Values:
        targets = self._empty_targets(term)
        energies = dict.fromkeys(targets, 0.0)
        for tile, found in self._looked("content", content, [term]):
            for layer, target in targets.items():
                part = found[term.target_name(layer)]
                target[(..., *owned(tile, layer))] = part
                energies[layer] += term.energy(part)
            self._disk.rest()
        plain = self._settings.loss_scale == "none"
        values: Values = {}
        for layer, target in targets.items():
            energy = 1.0 if plain else least_energy(energies[layer])
            size = (target.shape[2], target.shape[3])
            values[term.target_name(layer)] = target
            values[term.weight_name(layer)] = content_weights(
                layer, size, energy, self._settings, self._guidance, where
            )
        return values

    def _of_neighbours(self, term: FeatureTerm, picture: Array) -> Values:
        seen = self._seen_of_picture(term, picture)
        neighbours = neighbours_of(term, self._manifest, seen, self._seen, self._guidance)
        targets = self._empty_targets(term)
        there = {layer: np.zeros((1, 1, *one.shape[2:]), bool) for layer, one in targets.items()}
        for tile in layout(*self._size, self._side, self._layers):
            for layer, target in targets.items():
                part = neighbours.at(layer, *owned(tile, layer))
                target[(..., *owned(tile, layer))] = part
                there[layer][(..., *owned(tile, layer))] = part.any(axis=1, keepdims=True)
            self._of_styles.rest()
            self._disk.rest()
        weights = neighbour_weights(term, self._manifest, there, self._settings, self._guidance)
        return {term.target_name(layer): one for layer, one in targets.items()} | weights

    def _seen_of_picture(self, term: FeatureTerm, picture: Array) -> Seen:
        if self._afar is not None:
            return distant(term, self._manifest, self._size, self._afar.picture)
        seen = self._empty(self._size)
        assert seen is not None
        for tile, found in self._looked("neighbours", picture, [term]):
            self._add(seen, tile, found)
        return seen

    def _looked(
        self,
        what: str,
        image: Array,
        terms: Sequence[FeatureTerm],
        guides: Values | None = None,
    ) -> Iterator[tuple[Tile, Values]]:
        tiles = layout(image.shape[2], image.shape[3], self._side, self._layers)
        given = (image, tiles, terms, guides, partial(self._on_part, what))
        return looked(self._features, self._manifest, *given)

    def _add(self, seen: TiledSeen | None, tile: Tile, found: Values) -> None:
        if seen is None:
            return
        for term in filter(self._is_nearest, self._terms):
            for layer in self._manifest.layers_of(term):
                seen.add(layer, tile, found[term.target_name(layer)])

    @property
    def _layers(self) -> Sequence[str]:
        """All that the network is looked at."""
        return [*self._manifest.content_layers, *self._manifest.style_layers]

    def _is_nearest(self, term: FeatureTerm) -> bool:
        return is_nearest(term, self._manifest)

    def _sizes(self, size: tuple[int, int]) -> dict[str, tuple[int, int]]:
        """Of the layers at which positions of the style are compared."""
        return {
            layer: layer_size(layer, *size)
            for term in filter(self._is_nearest, self._terms)
            for layer in self._manifest.layers_of(term)
        }

    def _grids_of_picture(self) -> list[Grid]:
        sizes = self._sizes(self._size)
        return grids_of(sizes) if sizes else []

    def _empty(self, size: tuple[int, int], disk: Disk | None = None) -> TiledSeen | None:
        sizes = self._sizes(size)
        channels = [self._manifest.channels[layer] for layer in sizes]
        return TiledSeen(sizes, channels, self._grids, disk) if sizes else None

    def _empty_targets(self, term: FeatureTerm) -> Values:
        """Arrays on the disk for targets of a term at every position, by layer."""
        return {
            layer: self._disk.features(
                self._manifest.channels[layer], *layer_size(layer, *self._size)
            )
            for layer in self._manifest.layers_of(term)
        }
