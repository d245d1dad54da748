"""Inputs are known by their bytes, whatever they are called and whichever way they come."""

import hashlib
import json

import numpy as np
import pytest
from PIL import Image

from stylecore import Region, Settings, read_scene, write_image
from stylecore.errors import ImageError
from stylecore.provenance.given import input_of, region_inputs
from stylecore.provenance.inputs import Input, Inputs, LabelInputs

RNG = np.random.default_rng(0)
PICTURE = RNG.integers(0, 256, (30, 40, 3), np.uint8)
MASK = np.zeros((30, 40), np.uint8)
MASK[:, :20] = 255


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "a folder" / "photo.png"
    path.parent.mkdir()
    write_image(path, PICTURE)
    return path


def test_a_file_is_its_name_its_length_and_its_sha256(file):
    data = file.read_bytes()
    wanted = Input("photo.png", len(data), hashlib.sha256(data).hexdigest())
    assert input_of(file) == wanted
    assert input_of(str(file)) == wanted


def test_an_array_is_its_values_and_its_form():
    one = input_of(PICTURE)
    assert (one.name, one.length) == ("", PICTURE.nbytes)
    assert input_of(PICTURE.copy()) == one
    assert input_of(np.asfortranarray(PICTURE)) == one
    others = [PICTURE[:, ::-1], PICTURE.reshape(40, 30, 3), PICTURE.view(np.int8)]
    assert len({one.sha256, *(input_of(other).sha256 for other in others)}) == 4


def test_an_image_of_pillow_is_its_values_and_its_mode():
    one = input_of(Image.fromarray(PICTURE))
    assert input_of(Image.fromarray(PICTURE)) == one
    assert input_of(Image.fromarray(PICTURE).convert("L")) != one


def test_what_cannot_be_read_says_so(tmp_path):
    with pytest.raises(ImageError, match=r"^there is no file .*none\.png; give a PNG"):
        input_of(tmp_path / "none.png")
    with pytest.raises(ImageError, match="is a folder; give a PNG"):
        input_of(tmp_path)


def test_a_scene_knows_what_was_given(file):
    regions = [Region(MASK, {0: 255 - MASK, 1: None}, 0.5, "sky"), Region(255 - MASK)]
    styles = (one for one in (file, PICTURE[::-1]))  # what can be gone through once
    scene = read_scene(file, styles, Settings(size=40), regions=regions, keep=MASK,
                       content_map=MASK, start=PICTURE)  # fmt: skip
    given = dict(scene.inputs.named())
    assert list(given) == [
        *("content", "style", "style 2", "start", "keep", "content map"),
        *("region 1 of the content", "region 1 of style 1", "region 2 of the content"),
    ]
    assert given["content"] == given["style"] == input_of(file)
    assert given["style 2"] == input_of(PICTURE[::-1])
    assert given["region 1 of style 1"] == input_of(255 - MASK)
    assert scene.inputs.regions[0].styles is not None
    assert scene.inputs.regions[0].styles[1] is None
    assert scene.inputs.regions[1].styles is None
    assert dict(scene.again(start=file).inputs.named())["start"] == input_of(file)


def test_the_picture_that_settings_start_from_is_an_input(file):
    scene = read_scene(PICTURE, PICTURE, Settings(size=40, init=str(file)))
    assert scene.inputs.start == input_of(file)
    assert read_scene(PICTURE, PICTURE, Settings(size=40, init="noise")).inputs.start is None


def everything():
    one = input_of(PICTURE)
    regions = (Region(MASK, {0: MASK, 1: None}, 0.5, "sky"), Region(MASK, MASK), Region(MASK))
    labels = LabelInputs(one, (one, one), (1.0, 0.5))
    return Inputs(one, (one, one), one, one, one, one, region_inputs(regions), labels)


def test_through_json_they_stay_the_same(file):
    for inputs in (everything(), Inputs(input_of(file), (input_of(file),))):
        assert Inputs.of_dict(json.loads(json.dumps(inputs.as_dict()))) == inputs
    assert "keep" not in inputs.as_dict()


@pytest.mark.parametrize("name", ["../photo.png", "/etc/passwd", "..", ".", "a/b", 3, None])
def test_a_name_with_a_folder_is_refused(name):
    given = everything().as_dict()
    given["keep"] = {"name": name, "bytes": 3, "sha256": "0" * 64}
    with pytest.raises(ValueError, match="is no name of a file"):
        Inputs.of_dict(given)
