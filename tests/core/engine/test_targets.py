from dataclasses import replace
from types import MappingProxyType

import numpy as np
import pytest

from stylecore.control.composition import emphasis
from stylecore.control.guidance import layer_size, plain_guides
from stylecore.control.views import StyleView
from stylecore.engine.artefact import load_artefact
from stylecore.engine.engines import choose_engine
from stylecore.engine.measuring import measure
from stylecore.engine.session import Session
from stylecore.engine.statistics import statistics
from stylecore.engine.targets import prepare_targets
from stylecore.engine.traits import Traits
from stylecore.errors import ModelError
from stylecore.models.making.build import build_artefact
from stylecore.settings import Settings, sees_things

STYLE = ("relu1_1", "relu2_2", "relu4_1")
CONTENT = ("relu1_1", "relu2_2", "relu3_3", "relu4_1")
LAYERS = MappingProxyType({"relu1_1": 1.0, "relu2_2": 2.0, "relu4_1": 5.0})


@pytest.fixture(scope="module")
def artefact(narrow_weights, tmp_path_factory):
    """One whose content layers are its style layers too, so that their features can be seen."""
    folder = tmp_path_factory.mktemp("targets") / "vgg19"
    build_artefact(
        narrow_weights, folder, content_layers=CONTENT, style_layers=STYLE, style_loss="gram"
    )
    return load_artefact(folder)


@pytest.fixture(scope="module")
def features(artefact):
    return Session(artefact.path("features.onnx"), choose_engine("cpu"))


@pytest.fixture(scope="module")
def pictures():
    rng = np.random.default_rng(0)
    sizes = {"x": (37, 50), "content": (37, 50), "style": (45, 33), "other": (64, 20)}
    return {
        name: rng.uniform(0, 255, (1, 3, *size)).astype(np.float32) for name, size in sizes.items()
    }


def settings_with(**options):
    defaults = {"content_layers": dict.fromkeys(CONTENT, 1.0), "style_layers": dict(LAYERS)}
    return Settings(**(defaults | {"pooling": "max"} | options))


def gram(features):
    """F Fᵀ / N, in float64."""
    flat = features[0].reshape(features.shape[1], -1).astype(np.float64)
    return flat @ flat.T / flat.shape[1]


@pytest.mark.parametrize(
    ("layer", "size"),
    [
        ("relu1_2", (37, 50)),
        ("relu2_1", (18, 25)),
        ("relu3_4", (9, 12)),
        ("relu4_2", (4, 6)),
        ("relu5_1", (2, 3)),
    ],
)
def test_the_size_of_a_layer_halves_and_rounds_down(layer, size):
    assert layer_size(layer, 37, 50) == size


def test_sizes_of_layers_are_those_of_the_network(features, artefact, pictures):
    found = statistics(features, artefact.manifest, pictures["x"])
    for layer in CONTENT:
        assert found[f"content.{layer}.features"].shape[2:] == layer_size(layer, 37, 50)


def test_guides_weigh_every_position_alike(artefact):
    guides = plain_guides(artefact.manifest.style_layers, 37, 50)
    assert set(guides) == {f"style.{layer}.guide" for layer in STYLE}
    guide = guides["style.relu2_2.guide"]
    assert guide.shape == (1, 18, 25)
    assert guide.dtype == np.float32
    np.testing.assert_allclose(guide, 1 / (18 * 25))


@pytest.mark.parametrize("name", ["x", "style", "other"])
def test_grams_are_products_of_features_by_their_number(features, artefact, pictures, name):
    found = statistics(features, artefact.manifest, pictures[name])
    for layer in STYLE:
        wanted = gram(found[f"content.{layer}.features"])
        np.testing.assert_allclose(found[f"style.{layer}.gram"][0], wanted, rtol=2e-5)


def prepared(features, artefact, pictures, settings, styles=("style",)):
    return prepare_targets(
        features,
        artefact.manifest,
        pictures["content"],
        [pictures[name] for name in styles],
        settings,
    )


def test_targets_are_all_that_the_objective_wants(features, artefact, pictures):
    values = prepared(features, artefact, pictures, settings_with())
    graph = Session(artefact.path("objective.onnx"), choose_engine("cpu"))
    assert set(values) == set(graph.inputs) - {"image"}
    assert all(value.dtype == np.float32 for value in values.values())


def test_several_styles_are_blended_by_the_mean_of_their_grams(features, artefact, pictures):
    settings = settings_with()
    both = prepared(features, artefact, pictures, settings, ["style", "other"])
    one, other = (
        statistics(features, artefact.manifest, pictures[name]) for name in ("style", "other")
    )
    for layer in STYLE:
        name = f"style.{layer}.gram"
        wanted = (one[name].astype(np.float64) + other[name]) / 2
        np.testing.assert_allclose(both[name], wanted, rtol=1e-6)
        energy = (wanted**2).sum()
        wanted_weight = LAYERS[layer] / 8 / energy
        np.testing.assert_allclose(both[f"style.{layer}.gram.weight"], [wanted_weight], rtol=1e-5)
    twice = prepared(features, artefact, pictures, settings, ["style", "style"])
    once = prepared(features, artefact, pictures, settings)
    for name, value in once.items():
        np.testing.assert_array_equal(value, twice[name])


def by_the_equations(features, artefact, pictures, settings):
    """The terms in float64, straight from the features."""
    of_x, of_content, of_style = (
        {
            name.split(".")[1]: value.astype(np.float64)
            for name, value in statistics(features, artefact.manifest, pictures[key]).items()
            if name.startswith("content.")
        }
        for key in ("x", "content", "style")
    )
    unit = settings.loss_scale == "unit"

    def total(weights, found, wanted):
        share = sum(weights.values()) if unit else 1
        return sum(
            weight / share * ((found[layer] - wanted[layer]) ** 2).sum()
            / ((wanted[layer] ** 2).sum() if unit else 1)
            for layer, weight in weights.items()
        )  # fmt: skip

    grams = [{layer: gram(of[layer]) for layer in STYLE} for of in (of_x, of_style)]
    x = pictures["x"].astype(np.float64)
    variation = np.abs(np.diff(x, axis=2)).sum() + np.abs(np.diff(x, axis=3)).sum()
    content = settings.content_weight * total(settings.content_layers, of_x, of_content)
    style = settings.style_weight * total(settings.style_layers, *grams)
    tv = settings.tv_weight * variation / (37 * 50 if unit else 1)
    return content, style, tv


@pytest.mark.parametrize("loss_scale", ["unit", "none"])
def test_the_loss_is_that_of_the_equations(features, artefact, pictures, loss_scale, objective_of):
    settings = settings_with(
        loss_scale=loss_scale,
        content_weight=0.3,
        style_weight=2.0,
        tv_weight=0.05,
        content_layers={"relu1_1": 3.0, "relu2_2": 0.0, "relu3_3": 1.0, "relu4_1": 0.5},
    )
    wanted = by_the_equations(features, artefact, pictures, settings)
    values = prepared(features, artefact, pictures, settings)
    measured = measure(features, artefact.manifest, pictures["x"], values)
    objective = objective_of(artefact)
    objective.aim(values, 37, 50)
    objective(pictures["x"])
    named = dict(zip(("content", "style", "tv"), wanted, strict=True))
    for losses in (measured, objective.losses):
        assert losses == pytest.approx({"loss": sum(wanted), **named}, rel=1e-4)


def test_in_units_a_term_is_what_part_of_its_target_is_missed(features, artefact, pictures):
    values = prepared(features, artefact, pictures, settings_with(content_weight=1.0))
    own = measure(features, artefact.manifest, pictures["content"], values)
    assert own["content"] == pytest.approx(0, abs=1e-6)
    nothing = {
        name: 0 * value if name.endswith(".features") else value for name, value in values.items()
    }
    missed = measure(features, artefact.manifest, pictures["content"], nothing)
    assert missed["content"] == pytest.approx(1, rel=1e-4)


def test_units_do_not_depend_on_how_many_layers_share_the_weight(features, artefact, pictures):
    alike = settings_with(style_layers=dict.fromkeys(STYLE, 1.0))
    more = settings_with(style_layers=dict.fromkeys(STYLE, 7.0))
    for name, value in prepared(features, artefact, pictures, alike).items():
        np.testing.assert_array_equal(value, prepared(features, artefact, pictures, more)[name])


def test_layers_whose_weights_are_all_zero_count_for_nothing(features, artefact, pictures):
    settings = settings_with(style_layers=dict.fromkeys(STYLE, 0.0))
    values = prepared(features, artefact, pictures, settings)
    parts = measure(features, artefact.manifest, pictures["x"], values)
    assert parts["style"] == 0
    assert parts["content"] > 0


def test_a_target_without_any_energy_gives_finite_weights(features, artefact, pictures):
    settings = settings_with()
    values = prepared(features, artefact, pictures, settings)

    class Silent:
        """A network that sees nothing."""

        inputs, outputs = features.inputs, features.outputs

        def __call__(self, outputs, **inputs):
            return [0 * value for value in features(outputs, **inputs)]

    for name, value in prepared(Silent(), artefact, pictures, settings).items():
        assert np.isfinite(value).all()
        assert value.shape == values[name].shape


def test_a_layer_that_the_graph_lacks_is_named(features, artefact, pictures):
    manifest = replace(
        artefact.manifest, content_layers=(*artefact.manifest.content_layers, "relu5_4")
    )
    with pytest.raises(ModelError, match=r"features graph lacks content\.relu5_4\.features"):
        statistics(features, manifest, pictures["x"])


@pytest.fixture
def parts(features, artefact, pictures):
    """Two views of a style, and the Grams that they have."""
    rng = np.random.default_rng(9)
    views = []
    for size in ((40, 32), (32, 40)):
        picture = rng.uniform(0, 255, (1, 3, *size)).astype(np.float32)
        there = dict.fromkeys(artefact.manifest.style_layers, frozenset({0}))
        guides = plain_guides(artefact.manifest.style_layers, *size)
        views.append(StyleView(picture, (0,), guides, there))
    looks = [statistics(features, artefact.manifest, one.picture) for one in views]
    return views, looks


@pytest.mark.parametrize("share", [0.0, 0.25, 1.0])
def test_views_count_by_their_share_in_deep_layers(features, artefact, pictures, parts, share):
    views, looks = parts
    settings = settings_with()
    given = pictures["content"], [pictures["style"]]
    plain = prepare_targets(features, artefact.manifest, *given, settings)
    found = prepare_targets(
        features, artefact.manifest, *given, settings, None, [views], Traits([share])
    )
    for layer in artefact.manifest.style_layers:
        name = f"style.{layer}.gram"
        mean = np.mean([look[name] for look in looks], axis=0)
        deep = share if sees_things(layer) else 0
        wanted = deep * mean + (1 - deep) * plain[name]
        np.testing.assert_allclose(found[name], wanted, rtol=1e-4, atol=1e-4)
        energies = np.mean([np.square(look[name]).sum() for look in looks])
        agreement = np.square(mean).sum() / energies if sees_things(layer) else 1
        weight = plain[f"style.{layer}.gram.weight"] * (plain[name] ** 2).sum() / (wanted**2).sum()
        weight *= agreement ** (1.5 * share)
        np.testing.assert_allclose(found[f"style.{layer}.gram.weight"], weight, rtol=1e-3)


def test_a_view_without_a_region_says_nothing_of_it(features, artefact, pictures, parts):
    views, _ = parts
    absent = dict.fromkeys(artefact.manifest.style_layers, frozenset())
    blind = [replace(one, there=absent) for one in views]
    given = pictures["content"], [pictures["style"]]
    plain = prepare_targets(features, artefact.manifest, *given, settings_with())
    found = prepare_targets(
        features, artefact.manifest, *given, settings_with(), None, [blind], Traits([1.0])
    )
    for name, value in plain.items():
        np.testing.assert_array_equal(found[name], value)


def test_the_content_counts_where_it_is_like_no_other_place(artefact, features, pictures):
    given = (pictures["content"], [pictures["style"]])
    distinct = np.array([[0.1, 0.1], [0.1, 0.4]], np.float32)
    settings = settings_with()
    plain = prepare_targets(features, artefact.manifest, *given, settings)
    traits = Traits(distinct=distinct)
    found = prepare_targets(features, artefact.manifest, *given, settings, traits=traits)
    for layer in CONTENT:
        name = f"content.{layer}.features.weight"
        height, width = plain[name].shape[2:]
        wanted = emphasis(distinct, max(given[0].shape[2:]), height, width)
        np.testing.assert_allclose(found[name][0, 0], plain[name][0, 0] * wanted, rtol=1e-5)
