"""The loss of a picture as it is delivered, by the equations in NumPy."""

from __future__ import annotations

from ..control.guidance import Values
from ..losses.table import Losses, feature_terms, image_terms, parts_of, total
from ..pictures.tensors import Array
from .artefact import Manifest
from .kept import Features, passing
from .statistics import statistics


def measure(features: Features, manifest: Manifest, image: Array, targets: Values) -> Losses:
    """The loss of an image by the equations, in NumPy, from its forward pass alone.

    Returns:
        ``loss`` and the parts that sum to it.
    """
    guides = {name: value for name, value in targets.items() if name.endswith(".guide")}
    found = statistics(passing(features), manifest, image, guides)
    parts = dict.fromkeys(parts_of(manifest.terms), 0.0)
    for term in feature_terms(manifest.terms):
        for layer in manifest.layers_of(term):
            name = term.target_name(layer)
            weight = targets[term.weight_name(layer)]
            parts[term.part] += term.measured(found[name], targets[name], weight)
    for term in image_terms(manifest.terms):
        parts[term.part] += float(targets[term.weight_name]) * term.measured(image)
    return total(parts)
