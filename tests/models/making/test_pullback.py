"""The graphs for tiles against central differences in float64."""

import numpy as np
import pytest

from stylecore.losses.table import feature_terms, terms_with
from stylecore.models.autodiff.checks import check_vjp
from stylecore.models.making.pullback import compared_model, pulled_model
from stylecore.settings import Settings


def in_regions(exact, feeds):
    """The same targets for two regions, the left half and the right."""
    doubled = {}
    for name, value in feeds.items():
        if name.startswith("style.") and ".nearest" not in name:
            value = np.concatenate([value] * 2)
            value = exact.in_halves(value) if name.endswith(".guide") else value
        doubled[name] = value
    return doubled


def statistics_and_cotangents(spec, feeds):
    """Any numbers, of the shapes that these have."""
    rng, given = np.random.default_rng(3), {}
    for term in feature_terms(spec.terms):
        for layer in spec.layers_of(term) if term.guided else ():
            target = feeds[term.target_name(layer)]
            given[term.cotangent_name(layer)] = rng.normal(size=target.shape)
            points = rng.normal(size=(len(target), target.shape[1], 60))
            moments = points @ points.transpose(0, 2, 1) / 60
            if target.shape[2] > target.shape[1]:
                moments = np.concatenate([moments, points.mean(axis=2, keepdims=True)], axis=2)
            given[term.found_name(layer)] = moments
    return given


def prepared(exact, narrow_weights, artefact, size, style_loss, blocks=()):
    settings = Settings(style_loss=style_loss, pooling=artefact.manifest.pooling)
    found = exact.targets_for(artefact, *size, settings)
    feeds = in_regions(exact, {name: value.astype(np.float64) for name, value in found.items()})
    terms = terms_with(style_loss)
    spec = exact.in_float64(narrow_weights, artefact.manifest.pooling, blocks, terms)
    return spec, feeds | statistics_and_cotangents(spec, feeds)


def fed(model, feeds):
    return {value.name: feeds[value.name] for value in model.graph.inputs}


@pytest.mark.parametrize("size", [(32, 48), (37, 41)], ids=["even", "odd"])
def test_the_pullback_agrees_with_central_differences(
    exact, narrow_weights, narrow_artefact, pooling, size
):
    style_loss = "gram+nearest"
    spec, feeds = prepared(exact, narrow_weights, narrow_artefact[pooling], size, style_loss)
    model = pulled_model(spec)
    feeds["image"] = exact.random_image(*size).astype(np.float64)
    check_vjp(model, fed(model, feeds), by="image", of="pulled", step=1e-6, tolerance=1e-4)


def test_of_another_style_loss_it_does_too(exact, narrow_weights, artefact_with, style_loss):
    spec, feeds = prepared(exact, narrow_weights, artefact_with[style_loss], (32, 48), style_loss)
    model = pulled_model(spec)
    feeds["image"] = exact.random_image(32, 48).astype(np.float64)
    check_vjp(model, fed(model, feeds), by="image", of="pulled", tolerance=1e-4)


@pytest.mark.parametrize("style_loss", ["gram", "moments", "wasserstein"])
def test_cotangents_agree_with_central_differences(
    exact, narrow_weights, artefact_with, style_loss
):
    spec, feeds = prepared(exact, narrow_weights, artefact_with[style_loss], (32, 48), style_loss)
    model = compared_model(spec)
    found = [name for name in fed(model, feeds) if name.endswith(".found")]
    assert len(found) == len(spec.style_layers)
    check_vjp(model, fed(model, feeds), by=found, of="style", tolerance=1e-5)
