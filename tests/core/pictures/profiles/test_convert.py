"""Colours against Pillow's LittleCMS, by profiles that were made for it."""

import warnings

import numpy as np
import pytest
from PIL import Image

from stylecore.errors import ImageWarning
from stylecore.pictures.profiles import tables
from stylecore.pictures.profiles.convert import to_srgb


def silent(remark):
    pytest.fail(remark)


@pytest.mark.parametrize("name", ["Display P3", "Adobe RGB", "ProPhoto", "sRGB"])
@pytest.mark.parametrize("gamma", [None, 1.0, 1.8, 563 / 256])
def test_primaries_and_curves(profiles, name, gamma):
    data = profiles.matrix(name, gamma)
    colors = np.random.default_rng(0).integers(0, 256, (64, 64, 3), np.uint8)
    wanted = profiles.shown(Image.fromarray(colors), data)
    assert np.abs(to_srgb(colors, 255, data, silent) - wanted).max() <= 2


@pytest.mark.parametrize(
    "parameters",
    [
        (0, [1.8]),
        (1, [1.8, 1.1, -0.1]),
        (2, [2.2, 0.99, 0.01, 0.0]),
        (3, [2.4, 1 / 1.055, 0.055 / 1.055, 1 / 12.92, 0.04045]),
        (4, [2.4, 1 / 1.055, 0.055 / 1.055, 1 / 12.92, 0.04045, 0.0005, 0.0005]),
    ],
)
def test_parametric_curves(profiles, parameters):
    data = profiles.with_curve(profiles.parametric(*parameters))
    greys = np.repeat(np.arange(256, dtype=np.uint8)[None, :, None], 3, axis=2)
    wanted = profiles.shown(Image.fromarray(greys), data)
    assert np.abs(to_srgb(greys, 255, data, silent) - wanted).max() <= 2


def test_sampled_curves(profiles):
    data = profiles.with_curve(profiles.sampled([0, 3000, 12000, 30000, 65535]))
    greys = np.repeat(np.arange(256, dtype=np.uint8)[None, :, None], 3, axis=2)
    wanted = profiles.shown(Image.fromarray(greys), data)
    assert np.abs(to_srgb(greys, 255, data, silent) - wanted).max() <= 2


@pytest.mark.parametrize("connection", ["XYZ ", "Lab "])
def test_grey(profiles, connection):
    data = profiles.grey(1.3, connection)
    greys = np.arange(256, dtype=np.uint8)[None]
    wanted = profiles.shown(Image.fromarray(greys), data)
    assert np.abs(to_srgb(greys[..., None], 255, data, silent) - wanted).max() <= 2


@pytest.mark.parametrize("model", ["RGB ", "CMYK"])
def test_tables(profiles, model):
    data = profiles.tables(model)
    count = len(model.strip())
    stored = np.random.default_rng(0).integers(0, 256, (64, 64, count), np.uint8)
    given = Image.frombytes(model.strip(), (64, 64), stored.tobytes())
    wanted = profiles.shown(given, data)
    assert np.abs(to_srgb(stored, 255, data, silent) - wanted).max() <= 2


def test_16_bits_keep_what_8_would_lose(profiles):
    """A linear picture has almost nothing of its darks in 8 bits."""
    data = profiles.with_curve(profiles.power(1.0))
    stored = np.linspace(0, 2000, 64).astype(np.uint16)
    light = stored / 65535  # IEC 61966-2-1
    wanted = 255 * np.where(light <= 0.0031308, 12.92 * light, 1.055 * light ** (1 / 2.4) - 0.055)
    image = np.repeat(stored[None, :, None], 3, axis=2)
    assert np.abs(to_srgb(image, 65535, data, silent)[0, :, 0] - wanted).max() <= 1


def test_srgb_is_left_bit_for_bit(profiles):
    colors = np.random.default_rng(0).integers(0, 256, (32, 32, 3), np.uint8)
    assert np.array_equal(to_srgb(colors, 255, profiles.matrix("sRGB"), silent), colors)


def test_what_no_profile_says_is_taken_for_srgb():
    colors = np.random.default_rng(0).integers(0, 256, (8, 8, 3), np.uint8)
    assert np.array_equal(to_srgb(colors, 255, None, silent), colors)
    inks = np.random.default_rng(0).integers(0, 256, (8, 8, 4), np.uint8)
    plain = Image.frombytes("CMYK", (8, 8), inks.tobytes()).convert("RGB")
    assert np.abs(to_srgb(inks, 255, None, silent).astype(int) - np.asarray(plain)).max() <= 1


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda data: data[:20], "has a damaged colour profile"),
        (lambda data: data[:-40], "has a damaged colour profile"),
        (lambda data: data[:16] + b"GRAY" + data[20:], "has a colour profile for GRAY"),
    ],
)
def test_a_profile_that_cannot_be_used_is_told_of(profiles, change, message):
    told = []
    colors = np.full((4, 4, 3), 90, np.uint8)
    seen = to_srgb(colors, 255, change(profiles.matrix()), told.append)
    assert np.array_equal(seen, colors)
    assert len(told) == 1
    assert message in told[0]


def test_tables_without_pillow_are_told_of(profiles, monkeypatch):
    def missing(*_):
        raise tables.NoPillowError

    monkeypatch.setattr("stylecore.pictures.profiles.convert.by_tables", missing)
    told = []
    to_srgb(np.zeros((4, 4, 3), np.uint8), 255, profiles.tables("RGB "), told.append)
    assert "needs Pillow (pip install 'stylecore[cli]')" in told[0]


def test_a_warning_names_the_file(profiles, tmp_path):
    from stylecore import read_image

    Image.new("RGB", (4, 4)).save(tmp_path / "a.png", icc_profile=profiles.grey(2.2))
    with pytest.warns(ImageWarning, match=r"a\.png has a colour profile for GRAY"):
        read_image(tmp_path / "a.png")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        Image.new("RGB", (4, 4)).save(tmp_path / "b.png", icc_profile=profiles.matrix())
        read_image(tmp_path / "b.png")
