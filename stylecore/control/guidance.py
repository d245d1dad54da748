"""What steers a run where: masks at the pictures' own sizes, made guides and weights at a scale."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from ..errors import ImageError, SettingsError
from ..pictures.images import resize_mask
from ..pictures.tensors import Array
from ..settings import Settings, block_of
from .guides import guides_of_content, guides_of_style, propagate, vanished
from .regions import Area
from .views import StyleView

Values = dict[str, Array]
"""Inputs of the graphs by name, as the artefact's contract has them."""


@dataclass(frozen=True)
class StyleGuides:
    """How one style is looked at: its guides (K', h, w), and which of the K regions they are of."""

    regions: tuple[int, ...]
    guides: Values


@dataclass(frozen=True)
class Guidance:
    """Guides and weights of one scale.

    Attributes:
        guides: of the content, ``style.<layer>.guide`` (K, h, w), each summing to 1.
        styles: the same for each style, with the regions that take from it.
        shares: for each region the weight of each style in its blend.
        weights: by layer, how much each region counts, (K,); without regions 1.
        content: by layer, how much the content counts at each position, (h, w), or nothing.
    """

    guides: Values
    styles: tuple[StyleGuides, ...]
    shares: tuple[Mapping[int, float], ...]
    weights: Mapping[str, tuple[float, ...]]
    content: Values


@dataclass(frozen=True)
class Steering:
    """Where everything is, at the size of the picture that it belongs to.

    Attributes:
        areas: the regions; none means one that is the whole picture.
        content_map: (H, W), how much the content counts, or None for 1 everywhere.
        keep: (H, W), 1 where the content is left as it is, or None.
        alpha: (H, W), 0 where the content is transparent, or None.
        blend: how much each style counts; empty counts them alike.
    """

    areas: tuple[Area, ...] = ()
    content_map: Array | None = None
    keep: Array | None = None
    alpha: Array | None = None
    blend: tuple[float, ...] = ()

    @property
    def free(self) -> Array | None:
        """(H, W), where the style may pull at all; None is everywhere."""
        if self.keep is None:
            return self.alpha
        return (1 - self.keep) * (1 if self.alpha is None else self.alpha)

    def at(
        self,
        settings: Settings,
        content: tuple[int, int],
        styles: Sequence[tuple[int, int]],
    ) -> Guidance:
        """Guides and weights for a content and styles of these heights and widths.

        Args:
            settings: of the scale.
            content: height and width.
            styles: the same of each style.
        """
        if not self.areas and self.free is None:
            plain = plain_guidance(settings.style_layers, content, styles, self.blend)
            maps = _content_maps(self, settings.content_layers, content)
            return Guidance(plain.guides, plain.styles, plain.shares, plain.weights, maps)
        regions = self.areas or (_everything(styles),)
        masks = self._masks(regions, content)
        carried = propagate(masks, settings.style_layers, settings.guides)
        of_styles = [_seen(regions, i, size, settings) for i, size in enumerate(styles)]
        return Guidance(
            _named(guides_of_content(carried, settings.guides)),
            tuple(style for style, _ in of_styles),
            tuple(_shares(region, self.blend) for region in regions),
            {
                layer: _weights(regions, layer, carried, [there for _, there in of_styles])
                for layer in settings.style_layers
            },
            _content_maps(self, settings.content_layers, content),
        )

    def _masks(self, regions: Sequence[Area], size: tuple[int, int]) -> Array:
        free = 1 if self.free is None else resize_mask(self.free, *size)
        return np.stack([resize_mask(one.content, *size) * np.float32(free) for one in regions])

    def view(
        self,
        index: int,
        picture: Array,
        cut: Callable[[Array], Array],
        settings: Settings,
    ) -> StyleView:
        """A view of a style, with the regions that are in it.

        Args:
            index: the number of the style.
            picture: the view, (1, 3, h, w).
            cut: what makes of a mask of the style, at its own size, that of the view.
            settings: which layers there are, and how masks reach them.
        """
        layers = settings.style_layers
        if not self.areas:
            guides = plain_guides(layers, *picture.shape[2:])
            return StyleView(picture, (0,), guides, dict.fromkeys(layers, frozenset({0})))
        taking = _taking(self.areas, index)
        if not taking:
            return StyleView(picture, (), {}, dict.fromkeys(layers, frozenset()))
        masks = np.stack([cut(self.areas[k].styles[index]) for k in taking])
        found, there = _guided(taking, masks, settings)
        present = {
            layer: frozenset(k for k, seen in regions.items() if seen)
            for layer, regions in there.items()
        }
        return StyleView(picture, taking, found.guides, present)

    def notes(self, guidance: Guidance, settings: Settings) -> list[str]:
        """Say which regions vanish at which layers.

        Args:
            guidance: at the final size.
            settings: which layers count, and what happens.

        Raises:
            ImageError: for one that vanishes, where the settings say ``vanishing="error"``, and in
                any case for one that vanishes at every layer.
        """
        if not self.areas and self.free is None:
            return []
        notes: list[str] = []
        for index, region in enumerate(self.areas or (_everything([]),)):
            gone = [layer for layer, weights in guidance.weights.items() if not weights[index]]
            used = [layer for layer in gone if settings.style_layers[layer]]
            if not used:
                continue
            message = f"{region.name} vanishes at {', '.join(used)}"
            if settings.vanishing == "error" or len(gone) == len(settings.style_layers):
                raise ImageError(f"{message}; give a larger mask, a larger size or other layers")
            notes.append(f"{message}: it pulls at the other layers alone")
        return notes


def plain_guidance(
    layers: Collection[str],
    content: tuple[int, int],
    styles: Sequence[tuple[int, int]],
    blend: Sequence[float] = (),
) -> Guidance:
    """One region that is the whole picture, of all styles."""
    return Guidance(
        plain_guides(layers, *content),
        tuple(StyleGuides((0,), plain_guides(layers, *size)) for size in styles),
        (_shares(_everything([]), blend, range(len(styles))),),
        dict.fromkeys(layers, (1.0,)),
        {},
    )


def plain_guides(layers: Iterable[str], height: int, width: int) -> Values:
    """Guides for one region that is the whole picture: 1/N at every position.

    Each is one number that is seen everywhere, and cannot be written to.
    """
    guides: Values = {}
    for layer in layers:
        h, w = layer_size(layer, height, width)
        guides[f"style.{layer}.guide"] = np.broadcast_to(np.float32(1 / (h * w)), (1, h, w))
    return guides


def layer_size(layer: str, height: int, width: int) -> tuple[int, int]:
    """Height and width of a layer's features: halved, rounding down, by each pooling before it."""
    halvings = block_of(layer) - 1
    return height >> halvings, width >> halvings


def _everything(styles: Sequence[tuple[int, int]]) -> Area:
    whole = {i: np.ones(size, np.float32) for i, size in enumerate(styles)}
    return Area("the picture", np.ones((1, 1), np.float32), whole, 1.0)


def _named(guides: Mapping[str, Array]) -> Values:
    return {f"style.{layer}.guide": guide for layer, guide in guides.items()}


def _seen(
    regions: Sequence[Area], index: int, size: tuple[int, int], settings: Settings
) -> tuple[StyleGuides, dict[str, dict[int, bool]]]:
    """The guides of one style, and by layer which of its regions are there."""
    taking = _taking(regions, index)
    if not taking:
        return StyleGuides((), {}), {}
    masks = np.stack([resize_mask(regions[k].styles[index], *size) for k in taking])
    return _guided(taking, masks, settings)


def _taking(regions: Sequence[Area], index: int) -> tuple[int, ...]:
    """The regions that take from a style."""
    return tuple(k for k, region in enumerate(regions) if index in region.styles)


def _guided(
    taking: tuple[int, ...], masks: Array, settings: Settings
) -> tuple[StyleGuides, dict[str, dict[int, bool]]]:
    """The guides of masks (K', h, w), and by layer which of their regions are there."""
    carried = propagate(masks, settings.style_layers, settings.guides)
    there = {
        layer: {k: not gone for k, gone in zip(taking, vanished(found), strict=True)}
        for layer, found in carried.items()
    }
    guides = guides_of_style(masks, carried, settings.guides)
    return StyleGuides(taking, _named(guides)), there


def _shares(region: Area, blend: Sequence[float], styles: Sequence[int] = ()) -> dict[int, float]:
    chosen = list(styles or region.styles)
    shares = {i: float(blend[i]) if blend else 1.0 for i in chosen}
    if not any(shares.values()):
        raise SettingsError(
            f"blend gives weight 0 to every style that {region.name} takes; give one more"
        )
    return shares


def _weights(
    regions: Sequence[Area],
    layer: str,
    carried: Mapping[str, Array],
    there: Sequence[Mapping[str, Mapping[int, bool]]],
) -> tuple[float, ...]:
    """w_k / K, and 0 for a region that has vanished, in the content or in a style it takes."""
    gone = vanished(carried[layer])
    weights: list[float] = []
    for k, region in enumerate(regions):
        seen = all(found[layer][k] for found in there if k in found.get(layer, {}))
        weights.append(region.weight / len(regions) if seen and not gone[k] else 0.0)
    return tuple(weights)


def _content_maps(steering: Steering, layers: Iterable[str], size: tuple[int, int]) -> Values:
    """The content's weight map, without the transparent part, averaged to each content layer."""
    maps = (steering.content_map, steering.alpha)
    given = [one for one in maps if one is not None]
    if not given:
        return {}
    combined = np.prod([resize_mask(one, *size) for one in given], axis=0, dtype=np.float32)
    carried = propagate(combined[None], layers, "average")
    return {layer: maps[0] for layer, maps in carried.items()}
