"""In tiles loss and gradient are those of the whole, to rounding."""

from dataclasses import replace

import numpy as np
import pytest

from stylecore import Region, Settings
from stylecore.engine.artefact import load_artefact
from stylecore.engine.engines import choose_engine
from stylecore.engine.measuring import measure
from stylecore.engine.sessions import Sessions
from stylecore.errors import ModelError
from stylecore.models.making.build import build_artefact
from stylecore.tiling.measuring import measured
from stylecore.tiling.preparation import TiledTargets

HEIGHT, WIDTH = 203, 251
PLAIN = Settings(size=WIDTH, pooling="max", tv_weight=0.02, engine="cpu", composition="style")
SIDE = 64


def soft(height, width, turn):
    """A mask from 0 to 1 that is soft all over."""
    y, x = np.mgrid[:height, :width]
    return (0.5 + 0.5 * np.sin(x / 40 + y / 60 + turn)).astype(np.float32)


def left(height, width):
    mask = np.zeros((height, width), np.float32)
    mask[:, : width // 3] = 1
    return mask


REGIONS = [
    Region(soft(HEIGHT, WIDTH, 0), {0: left(180, 150)}, name="waves"),
    Region(1 - soft(HEIGHT, WIDTH, 0), {0: 1 - left(180, 150), 1: None}, weight=2, name="rest"),
]
WAVES = soft(HEIGHT, WIDTH, 1)
KEPT = left(HEIGHT, WIDTH)
CASES = {
    "plain": (PLAIN, {}),
    "content's composition, content map": (
        replace(PLAIN, composition="content"),
        {"content_map": WAVES},
    ),
    "regions, kept": (PLAIN, {"regions": REGIONS, "keep": KEPT}),
    "regions that see nothing else, plain sums": (
        replace(PLAIN, guides="inside", loss_scale="none"),
        {"regions": REGIONS},
    ),
    "grey, kept": (replace(PLAIN, color="luminance"), {"keep": KEPT}),
    "colours matched, blended": (replace(PLAIN, color="match", blend=(2.0, 1.0)), {}),
    "colours of the content, sizes": (
        replace(PLAIN, color="content", style_scale=(0.5, 1.5)),
        {},
    ),
}


def check(found, x, loss=1e-5, gradient=1e-4):
    wanted, slope = found.evaluated(found.whole, x)
    losses, tiled = found.evaluated(found.tiled, x)
    for name, value in wanted.items():
        assert losses[name] == pytest.approx(value, rel=loss), name
    assert np.linalg.norm(tiled - slope) <= gradient * np.linalg.norm(slope)


def noise(height, width, seed=0):
    rng = np.random.default_rng(seed)
    return rng.uniform(0, 255, (1, 3, height, width)).astype(np.float32)


@pytest.fixture(scope="module")
def artefacts(narrow_weights, tmp_path_factory):
    """One for each composition: layers that hold the content differ."""
    folder = tmp_path_factory.mktemp("tiled")
    return {
        composition: load_artefact(
            build_artefact(
                narrow_weights,
                folder / composition,
                pooling="max",
                content_layers=replace(PLAIN, composition=composition).all_content_layers,
            )
        )
        for composition in ("style", "content")
    }


@pytest.mark.parametrize("case", CASES)
def test_of_an_odd_picture_they_are_the_same(artefacts, both_ways, picture, case):
    settings, controls = CASES[case]
    pictures = picture(HEIGHT, WIDTH, 1), [picture(180, 150, 2), picture(140, 260, 3)]
    artefact = artefacts[settings.composition]
    found = both_ways(artefact, *pictures, settings, SIDE, noise(HEIGHT, WIDTH, 9), **controls)
    assert len(found.tiled.tiles) == 12
    x = noise(HEIGHT, WIDTH)
    check(found, x)
    manifest, seen = artefact.manifest, found.study.canvas.picture(x)
    wanted = measure(found.features, manifest, seen, found.whole)
    judged = measured(found.features, manifest, seen, found.tiled)
    assert judged == pytest.approx(wanted, rel=1e-4)


def test_at_640_by_480_in_tiles_of_256_they_are_the_same(narrow_artefact, both_ways, picture):
    settings = Settings(size=640, engine="cpu")
    pictures = picture(480, 640, 1), [picture(300, 420, 2)]
    found = both_ways(narrow_artefact["average"], *pictures, settings, 256)
    assert len(found.tiled.tiles) == 6
    check(found, noise(480, 640))


def test_of_every_style_loss_they_are_the_same(artefact_with, both_ways, picture, style_loss):
    settings = replace(PLAIN, pooling="average", style_loss=style_loss, composition="content")
    pictures = picture(HEIGHT, WIDTH, 1), [picture(180, 150, 2), picture(140, 260, 3)]
    found = both_ways(artefact_with[style_loss], *pictures, settings, SIDE, regions=REGIONS)
    check(found, noise(HEIGHT, WIDTH))


def test_targets_are_the_same(narrow_artefact, both_ways, picture):
    settings = Settings(size=WIDTH, pooling="max", engine="cpu")
    pictures = picture(HEIGHT, WIDTH, 1), [picture(180, 150, 2)]
    found = both_ways(narrow_artefact["max"], *pictures, settings, SIDE)
    assert isinstance(found.tiled, TiledTargets)
    assert set(found.tiled.values) == set(found.whole)
    for name, value in found.whole.items():
        tiled = found.tiled.values[name]
        np.testing.assert_allclose(tiled, value, rtol=1e-3, atol=2e-5 * np.abs(value).max())


def test_the_objective_goes_back_to_a_whole_picture(narrow_artefact, both_ways, picture):
    settings = Settings(size=128, pooling="max", engine="cpu")
    found = both_ways(
        narrow_artefact["max"], picture(96, 128, 1), [picture(90, 90, 2)], settings, 64
    )
    x = noise(96, 128)
    wanted, slope = found.evaluated(found.whole, x)
    found.evaluated(found.tiled, x)
    again, the_same = found.evaluated(found.whole, x)
    assert again == wanted
    assert (the_same == slope).all()


def test_a_gradient_that_is_no_number_is_told(narrow_artefact, both_ways, picture):
    settings = Settings(size=128, pooling="max", engine="cpu")
    found = both_ways(
        narrow_artefact["max"], picture(96, 128, 1), [picture(90, 90, 2)], settings, 64
    )
    x = noise(96, 128)
    x[0, 0, 50, 70] = np.nan
    losses, _ = found.evaluated(found.tiled, x)
    assert np.isnan(losses["loss"])


def test_an_artefact_without_a_gradient_for_tiles_is_refused(narrow_artefact):
    artefact = narrow_artefact["max"]
    files = {name: sha for name, sha in artefact.manifest.files.items() if "pullback" not in name}
    known = replace(artefact, manifest=replace(artefact.manifest, files=files))
    with pytest.raises(ModelError, match="has no gradient for tiles; give more memory, or build"):
        Sessions(known).pullback(choose_engine("cpu"))
