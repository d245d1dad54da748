"""The graphs for a picture in tiles: ``pullback`` runs on each, ``cotangents`` on what all have.

A loss of statistics of the whole picture, which are sums over its positions, is differentiated in
two parts: ∂L/∂S for the sums S, and from there through every tile for itself.
"""

from __future__ import annotations

import onnx_ir as ir

from ...losses.table import feature_terms
from ...losses.term import FeatureTerm
from ..autodiff.gradients import with_gradient
from .objective import Build, Recording, TrunkSpec


def pulled_model(spec: TrunkSpec) -> ir.Model:
    """The forward half of the pullback: ``pulled`` is what is differentiated.

    It is Σ ⟨∂L/∂S, S⟩ over the statistics S of the tile, and the losses of the terms that look at
    each position for itself.
    """
    build = Build(spec)
    products: list[ir.Value] = []
    of_parts: dict[str, list[ir.Value]] = {}
    for term, layer in _compared(spec):
        if term.guided:
            products.append(_product(build, term, layer))
        else:
            of_parts.setdefault(term.part, []).append(build.layer_loss(term, layer))
    parts = [build.scalar(losses, part) for part, losses in of_parts.items()]
    return build.model("pullback", [build.scalar([*products, *parts], "pulled"), *parts])


def pullback_model(spec: TrunkSpec) -> ir.Model:
    """A tile's part of the gradient, and its part of the losses of single positions.

    Inputs: ``image`` and guides, as in :func:`objective_model`, of the tile; per guided term and
    layer ``gradient.<target>.found``, ∂L/∂S as ``cotangents`` gives it; targets and weights of the
    other terms that look at features. What a tile sees beyond what it owns has guides and weights
    of 0. Outputs: ``pulled``; ``content``, and ``style`` where the style is compared position by
    position; and ``gradient`` (1, 3, H, W).
    """
    return with_gradient(pulled_model(spec), of="pulled", by="image")


def compared_model(spec: TrunkSpec) -> ir.Model:
    """The forward half of the cotangents: statistics, targets and weights in, ``style`` out."""
    record = Recording(spec)
    losses: list[ir.Value] = []
    for term, layer in _compared(spec):
        if term.guided:
            statistic = record.layer_input(term.found_name(layer), layer, *term.target)
            losses.append(record.compared(term, layer, statistic))
    return record.model("cotangents", [record.scalar(losses, "style")])


def cotangents_model(spec: TrunkSpec) -> ir.Model:
    """The loss of statistics, and ∂L/∂S; it never sees a picture.

    Inputs: per guided term and layer ``<target>.found``, S, with target and weight as in
    :func:`objective_model`. Outputs: ``style``, the loss, and ``gradient.<target>.found``.
    """
    found = [term.found_name(layer) for term, layer in _compared(spec) if term.guided]
    return with_gradient(compared_model(spec), of="style", by=found)


def _compared(spec: TrunkSpec) -> list[tuple[FeatureTerm, str]]:
    return [(term, layer) for term in feature_terms(spec.terms) for layer in spec.layers_of(term)]


def _product(build: Build, term: FeatureTerm, layer: str) -> ir.Value:
    """⟨∂L/∂S, S⟩."""
    statistic = build.statistic(term, layer)
    cotangent = build.layer_input(term.cotangent_name(layer), layer, *term.target)
    return build.tape("ReduceSum", build.tape("Mul", statistic, cotangent), keepdims=0)
