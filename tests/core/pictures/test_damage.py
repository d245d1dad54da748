"""Damaged files of every format give our error or a picture, and never take more than they hold."""

import io
import warnings

import numpy as np
import pytest
import tifffile
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from stylecore.errors import ImageError
from stylecore.pictures.formats.directory import TagFile
from stylecore.pictures.formats.exif import adobe_rgb, orientation_of
from stylecore.pictures.profiles import icc
from stylecore.pictures.profiles.srgb import srgb_profile
from stylecore.pictures.reading import read_with_alpha

Y, X = np.mgrid[0:40, 0:60]
PICTURE = np.stack([X * 4, Y * 6, 128 + 0 * X], axis=-1).astype(np.uint8)
RGBA = Image.fromarray(np.dstack([PICTURE, (Y * 6).astype(np.uint8)]))
EXIF = Image.Exif()
EXIF[0x112] = 6
EXIF[0x8769] = {0xA001: 0xFFFF, 0xA005: {1: "R03"}}


def saved(image, form, **options):
    out = io.BytesIO()
    image.save(out, form, **options)
    return out.getvalue()


def packed(image, **options):
    out = io.BytesIO()
    tifffile.imwrite(out, image, **options)
    return out.getvalue()


def seeds():
    rgb, tags = Image.fromarray(PICTURE), {"icc_profile": srgb_profile(), "exif": EXIF.tobytes()}
    wide = PICTURE.astype(np.uint16) * 257
    return {
        "jpeg": saved(rgb, "jpeg", **tags),
        "progressive jpeg": saved(rgb, "jpeg", progressive=True),
        "jpeg with restarts": saved(rgb, "jpeg", restart_marker_blocks=3),
        "jpeg of inks": saved(rgb.convert("CMYK"), "jpeg", **tags),
        "png": saved(RGBA, "png", **tags),
        "png palette": saved(RGBA.quantize(16), "png"),
        "webp": saved(RGBA, "webp", **tags),
        "avif": saved(RGBA, "avif", **tags),
        "tiff": saved(rgb, "tiff", compression="tiff_lzw", icc_profile=srgb_profile()),
        "tiff of inks": packed(np.dstack([wide, wide[..., 0]]), photometric="separated"),
        "planar tiff": packed(
            np.moveaxis(wide, 2, 0), photometric="rgb", planarconfig="separate", compression="lzma"
        ),
        "big tiff": packed(wide.astype(np.uint32), photometric="rgb", bigtiff=True, tile=(16, 16)),
        "bmp": saved(rgb, "bmp"),
        "gif": saved(rgb.quantize(16), "gif"),
    }


SEEDS = seeds()


@st.composite
def damaged(draw, whole):
    """A file with some bytes changed, taken out or put in."""
    data = bytearray(whole)
    for _ in range(draw(st.integers(1, 4))):
        at = draw(st.integers(0, len(data) - 1))
        kind = draw(st.sampled_from(["byte", "number", "cut", "more"]))
        if kind == "byte":
            data[at] = draw(st.integers(0, 255))
        elif kind == "number":
            data[at : at + 4] = draw(
                st.sampled_from([b"\xff" * 4, bytes(4), b"\x7f" + b"\xff" * 3])
            )
        elif kind == "cut":
            del data[at : at + draw(st.integers(1, 40))]
        else:
            data[at:at] = draw(st.binary(min_size=1, max_size=8))
        data = data or bytearray(b"x")
    return bytes(data)


@pytest.mark.parametrize("seed", SEEDS)
@settings(deadline=None, max_examples=60)
@given(data=st.data())
def test_damage_gives_our_error_or_a_picture(tmp_path_factory, seed, data):
    path = tmp_path_factory.getbasetemp() / "damaged"
    path.write_bytes(data.draw(damaged(SEEDS[seed])))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        try:
            found = read_with_alpha(path)
        except ImageError:
            return
    assert found.dtype == np.uint8
    assert found.shape[2] in (3, 4)


@settings(deadline=None, max_examples=300)
@given(data=st.data())
def test_damaged_profiles(data):
    try:
        profile = icc.parse(data.draw(damaged(srgb_profile())))
        space = icc.space_of(profile)
    except icc.DamagedProfileError:
        return
    if space is not None:
        seen = space.to_srgb(np.arange(48, dtype=np.uint8).reshape(4, 4, 3), 255)
        assert seen.shape == (4, 4, 3)


@settings(deadline=None, max_examples=300)
@given(data=st.data())
def test_damaged_exif(data):
    block = data.draw(damaged(EXIF.tobytes()))
    assert 1 <= orientation_of(block) <= 8
    assert adobe_rgb(block) is None or adobe_rgb(block).xyz.shape == (3, 3)


def test_directories_that_go_round_in_a_circle():
    """An entry count of 0, then the place of the directory itself."""
    round_and_round = b"II*\0\x08\0\0\0" + bytes(2) + (8).to_bytes(4, "little")
    assert len(TagFile.of(round_and_round).chain()) == 1
