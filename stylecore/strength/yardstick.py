"""The yardstick: how far a picture is from a style, and how far it has come from its content."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from ..control.guidance import Guidance
from ..engine.artefact import Manifest
from ..engine.kept import Features, passing
from ..errors import SettingsError
from ..pictures.tensors import Array
from ..pyramid import Scale
from ..scene import Scene, Study
from .grams import grams_of

_LEAST = 1e-12
"""Of what is divided by."""


class Yardstick:
    """Measures pictures of one size against the styles of a scene.

    D(x) = Σ_l w_l Σ_k w_lk d(G_lk(x), A_lk) / Σ_l w_l Σ_k w_lk, over the style's layers l and the
    regions k with their weights; A is the styles' blend, and d the :func:`distance`.

    Attributes:
        content: D of the content itself.

    Args:
        features: the artefact's ``features`` graph.
        manifest: the artefact's metadata.
        study: the scene at this size.

    Raises:
        SettingsError: where no layer of the style counts.
    """

    def __init__(self, features: Features, manifest: Manifest, study: Study) -> None:
        self._features, self._manifest, self._guidance = features, manifest, study.guidance
        styles = [
            grams_of(features, manifest, style, how.guides) if how.regions else {}
            for style, how in zip(study.styles, study.guidance.styles, strict=True)
        ]
        self._wanted = blended(styles, study.guidance)
        self._counts = {
            layer: weight * np.array(study.guidance.weights[layer])
            for layer, weight in study.settings.style_layers.items()
        }
        self._total = sum(float(self._counts[layer].sum()) for layer in self._wanted)
        if not self._total:
            raise SettingsError(
                "no layer holds a style here, so there is no way to measure a strength by; give"
                " weights to style layers, larger regions, or no strength"
            )
        self.content = self(study.canvas.picture(study.content))

    @classmethod
    def of(cls, features: Features, manifest: Manifest, scene: Scene) -> Self:
        """For pictures of a scene at its own size.

        Raises:
            SettingsError: as above.
        """
        return cls(features, manifest, scene.at(Scale(scene.height, scene.width, 0)))

    def __call__(self, image: Array) -> float:
        """D of an image (1, 3, H, W), as the network sees it: 0 for the style's Grams, below 1."""
        # A picture that is painted does not come again: nothing is kept of it.
        found = grams_of(passing(self._features), self._manifest, image, self._guidance.guides)
        apart = {layer: distance(found[layer], one) for layer, one in self._wanted.items()}
        return sum(float(self._counts[layer] @ one) for layer, one in apart.items()) / self._total


@dataclass(frozen=True)
class Way:
    """The way of a pair, from its content to as far as its style goes.

    Attributes:
        content: D of the content.
        farthest: D of what is painted where the content counts for next to nothing.
    """

    content: float
    farthest: float

    def balance(self, distance: float) -> float:
        """The fraction of the way that lies behind a picture: b = (D(p) − D) / (D(p) − D(best)).

        0 is the content's own distance, 1 the least that the pair allows.
        """
        length = self.content - self.farthest
        return (self.content - distance) / length if abs(length) > _LEAST else 1.0


def distance(grams: Array, wanted: Array) -> NDArray[np.float64]:
    """D = ‖G − A‖ / √(‖G‖² + ‖A‖²) for each pair of Grams (K, C, C), (K,), 0–1.

    The squared distance of Grams G and A is at most ‖G‖² + ‖A‖², since neither has negative
    eigenvalues: ⟨G, A⟩ ≥ 0. Divided by this bound, pairs and layers are alike, which they are not
    as they stand (Cheng et al. 2021, Style-Aware Normalized Loss for Improving Arbitrary Style
    Transfer, eq. 7). The root makes a length of it: halfway is half as far.
    """
    apart = _squares(grams.astype(np.float64) - wanted)
    bound = _squares(grams) + _squares(wanted)
    return np.sqrt(np.minimum(apart / np.maximum(bound, _LEAST), 1.0))


def blended(styles: Sequence[Mapping[str, Array]], guidance: Guidance) -> dict[str, Array]:
    """The Grams (K, C, C) by layer that each region takes from the styles', as shares mix them."""
    return {layer: _blended(layer, styles, guidance) for layer in guidance.weights}


def _blended(layer: str, styles: Sequence[Mapping[str, Array]], guidance: Guidance) -> Array:
    blends: list[Array] = []
    for region, shares in enumerate(guidance.shares):
        found = [styles[i][layer][guidance.styles[i].regions.index(region)] for i in shares]
        blends.append(np.average(found, axis=0, weights=list(shares.values())))
    return np.stack(blends)


def _squares(values: NDArray[np.floating[Any]]) -> NDArray[np.float64]:
    return np.square(values, dtype=np.float64).sum(axis=(1, 2))
