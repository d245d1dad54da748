"""The loss of a picture in tiles as it is delivered, by the equations in NumPy."""

from __future__ import annotations

from functools import partial

from ..control.guidance import Values
from ..engine.artefact import Manifest
from ..engine.kept import Features, passing
from ..engine.measuring import measure
from ..engine.session import Session
from ..losses.table import Losses, feature_terms, image_terms, parts_of, total
from ..pictures.tensors import Array
from ..pictures.tiles import OnPart, OnTile, Tile, unwatched
from .layout import owned
from .looking import Sums, looked
from .preparation import Targets, TiledTargets


def measured(
    features: Features,
    manifest: Manifest,
    image: Array,
    targets: Targets,
    on_part: OnPart = unwatched,
) -> Losses:
    """The loss of an image by the equations, whole or in tiles, as its targets are."""
    if isinstance(targets, TiledTargets):
        on_tile = partial(on_part, "measuring")
        return measure_in_tiles(passing(features), manifest, image, targets, on_tile)
    return measure(features, manifest, image, targets)


def measure_in_tiles(
    features: Session,
    manifest: Manifest,
    image: Array,
    targets: TiledTargets,
    on_tile: OnTile = unwatched,
) -> Losses:
    """What :func:`.measure` gives, for a picture in tiles."""
    parts = dict.fromkeys(parts_of(manifest.terms), 0.0)
    terms, values, sums = feature_terms(manifest.terms), targets.values, Sums()
    tiles = targets.tiles
    for tile, found in looked(features, manifest, image, tiles, terms, values, on_tile):
        sums.add(terms, manifest, found)
        _add_positions(manifest, values, tile, found, parts)
        targets.disk.rest()
    statistics = sums.values()
    for term in terms:
        for layer in manifest.layers_of(term) if term.guided else ():
            name, weight = term.target_name(layer), values[term.weight_name(layer)]
            parts[term.part] += term.measured(statistics[name], values[name], weight)
    for term in image_terms(manifest.terms):
        if weight := float(values[term.weight_name]):
            parts[term.part] += weight * term.measured(image)
    return total(parts)


def _add_positions(
    manifest: Manifest, values: Values, tile: Tile, found: Values, parts: Losses
) -> None:
    """The losses of what a tile owns, of the terms that look at each position for itself."""
    for term in feature_terms(manifest.terms):
        for layer in manifest.layers_of(term) if not term.guided else ():
            name, own = term.target_name(layer), (..., *owned(tile, layer))
            target, weight = values[name][own], values[term.weight_name(layer)][own]
            parts[term.part] += term.measured(found[name], target, weight)
