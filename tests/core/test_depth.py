"""Sixteen bits a channel: of the same painting, judged as they are delivered."""

from dataclasses import replace

import numpy as np
import pytest

from stylecore import Painter, Settings, blend_strip, read_scene, stylize
from stylecore.checkpoints.checkpoint import Checkpoint
from stylecore.errors import SettingsError
from stylecore.pictures.images import read_image, write_image
from stylecore.pictures.tensors import eight_bits, levels_of, to_tensor
from stylecore.preview import Preview
from stylecore.provenance.provenance import read_provenance
from stylecore.strip import side_by_side

SETTINGS = Settings(size=64, coarsest=32, steps=8, engine="cpu", threads=1)
DEEP = replace(SETTINGS, depth=16)
RNG = np.random.default_rng(0)
CONTENT = RNG.integers(0, 256, (48, 64, 3), np.uint8)
STYLE = RNG.integers(0, 256, (50, 50, 3), np.uint8)


@pytest.fixture(scope="module")
def painter(narrow_artefact):
    with Painter(narrow_artefact["average"], SETTINGS) as painter:
        yield painter


@pytest.mark.parametrize("color", ["style", "luminance", "content"])
def test_it_is_the_same_picture_in_more_bits(painter, color):
    deep, plain = (
        painter.paint(read_scene(CONTENT, STYLE, replace(one, color=color))).image
        for one in (DEEP, SETTINGS)
    )
    assert (deep.dtype, plain.dtype) == (np.uint16, np.uint8)
    assert np.array_equal(eight_bits(deep), plain)
    assert len(np.unique(deep)) > 1000
    assert (deep % 257 != 0).mean() > 0.5


def test_what_is_judged_is_what_is_delivered(artefact_with):
    settings = replace(SETTINGS, style_loss="gram")
    told, lost = {}, {}
    with Painter(artefact_with["gram"], settings) as painter:
        objective = painter.objective(read_scene(CONTENT, STYLE, settings))
        for depth in (8, 16):
            scene = read_scene(CONTENT, STYLE, replace(settings, depth=depth))
            result = painter.paint(scene)
            told[depth] = result.report["final"]["loss"]
            loss, _ = objective(to_tensor(levels_of(result.image)))
            assert told[depth] == pytest.approx(loss, rel=1e-4)
            best = min(step["loss"] for step in result.report["scales"][-1]["steps"])
            lost[depth] = abs(told[depth] - best)
    assert lost[16] < lost[8] / 10


def test_what_is_kept_and_what_is_transparent_have_sixteen_bits_too(painter):
    left = np.zeros((48, 64), np.float32)
    left[:, :32] = 1
    alpha = np.full((48, 64, 1), 128, np.uint8)
    content = np.concatenate([CONTENT, alpha], axis=2)
    result = painter.paint(read_scene(content, STYLE, DEEP, keep=left))
    kept = result.image[:, :24].astype(int)
    assert np.array_equal(kept, CONTENT[:, :24].astype(int) * 257)
    assert result.alpha.dtype == np.uint16
    assert set(np.unique(result.alpha)) == {128 * 257}
    assert result.picture.dtype == np.uint16
    assert result.picture.shape == (48, 64, 4)


@pytest.mark.parametrize("suffix", [".png", ".tif"])
def test_its_file_says_how_it_was_made(tmp_path, painter, suffix):
    from stylecore import Metadata

    result = painter.paint(read_scene(CONTENT, STYLE, DEEP))
    path = tmp_path / f"a{suffix}"
    write_image(path, result.picture, Metadata(made=result.made))
    assert read_provenance(path).settings == DEEP
    assert np.abs(read_image(path).astype(int) - eight_bits(result.image)).max() <= 1


def test_pictures_on_the_way_have_eight_bits(tmp_path, painter):
    steps = []
    preview = Preview(tmp_path / "preview.jpg")
    result = painter.paint(read_scene(CONTENT, STYLE, DEEP), lambda step: steps.append(step))
    assert {step.picture().dtype for step in steps} == {np.dtype(np.uint8)}
    preview.show(result.picture)
    assert preview.failure == ""
    assert read_image(tmp_path / "preview.jpg").shape[2] == 3


def test_a_finished_run_comes_back_from_its_checkpoint(tmp_path, painter):
    scene = read_scene(CONTENT, STYLE, DEEP)
    wanted = painter.paint(scene, checkpoint=Checkpoint(tmp_path / "run"))
    again = painter.paint(scene, checkpoint=Checkpoint(tmp_path / "run").read())
    assert again.image.dtype == np.uint16
    assert np.array_equal(again.image, wanted.image)


def test_a_strip_is_made_of_deep_pictures(painter):
    results = blend_strip(CONTENT, STYLE, CONTENT, count=2, model=painter, settings=DEEP)
    strip = side_by_side([result.picture for result in results])
    assert strip.dtype == np.uint16
    assert strip[0, 64 + 4].tolist() == [65535] * 3


@pytest.mark.parametrize("depth", [0, 12, 32, True, 8.5, "16"])
def test_other_depths_are_refused(depth):
    with pytest.raises(
        SettingsError, match=r"depth is .*; give (8 or 16 bits|a whole number from 8 to 16)"
    ):
        Settings(depth=depth)


def test_a_scene_is_read_for_a_depth():
    with pytest.raises(SettingsError, match="a scene was read by its depth"):
        read_scene(CONTENT, STYLE, SETTINGS).again(depth=16)


def test_stylize_takes_it_as_any_setting(narrow_artefact):
    result = stylize(CONTENT, STYLE, model=narrow_artefact["average"], settings=DEEP)
    assert result.image.dtype == np.uint16
    assert result.report["settings"]["depth"] == 16
