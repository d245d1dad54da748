"""How a picture was made: the same for the same picture, and with no place or time in it."""

import json
from dataclasses import replace

import numpy as np
import pytest

from stylecore import Interrupted, Metadata, Region, Settings, stylize, write_image
from stylecore.errors import StylecoreError
from stylecore.pictures.metadata import read_made
from stylecore.provenance.provenance import Provenance

RNG = np.random.default_rng(0)
SETTINGS = Settings(size=48, coarsest=48, steps=3, pooling="max", engine="cpu", threads=1)
MASK = np.zeros((40, 48), np.uint8)
MASK[:, 20:] = 255


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("somewhere")
    for name in ("photo", "night", "start"):
        write_image(folder / f"{name}.png", RNG.integers(0, 256, (40, 48, 3), np.uint8))
    return folder


@pytest.fixture(scope="module")
def result(folder, narrow_artefact):
    settings = replace(SETTINGS, init=str(folder / "start.png"))
    return stylize(folder / "photo.png", folder / "night.png", model=narrow_artefact["max"],
                   settings=settings, regions=[Region(MASK, {0: None})])  # fmt: skip


def test_it_has_all_that_a_picture_was_made_from(result):
    made = Provenance.of_json(result.made, "here")
    assert made == Provenance.of_report(result.report)
    assert made.settings == replace(SETTINGS, init="start.png", coarsest=48)
    assert [what for what, _ in made.inputs.named()] == [
        *("content", "style", "start", "region 1 of the content"),
    ]
    assert made.inputs.content.name == "photo.png"
    assert made.losses == result.report["final"]
    assert (made.steps, made.finished) == (3, True)
    assert made.engine == {"name": "cpu", "precision": "fp32"}
    assert set(made.versions) == {"stylecore", "onnxruntime", "numpy", "opencv", "scipy"}
    assert len(made.model["sha256"]) == len(made.model["artefact"]) == 64


def test_it_has_no_folder_and_no_time(result, folder):
    assert str(folder) in json.dumps(result.report["settings"])
    assert str(folder) not in result.made
    assert folder.name not in result.made
    assert "seconds" not in result.made
    assert "\n" not in result.made


def test_the_same_run_says_the_same(result, folder, narrow_artefact):
    settings = replace(SETTINGS, init=str(folder / "start.png"))
    again = stylize(folder / "photo.png", folder / "night.png", model=narrow_artefact["max"],
                    settings=settings, regions=[Region(MASK, {0: None})])  # fmt: skip
    assert again.made == result.made


def test_it_goes_through_a_picture(result, tmp_path):
    write_image(tmp_path / "picture.png", result.picture, Metadata(made=result.made))
    text = read_made(tmp_path / "picture.png")
    assert Provenance.of_json(text, "picture.png") == Provenance.of_report(result.report)


def test_of_a_run_that_ended_early_it_says_so(folder, narrow_artefact):
    def stop(step):
        if step.done == 2:
            raise KeyboardInterrupt

    with pytest.raises(Interrupted) as caught:
        stylize(folder / "photo.png", folder / "night.png", model=narrow_artefact["max"],
                settings=SETTINGS, on_step=stop)  # fmt: skip
    made = Provenance.of_json(caught.value.result.made, "here")
    assert (made.steps, made.finished, made.losses) == (2, False, None)


def refused(text, words):
    with pytest.raises(StylecoreError) as caught:
        Provenance.of_json(text, "picture.png")
    assert words in str(caught.value)
    assert "\n" not in str(caught.value)


def test_what_is_no_such_thing_is_refused(result):
    good = json.loads(result.made)
    for text in ("", "{", "[]", "3", "{}", "[" * 100_000):
        refused(text, "what picture.png says of how it was made is damaged; take another copy")
    for change in ({"inputs": 3}, {"settings": 3}, {"model": {}}, {"steps": None}, {"losses": 3}):
        refused(json.dumps({**good, **change}), "is damaged")
    refused(json.dumps({**good, "format": 7}), "in form 7, and this version reads form 1")
    refused(json.dumps({**good, "settings": {"magic": 1}}), "there is no setting 'magic'")
