"""What is transparent: a style steers nothing there, and pictures on the way keep their alpha."""

import numpy as np
import pytest
from PIL import Image

from stylecore import Region, Settings, objective_between, read_scene, stylize
from stylecore.engine.engines import choose_engine
from stylecore.engine.evenness import evenness
from stylecore.engine.sessions import Sessions
from stylecore.errors import ImageError
from stylecore.pictures.color import color_statistics

QUICK = {"size": 64, "coarsest": 32, "steps": 8, "engine": "cpu", "threads": 1}
RNG = np.random.default_rng(0)
CONTENT = RNG.integers(0, 256, (48, 64, 3), np.uint8)
DARK = RNG.integers(0, 90, (64, 48, 3), np.uint8)
HIDDEN = RNG.integers(0, 256, (64, 48, 3), np.uint8)
UPPER = np.zeros((64, 48), np.uint8)
UPPER[:32] = 255


def clear_below(picture, hidden):
    """A style of which the upper half shows, with something under what does not."""
    return np.dstack([np.where(UPPER[..., None], picture, hidden), UPPER])


@pytest.fixture
def run(narrow_artefact):
    def run(content=CONTENT, style=DARK, on_step=None, where=None, **options):
        settings = Settings(**(QUICK | options))
        folder = narrow_artefact[settings.pooling].folder
        return stylize(
            content, style, model=folder, settings=settings, on_step=on_step, **(where or {})
        )

    return run


@pytest.mark.parametrize("options", [{}, {"color": "match"}, {"composition": "style"}], ids=str)
def test_what_hides_in_a_style_changes_nothing(run, options):
    pictures = [
        run(style=clear_below(DARK, hidden), **options).image for hidden in (255 + 0 * DARK, HIDDEN)
    ]
    assert np.array_equal(*pictures)


def test_what_hides_in_a_file_that_is_shrunk_changes_nothing(run, narrow_artefact, tmp_path):
    """Neither what is looked at, nor where neighbours are found, depends on it."""
    assert {"gram", "nearest"} <= set(narrow_artefact["average"].manifest.terms)
    pictures = []
    for hidden in (255 + 0 * DARK, HIDDEN):
        large = clear_below(DARK, hidden).repeat(16, axis=0).repeat(16, axis=1)
        Image.fromarray(large).save(tmp_path / "style.png")
        pictures.append(run(style=tmp_path / "style.png").image)
    assert np.array_equal(*pictures)


def test_a_transparent_ground_does_not_make_the_picture_white(run):
    options = {"content_weight": 0.0, "steps": 40, "init": "noise"}
    mean = run(style=clear_below(DARK, 255), **options).image.mean()
    assert abs(mean - run(style=DARK, **options).image.mean()) < 8
    white = np.where(UPPER[..., None], DARK, np.uint8(255))
    assert run(style=white, **options).image.mean() > mean + 20


def test_alpha_is_a_guide_of_the_style(narrow_artefact):
    """The targets are those of a region that takes from where the style shows."""
    settings = Settings(**QUICK)
    model = narrow_artefact[settings.pooling].folder
    style = clear_below(DARK, 255)
    filled = read_scene(CONTENT, style, settings).styles[0].astype(np.uint8)
    region = Region(np.ones((48, 64)), UPPER)
    x = np.full((1, 3, 48, 64), 127, np.float32)
    losses = [
        objective_between(CONTENT, one, model=model, settings=settings, regions=regions)(x)[0]
        for one, regions in [(style, []), (filled, [region]), (filled, [])]
    ]
    assert np.isclose(losses[0], losses[1], rtol=1e-6)
    assert not np.isclose(losses[0], losses[2], rtol=1e-4)


def test_with_match_only_the_colours_that_show_count():
    settings = Settings(**QUICK, color="match")
    scene = read_scene(CONTENT, clear_below(DARK, 255), settings)
    (style,), (alpha,) = scene.styles, scene.alphas
    mean, _ = color_statistics(style, alpha)
    wanted, _ = color_statistics(CONTENT, np.ones((48, 64), np.float32))
    assert np.abs(mean - wanted).max() < 3


@pytest.mark.parametrize("fit", ["keep", "crop"])
def test_regions_take_only_what_shows(fit):
    settings = Settings(**QUICK, fit=fit)
    everything = Region(np.ones((48, 64)), {0: None, 1: np.ones((64, 48))})
    scene = read_scene(CONTENT, [DARK, clear_below(DARK, 9)], settings, regions=[everything])
    (area,) = scene.steering.areas
    assert (area.styles[0] == 1).all()
    assert np.array_equal(area.styles[1], scene.alphas[1])
    assert scene.alphas[0] is None
    assert scene.alphas[1].shape == scene.styles[1].shape[:2]


def test_what_does_not_show_cannot_be_taken():
    below = Region(np.ones((48, 64)), 255 - UPPER, name="below")
    with pytest.raises(ImageError, match="below takes from a part of style 1 that is transparent"):
        read_scene(CONTENT, clear_below(DARK, 9), Settings(**QUICK), regions=[below])
    nothing = np.dstack([DARK, 0 * UPPER])
    with pytest.raises(ImageError, match="style 2 is wholly transparent; give one that shows"):
        read_scene(CONTENT, [DARK, nothing], Settings(**QUICK))


def test_a_style_is_as_even_as_what_shows_of_it(narrow_artefact):
    artefact = narrow_artefact["average"]
    network = Sessions(artefact).features(choose_engine("cpu")), artefact.manifest
    shown = RNG.uniform(0, 255, (128, 128, 3)).astype(np.float32)
    shown[:64, :64] = (240, 20, 20)
    alpha = np.ones((128, 128), np.float32)
    alpha[64:] = 0
    found: list[list[float]] = []
    for hidden in (shown[:64], np.where(np.arange(64)[:, None, None] % 16 < 8, 255, 0)):
        scene = np.concatenate([shown[:64], np.broadcast_to(hidden, (64, 128, 3))])
        scene = scene.astype(np.float32)
        found.append([evenness(*network, scene), evenness(*network, scene, alpha)])
    without, with_alpha = np.abs(np.diff(found, axis=0))[0]
    assert with_alpha < without / 10
    alpha[:64, 64:] = 0
    assert evenness(*network, scene, alpha) == 1


def test_pictures_on_the_way_keep_their_alpha(run):
    content = np.dstack([CONTENT, np.where(np.arange(64) < 20, 0, 255) * np.ones((48, 1))])
    pictures = []
    result = run(content.astype(np.uint8), on_step=lambda step: pictures.append(step.picture()))
    assert [one.shape[2] for one in pictures] == [4] * 8
    assert np.array_equal(pictures[-1][..., 3], result.alpha)
    pictures.clear()
    run(on_step=lambda step: pictures.append(step.picture()))
    assert {one.shape[2] for one in pictures} == {3}
