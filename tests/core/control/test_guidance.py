from dataclasses import replace

import numpy as np
import pytest

from stylecore.control.guidance import Steering, plain_guidance
from stylecore.control.guides import guides_of_style
from stylecore.control.regions import Area, Region, areas
from stylecore.engine.artefact import load_artefact
from stylecore.engine.engines import choose_engine
from stylecore.engine.measuring import measure
from stylecore.engine.session import Session
from stylecore.engine.statistics import statistics
from stylecore.engine.targets import prepare_targets
from stylecore.errors import ImageError, SettingsError
from stylecore.models.making.build import build_artefact
from stylecore.settings import Settings

LAYERS = ("relu1_1", "relu2_1", "relu3_1")
SETTINGS = Settings(
    style_layers=dict.fromkeys(LAYERS, 1.0), content_layers=dict.fromkeys(LAYERS, 1.0)
)
CONTENT, STYLES = (48, 64), [(40, 56), (64, 40)]


@pytest.fixture(scope="module")
def artefact(narrow_weights, tmp_path_factory):
    """One whose style layers are its content layers too, so that their features can be seen."""
    folder = tmp_path_factory.mktemp("guidance") / "vgg19"
    return load_artefact(
        build_artefact(
            narrow_weights,
            folder,
            pooling=SETTINGS.pooling,
            style_loss="gram",
            content_layers=LAYERS,
            style_layers=LAYERS,
        )
    )


@pytest.fixture(scope="module")
def features(artefact):
    return Session(artefact.path("features.onnx"), choose_engine("cpu"))


@pytest.fixture(scope="module")
def pictures():
    rng = np.random.default_rng(0)
    sizes = [CONTENT, *STYLES]
    return [rng.uniform(0, 255, (1, 3, *size)).astype(np.float32) for size in sizes]


def left(size, columns):
    mask = np.zeros(size, np.float32)
    mask[:, :columns] = 1
    return mask


def two_regions(**options):
    sky = Region(left(CONTENT, 20), {0: left(STYLES[0], 30), 1: left(STYLES[1], 25)}, name="sky")
    land = Region(1 - left(CONTENT, 20), 1 - left(STYLES[0], 30), 3.0, name="land")
    return Steering(areas([sky, land], CONTENT, STYLES), **options)


def guided_gram(features, guide):
    """Σ g F Fᵀ, in float64."""
    flat = features[0].reshape(features.shape[1], -1).astype(np.float64)
    return (flat * guide.ravel()) @ flat.T


def guide_of(mask, layer):
    return guides_of_style(mask[None], {layer: mask[None]}, SETTINGS.guides)[layer][0]


def test_each_region_aims_at_its_own_part_of_its_styles(artefact, features, pictures):
    guidance = two_regions(blend=(3.0, 1.0)).at(SETTINGS, CONTENT, STYLES)
    targets = prepare_targets(
        features, artefact.manifest, pictures[0], pictures[1:], SETTINGS, guidance
    )
    looks = [statistics(features, artefact.manifest, one) for one in pictures[1:]]
    for layer in LAYERS:
        seen = [look[f"content.{layer}.features"] for look in looks]
        first = guided_gram(seen[0], guide_of(left(STYLES[0], 30), layer))
        second = guided_gram(seen[1], guide_of(left(STYLES[1], 25), layer))
        land = guided_gram(seen[0], guide_of(1 - left(STYLES[0], 30), layer))
        sky = 0.75 * first + 0.25 * second
        found = targets[f"style.{layer}.gram"]
        assert np.allclose(found, [sky, land], rtol=1e-3, atol=1e-3 * np.abs(sky).max())
        energies = [np.sum(np.square(one)) for one in (sky, land)]
        expected = [1 / 2 / 3 / energies[0], 3 / 2 / 3 / energies[1]]
        assert np.allclose(targets[f"style.{layer}.gram.weight"], expected, rtol=1e-3)


@pytest.mark.parametrize(("guides", "least"), [("hard", 1e-9), ("inside", 1e-9), ("average", 1e-2)])
def test_the_loss_is_nothing_where_each_region_looks_like_its_target(
    artefact, features, pictures, guides, least
):
    """The content's own parts as style: the style term is zero there, and only there."""
    content = pictures[0]
    masks = [left(CONTENT, 20), 1 - left(CONTENT, 20)]
    own = areas([Region(mask, mask) for mask in masks], CONTENT, [CONTENT])
    swapped = areas([Region(masks[0], masks[1]), Region(masks[1], masks[0])], CONTENT, [CONTENT])
    losses = []
    for regions in (own, swapped):
        settings = replace(SETTINGS, guides=guides)
        guidance = Steering(regions).at(settings, CONTENT, [CONTENT])
        targets = prepare_targets(
            features, artefact.manifest, content, [content], settings, guidance
        )
        losses.append(measure(features, artefact.manifest, content, targets)["style"])
    assert losses[0] < least
    assert losses[1] > 1e-4
    assert losses[1] > 2 * losses[0]


def test_the_graph_and_the_equations_agree_on_regions(
    artefact, features, pictures, objective_of, aim_at
):
    guidance = two_regions(content_map=left(CONTENT, 50)).at(SETTINGS, CONTENT, STYLES)
    objective = objective_of(artefact)
    targets = aim_at(objective, features, artefact, pictures[0], pictures[1:], SETTINGS, guidance)
    x = np.random.default_rng(5).uniform(0, 255, (1, 3, *CONTENT)).astype(np.float32)
    loss, gradient = objective(x)
    parts = measure(features, artefact.manifest, x, targets)
    assert np.isclose(loss, parts["loss"], rtol=1e-4)
    assert np.isclose(objective.losses["style"], parts["style"], rtol=1e-4)
    direction = gradient / np.linalg.norm(gradient)
    ahead, behind = objective(x + 2 * direction)[0], objective(x - 2 * direction)[0]
    assert np.isclose((ahead - behind) / 4, np.linalg.norm(gradient), rtol=0.05)


def test_a_small_region_pulls_as_hard_as_a_large_one(artefact, features, pictures):
    """Its term does not depend on its size where its look does not: here on one flat grey."""
    grey = np.full_like(pictures[0], 90)
    terms = []
    for columns in (8, 56):
        area = Region(left(CONTENT, columns), name="part")
        guidance = Steering(areas([area], CONTENT, STYLES[:1])).at(SETTINGS, CONTENT, STYLES[:1])
        targets = prepare_targets(
            features, artefact.manifest, pictures[0], pictures[1:2], SETTINGS, guidance
        )
        terms.append(measure(features, artefact.manifest, grey, targets)["style"])
    assert np.isclose(*terms, rtol=0.1)


def test_without_masks_it_is_the_plain_case(artefact):
    guidance = Steering().at(SETTINGS, CONTENT, STYLES)
    plain = plain_guidance(SETTINGS.style_layers, CONTENT, STYLES)
    assert guidance.weights == plain.weights == dict.fromkeys(LAYERS, (1.0,))
    assert guidance.shares == ({0: 1.0, 1: 1.0},)
    assert all(np.array_equal(guidance.guides[n], plain.guides[n]) for n in plain.guides)


def test_what_is_kept_or_transparent_takes_no_part(artefact):
    steering = Steering(keep=left(CONTENT, 20), alpha=1 - left(CONTENT, 40))
    guide = steering.at(SETTINGS, CONTENT, STYLES).guides
    assert guide["style.relu1_1.guide"].shape == (1, *CONTENT)
    assert guide["style.relu1_1.guide"][..., :39].max() == 0
    assert np.isclose(guide["style.relu1_1.guide"].sum(), 1, atol=1e-5)


def test_the_content_map_weighs_the_content(artefact, features, pictures):
    steering = Steering(content_map=left(CONTENT, 32) * np.float32(0.5))
    guidance = steering.at(SETTINGS, CONTENT, STYLES)
    mapped, plain = (
        prepare_targets(features, artefact.manifest, pictures[0], pictures[1:], SETTINGS, one)
        for one in (guidance, None)
    )
    name = "content.relu3_1.features.weight"
    ratio = mapped[name] / plain[name]
    assert np.allclose(ratio[..., :4], 0.5)
    assert (ratio[..., 13:] == 0).all()


def notes_of(steering, settings, content, styles):
    return steering.notes(steering.at(settings, content, styles), settings)


@pytest.mark.parametrize("where", ["content", "style"])
def test_a_region_that_vanishes_is_named_and_stops_pulling_there(artefact, where):
    dot = np.zeros(CONTENT, np.float32)
    dot[10:14, 10:14] = 1
    whole = np.ones(CONTENT, np.float32)
    content, style = (dot, whole) if where == "content" else (whole, dot)
    area = Area("the dot", content, {0: style}, 1.0)
    steering = Steering((area, Area("the rest", whole, {0: whole}, 1.0)))
    settings = replace(SETTINGS, guides="inside")
    sizes = (CONTENT, [CONTENT])
    notes = notes_of(steering, settings, *sizes)
    assert notes == ["the dot vanishes at relu2_1, relu3_1: it pulls at the other layers alone"]
    weights = steering.at(settings, *sizes).weights
    assert weights == {"relu1_1": (0.5, 0.5), "relu2_1": (0.0, 0.5), "relu3_1": (0.0, 0.5)}
    with pytest.raises(ImageError, match="the dot vanishes at relu2_1, relu3_1; give a larger"):
        notes_of(steering, replace(settings, vanishing="error"), *sizes)


def test_a_region_that_vanishes_everywhere_is_an_error(artefact):
    line = left(CONTENT, 1)
    steering = Steering((Area("the line", line, {0: np.ones(CONTENT, np.float32)}, 1.0),))
    with pytest.raises(ImageError, match="the line vanishes at relu1_1, relu2_1, relu3_1"):
        notes_of(steering, replace(SETTINGS, guides="inside"), CONTENT, [CONTENT])


def test_a_blend_must_leave_each_region_a_style(artefact):
    with pytest.raises(SettingsError, match="weight 0 to every style that land takes"):
        two_regions(blend=(0.0, 1.0)).at(SETTINGS, CONTENT, STYLES)
