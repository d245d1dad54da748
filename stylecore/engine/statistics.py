"""What of a picture is compared: the statistics that an artefact's features graph gives."""

from __future__ import annotations

from ..control.guidance import Values, plain_guides
from ..errors import ModelError
from ..losses.table import feature_terms
from ..pictures.tensors import Array
from .artefact import Manifest
from .kept import Features


def statistics(
    features: Features,
    manifest: Manifest,
    image: Array,
    guides: Values | None = None,
    *,
    more: bool = False,
) -> Values:
    """What targets are made of, of an image (1, 3, H, W), by the names of the targets.

    Without guides the whole picture is one region. Where more images of the size will follow, the
    memory is kept for them.

    Raises:
        ModelError: when the graph lacks a layer that the manifest names.
    """
    guides = plain_guides(manifest.style_layers, *image.shape[2:]) if guides is None else guides
    names = [
        term.target_name(layer)
        for term in feature_terms(manifest.terms)
        for layer in manifest.layers_of(term)
    ]
    if lacking := set(names) - set(features.outputs):
        raise ModelError(
            f"the artefact's features graph lacks {min(lacking)}, which its manifest promises;"
            " build it again with `stylecore models build`"
        )
    run = features.again if more else features
    taken = {name: guide for name, guide in guides.items() if name in features.inputs}
    return dict(zip(names, run(names, image=image, **taken), strict=True))
