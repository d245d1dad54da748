"""What holds for every style loss: targets, regions, blends, measurement, and whole runs."""

from types import SimpleNamespace

import numpy as np
import pytest

import stylecore
from stylecore import Region
from stylecore.engine.engines import choose_engine
from stylecore.engine.evenness import evenness
from stylecore.engine.measuring import measure
from stylecore.engine.sessions import Sessions
from stylecore.engine.statistics import statistics
from stylecore.engine.targets import prepare_targets
from stylecore.losses.table import TERMS, compares_statistics
from stylecore.models.making.verification import agreement_error, gradient_error
from stylecore.settings import Settings


def noise(height, width, seed, low=0, high=255):
    return np.random.default_rng(seed).uniform(low, high, (1, 3, height, width)).astype(np.float32)


@pytest.fixture
def network(artefact_with, style_loss):
    artefact = artefact_with[style_loss]
    features = Sessions(artefact).features(choose_engine("cpu"))
    return SimpleNamespace(
        artefact=artefact,
        manifest=artefact.manifest,
        features=features,
        term=TERMS[style_loss],
        settings=Settings(style_loss=style_loss),
    )


def targets_of(network, content, *styles):
    return prepare_targets(
        network.features, network.manifest, content, list(styles), network.settings
    )


def test_numpy_measures_what_the_graph_does(network, objective_of):
    picture = noise(37, 50, 0)
    targets = targets_of(network, noise(37, 50, 1), noise(45, 33, 2, high=90))
    objective = objective_of(network.artefact)
    objective.aim(targets, 37, 50)
    objective(picture)
    measured = measure(network.features, network.manifest, picture, targets)
    assert objective.losses == pytest.approx(measured, rel=1e-4)
    assert 0.01 < measured["style"] < 10


def test_its_graphs_pass_their_own_verification(network):
    assert gradient_error(network.artefact) < 1e-2
    assert agreement_error(network.artefact) < 1e-2


def test_a_picture_has_no_distance_from_itself(network):
    picture = noise(48, 64, 0)
    found = measure(
        network.features, network.manifest, picture, targets_of(network, *[picture] * 2)
    )
    assert found["style"] == pytest.approx(0, abs=1e-5)


def test_the_target_of_a_blend_is_made_of_the_mean_of_the_statistics(network):
    one, other = noise(40, 56, 2, high=90), noise(40, 56, 3, low=90)
    blended = targets_of(network, noise(48, 64, 1), one, other)
    each = [statistics(network.features, network.manifest, style) for style in (one, other)]
    for layer in network.manifest.style_layers if network.term.guided else ():
        name = network.term.target_name(layer)
        mean = (each[0][name][0] + each[1][name][0]) / 2
        wanted = network.term.target_of(mean)
        np.testing.assert_allclose(blended[name][0], wanted, atol=1e-4 * np.abs(wanted).max())


def test_the_evenness_of_a_style_is_that_of_its_grams(network, narrow_artefact):
    if not compares_statistics(network.manifest.terms):
        pytest.skip("it has no Grams")
    picture = np.ascontiguousarray(noise(64, 64, 0)[0].transpose(1, 2, 0))
    plain = narrow_artefact["average"]
    wanted = evenness(Sessions(plain).features(choose_engine("cpu")), plain.manifest, picture)
    assert evenness(network.features, network.manifest, picture) == pytest.approx(wanted, rel=1e-5)


@pytest.mark.parametrize("regions", [1, 2])
def test_a_run_lowers_the_loss(network, regions):
    pictures = [noise(48, 64, seed)[0].transpose(1, 2, 0).astype(np.uint8) for seed in (1, 2)]
    left = np.arange(64) < 32
    masks = [np.tile(mask, (48, 1)).astype(float) for mask in (left, ~left)][:regions]
    options = {} if regions == 1 else {"regions": [Region(mask, mask) for mask in masks]}
    settings = Settings(
        size=64, steps=25, coarsest=64, style_loss=network.manifest.style_loss, engine="cpu"
    )
    seen = []
    stylecore.stylize(
        *pictures,
        model=network.artefact.folder,
        settings=settings,
        on_step=lambda step: seen.append(step.parts["style"]),
        **options,
    )
    assert np.isfinite(seen).all()
    assert min(seen) < 0.8 * seen[0]  # the last one may be a step that was not taken
