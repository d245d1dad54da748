"""Whatever is given as a picture or a mask; Pillow has written it, and says what it holds."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageOps

from stylecore import label_regions, mix_scales, read_scene, stylize
from stylecore.errors import ImageError, ImageWarning, NotAPictureError, StylecoreError
from stylecore.pictures.sources import colours_and_alpha, is_source, mask_of, picture_of

RNG = np.random.default_rng(0)
PHOTO = RNG.integers(0, 256, (24, 32, 3), np.uint8)
DISC = (np.hypot(*(np.mgrid[:24, :32] - np.array([12, 14]).reshape(2, 1, 1))) < 8) * np.uint8(255)
CLEAR = np.zeros_like(DISC)
FULL = np.full_like(DISC, 255)

MASKS = {
    "grey": DISC,
    "bits": DISC > 0,
    "colour": np.dstack([DISC] * 3),
    "opaque": np.dstack([DISC, DISC, DISC, FULL]),
    "white on an empty layer": np.dstack([DISC] * 4),
    "black on an empty layer": np.dstack([CLEAR, CLEAR, CLEAR, DISC]),
    "a thing cut out": np.dstack([PHOTO, DISC]),
    "grey, opaque": np.dstack([DISC, FULL]),
    "white, grey with alpha": np.dstack([FULL, DISC]),
}


def as_mask(given):
    found = np.asarray(mask_of(given), np.float64)
    return (found.mean(axis=2) if found.ndim == 3 else found) / (found.max() or 1)


@pytest.mark.parametrize("kind", MASKS)
def test_a_mask_is_there_where_it_shows_or_is_white(kind, tmp_path):
    array = MASKS[kind]
    image = Image.fromarray(array)
    image.save(tmp_path / "mask.png")
    for given in (tmp_path / "mask.png", str(tmp_path / "mask.png"), image, array):
        assert np.array_equal(as_mask(given), DISC / 255), (kind, type(given))


def test_a_palette_that_is_transparent_in_part(tmp_path):
    indexed = Image.new("P", (32, 24))
    indexed.putdata([int(level > 0) for level in DISC.ravel()])
    indexed.putpalette([200, 200, 200, 9, 9, 9])
    indexed.save(tmp_path / "mask.png", transparency=0)
    for given in (tmp_path / "mask.png", Image.open(tmp_path / "mask.png")):
        assert np.array_equal(as_mask(given), DISC / 255)


def test_masks_of_floats_have_alpha_too():
    array = np.dstack([np.ones((24, 32, 3)), DISC / 255]).astype(np.float32)
    assert np.array_equal(mask_of(array), DISC / 255)
    assert np.array_equal(mask_of(np.ones((24, 32, 1))), np.ones((24, 32)))


@pytest.mark.parametrize("mode", ["RGB", "L", "1", "P", "CMYK", "RGBA", "LA", "YCbCr", "I;16"])
def test_an_image_of_pillow_is_what_pillow_shows(mode):
    ramp = (np.arange(24 * 32) * 85).astype(np.uint16).reshape(24, 32)
    image = Image.fromarray(ramp) if mode == "I;16" else Image.fromarray(PHOTO).convert(mode)
    found = picture_of(image)
    if mode == "I;16":
        assert np.abs(found[..., 0] - ramp / 257).max() <= 0.5
    else:
        assert np.array_equal(found[..., :3], np.asarray(image.convert("RGB")))
    assert found.shape[2] == (4 if mode in {"RGBA", "LA"} else 3)


@pytest.mark.parametrize("orientation", range(1, 9))
def test_an_image_of_pillow_stands_upright(orientation, tmp_path):
    image, exif = Image.fromarray(PHOTO), Image.Exif()
    exif[0x0112] = orientation
    image.save(tmp_path / "turned.png", exif=exif)
    with Image.open(tmp_path / "turned.png") as opened:
        wanted = np.asarray(ImageOps.exif_transpose(opened))
        assert np.array_equal(picture_of(opened), wanted)
        assert np.array_equal(picture_of(ImageOps.exif_transpose(opened)), wanted)


@pytest.mark.parametrize("mode", ["RGB", "RGBA", "L", "LA", "P", "CMYK"])
def test_the_profile_of_an_image_of_pillow_is_applied(mode, profiles):
    plain = {"L": "L", "LA": "L", "CMYK": "CMYK"}.get(mode, "RGB")
    given = {"L": profiles.grey(1.3), "CMYK": profiles.tables("CMYK")}
    profile = given.get(plain, profiles.matrix("Display P3"))
    image = Image.fromarray(PHOTO).convert(mode)
    wanted = profiles.shown(image.convert(plain), profile)
    image.info["icc_profile"] = profile
    found = picture_of(image)
    assert found.shape[2] == (4 if mode in {"RGBA", "LA"} else 3)
    assert np.abs(found[..., :3] - wanted).max() <= 2


def test_a_profile_of_pillow_that_is_damaged_is_told_of():
    image = Image.fromarray(PHOTO)
    image.info["icc_profile"] = b"none"
    with pytest.warns(ImageWarning, match="^the content has a damaged colour profile"):
        assert np.array_equal(picture_of(image, "the content"), PHOTO)


def test_an_image_of_pillow_that_cannot_be_read(tmp_path):
    Image.fromarray(PHOTO).save(tmp_path / "photo.png")
    (tmp_path / "cut.png").write_bytes((tmp_path / "photo.png").read_bytes()[:900])
    with Image.open(tmp_path / "cut.png") as cut, pytest.raises(ImageError, match="give a whole"):
        picture_of(cut)
    for mode in ("I", "F"):
        with pytest.raises(ImageError, match=f"mode {mode}, whose range is not known"):
            picture_of(Image.new(mode, (32, 24)))


def test_what_hides_is_painted_over_with_what_shows():
    colours, alpha = colours_and_alpha(np.dstack([PHOTO, DISC]), "it")
    assert np.array_equal(alpha, DISC / 255)
    assert np.array_equal(colours[DISC > 0], PHOTO[DISC > 0])
    assert (colours[:, -1][10:14] == PHOTO[12, 21]).all(axis=1).any()
    other, _ = colours_and_alpha(np.dstack([np.where(DISC[..., None], PHOTO, 7), DISC]), "it")
    assert np.array_equal(other, colours)
    with pytest.raises(ImageError, match="it is wholly transparent"):
        colours_and_alpha(np.dstack([PHOTO, CLEAR]), "it")


class Place:
    """A path of somebody else's."""

    def __init__(self, path):
        self.path = path

    def __fspath__(self):
        return self.path


def test_whatever_holds_a_picture_gives_the_same_scene(tmp_path):
    path = tmp_path / "photo.png"
    Image.fromarray(PHOTO).save(path)
    scenes = [
        read_scene(one, [one], start=one, keep=mask, content_map=mask)
        for one, mask in [
            (str(path), DISC),
            (path, Image.fromarray(DISC)),
            (Place(str(path)), DISC),
            (PHOTO, DISC),
            (Image.fromarray(PHOTO), DISC),
        ]
    ]
    for scene in scenes:
        assert np.array_equal(scene.content, PHOTO)
        assert np.array_equal(scene.styles[0], scenes[0].styles[0])
        assert np.array_equal(scene.start, scenes[0].start)
        assert np.array_equal(scene.steering.keep, DISC / 255)


@pytest.mark.parametrize("given", [None, 3, 2.5, b"photo.png", object(), Place(b"photo.png"), {1}])
def test_anything_else_is_a_type_error_that_says_what_is_wanted(given):
    wanted = "give a path, a NumPy array of uint8 .* or an image of Pillow"
    for call in (
        lambda: stylize(given, PHOTO),
        lambda: stylize(PHOTO, given),
        lambda: stylize(PHOTO, [PHOTO, given]),
        lambda: stylize(PHOTO, PHOTO, start=given or 0),
        lambda: stylize(PHOTO, PHOTO, keep=given or 0),
        lambda: mix_scales(PHOTO, given),
        lambda: label_regions(given, [PHOTO]),
    ):
        with pytest.raises(NotAPictureError, match=wanted) as caught:
            call()
        assert isinstance(caught.value, TypeError)
        assert isinstance(caught.value, StylecoreError)
    assert is_source(given) == isinstance(given, Place)


def test_the_message_names_which_picture_it_is():
    with pytest.raises(TypeError, match=r"^style 2 is of type NoneType; give"):
        stylize(PHOTO, [PHOTO, None])
    with pytest.raises(ImageError, match=r"^the content: .* float32 \(24, 32, 3\)"):
        stylize(PHOTO.astype(np.float32), PHOTO)
    assert is_source(Path("x"))
