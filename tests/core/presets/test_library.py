"""Presets are settings; that of 2015 is what the equations of that time say."""

import tomllib
from dataclasses import replace

import numpy as np
import pytest

from stylecore.engine.artefact import FEATURES, load_artefact
from stylecore.engine.engines import choose_engine
from stylecore.engine.session import Session
from stylecore.engine.statistics import statistics
from stylecore.errors import SettingsError
from stylecore.models.making.build import build_artefact
from stylecore.pictures.tensors import to_tensor
from stylecore.presets.library import (
    preset,
    preset_line,
    preset_names,
    preset_text,
    preset_values,
)
from stylecore.pyramid import plan
from stylecore.settings import LAYERS, Settings
from stylecore.transfer import objective_between, stylize

RNG = np.random.default_rng(0)
CONTENT, STYLE, PICTURE = RNG.integers(0, 256, (3, 48, 64, 3), np.uint8)


@pytest.mark.parametrize("name", preset_names())
def test_each_is_a_file_of_settings_that_differ_from_the_defaults(name):
    values = tomllib.loads(preset_text(name))
    assert preset_values(name) == values
    settings, usual = preset(name).as_dict(), Settings().as_dict()
    assert {key for key in usual if settings[key] != usual[key]} == set(values)
    line = preset_line(name)
    assert 20 < len(line) < 100
    assert line.endswith(".")


def test_there_are_a_handful():
    names = preset_names()
    assert names == tuple(sorted(names))
    assert {"faithful", "bold", "gatys2015"} < set(names)
    assert len(names) < 10


def test_changes_count_more():
    found = preset("faithful", size=64, style_layers={"relu1_1": 2})
    assert found == replace(preset("faithful"), size=64, style_layers={"relu1_1": 2.0})


def test_a_wrong_name_is_told_with_those_there_are():
    with pytest.raises(SettingsError) as caught:
        preset("blod")
    assert str(caught.value) == (
        f"there is no preset 'blod'; give one of {', '.join(preset_names())}"
    )
    with pytest.raises(SettingsError, match="there is no preset"):
        preset_text("../settings")
    with pytest.raises(SettingsError, match="preset bold: there is no setting 'colour'"):
        preset("bold", colour="match")


def test_a_look_serves_for_several_styles(narrow_artefact):
    settings = preset("fine-strokes", size=48, steps=2, coarsest=48, engine="cpu", pooling="max")
    stylize(CONTENT, [STYLE, PICTURE], model=narrow_artefact["max"], settings=settings)


@pytest.fixture(scope="module")
def of_2015(narrow_weights, tmp_path_factory):
    """Its settings, small, and an artefact whose features can be seen at all of its layers."""
    settings = preset("gatys2015", size=64, steps=3, engine="cpu", threads=1)
    shown = {*settings.style_layers, *settings.content_layers}
    folder = build_artefact(
        narrow_weights,
        tmp_path_factory.mktemp("2015") / "artefact",
        pooling=settings.pooling,
        content_layers=[layer for layer in LAYERS if layer in shown],
        style_layers=tuple(settings.style_layers),
        style_loss=settings.style_loss,
    )
    return settings, load_artefact(folder)


ALPHA, BETA = 1.0, 1000.0
"""The paper's ratio."""


def test_the_loss_of_2015_is_that_of_the_paper(of_2015):
    """In float64, of features alone; the narrow network has channels of its own."""
    settings, artefact = of_2015
    graph, manifest = Session(artefact.path(FEATURES), choose_engine("cpu")), artefact.manifest

    def features(picture):
        found = statistics(graph, manifest, to_tensor(picture))
        return {
            layer: found[f"content.{layer}.features"][0].astype(np.float64)
            for layer in manifest.content_layers
        }

    def gram(one):
        return np.einsum("ihw,jhw->ij", one, one)

    of_picture, of_content, of_style = map(features, (PICTURE, CONTENT, STYLE))
    content = ALPHA * np.square(of_picture["relu4_2"] - of_content["relu4_2"]).sum() / 2
    style = 0.0
    for layer, channels in zip(settings.style_layers, CHANNELS, strict=True):
        positions = of_picture[layer][0].size
        difference = gram(of_picture[layer]) - gram(of_style[layer])
        energy = np.square(difference).sum() / (4 * channels**2 * positions**2)
        style += BETA * energy / 5
    x = PICTURE.astype(np.float64)
    variation = sum(np.abs(np.diff(x, axis=axis)).sum() for axis in (0, 1))
    wanted = {"content": content, "style": style, "tv": settings.tv_weight * variation}
    objective = objective_between(CONTENT, STYLE, model=artefact, settings=settings)
    loss, gradient = objective(to_tensor(PICTURE))
    assert objective.losses == pytest.approx({"loss": sum(wanted.values()), **wanted}, rel=1e-4)
    assert loss == pytest.approx(sum(wanted.values()), rel=1e-4)
    assert np.isfinite(gradient).all()


CHANNELS = (64, 128, 256, 512, 512)
"""Of VGG-19, at relu1_1 to relu5_1."""


def test_the_run_of_2015_is_one_scale_from_noise_by_adam(of_2015):
    settings, artefact = of_2015
    result = stylize(CONTENT, STYLE, model=artefact, settings=settings)
    (scale,) = result.report["scales"]
    assert (scale["width"], scale["height"], len(scale["steps"])) == (64, 48, 3)
    assert result.report["settings"]["optimizer"] == "adam"
    noise = np.random.default_rng(0).normal(127.5, 32.0, (1, 3, 48, 64)).clip(0, 255)
    moved = np.abs(to_tensor(result.image) - noise)
    assert moved.max() <= 3 * settings.learning_rate * 1.5 + 1
    for size in (64, 500, 4096):
        assert len(plan(size, size * 3 // 4, settings)) == 1
