"""JPEGs that every viewer shows, and those that are really cut short."""

import io
import struct

import numpy as np
import pytest
from PIL import Image

from stylecore.errors import ImageError
from stylecore.pictures.formats import pillow
from stylecore.pictures.reading import read_image

END = b"\xff\xd9"


def encoded(picture, **options):
    out = io.BytesIO()
    Image.fromarray(picture).save(out, "jpeg", quality=92, **options)
    return out.getvalue()


@pytest.fixture(scope="module")
def rough():
    """A picture with something in every block."""
    return np.random.default_rng(0).integers(0, 256, (48, 64, 3), np.uint8)


KINDS = {
    "baseline": {},
    "progressive": {"progressive": True},
    "subsampled": {"subsampling": 2},
    "restarts": {"restart_marker_blocks": 3},
}


@pytest.fixture(params=KINDS)
def whole(request, rough):
    return encoded(rough, **KINDS[request.param])


@pytest.fixture(params=["with Pillow", "without"])
def with_or_without_pillow(request, monkeypatch):
    if request.param == "without":
        monkeypatch.setattr(pillow, "is_there", lambda: False)
    return request.param


def tables(data):
    """Where the first table of a file begins."""
    return data.find(b"\xff\xdb")


ODD = {
    "fill bytes before a marker": lambda d: d[: tables(d)] + b"\xff\xff\xff" + d[tables(d) :],
    "fill bytes before the first": lambda d: d[:2] + b"\xff" + d[2:],
    "fill bytes before the last": lambda d: d[:-2] + b"\xff\xff" + d[-2:],
    "no end marker": lambda d: d[:-2],
    "a trailer in its place": lambda d: d[:-2] + b"\0\0SEFT" + bytes(200),
    "a trailer behind it": lambda d: d + b"SEFT" + bytes(1000),
    "another picture behind it": lambda d: d + d[: len(d) // 2],
    "another picture in its place": lambda d: d[:-2] + d[: len(d) // 2],
    "zeros between segments": lambda d: d[: tables(d)] + b"\0\0" + d[tables(d) :],
}


@pytest.mark.parametrize("oddity", ODD)
def test_odd_but_whole(tmp_path, whole, oddity, with_or_without_pillow):
    (tmp_path / "a.jpg").write_bytes(ODD[oddity](whole))
    wanted = np.asarray(Image.open(io.BytesIO(whole))).astype(int)
    assert np.abs(read_image(tmp_path / "a.jpg") - wanted).max() <= 2


def test_what_looks_like_a_scan_in_a_trailer(tmp_path, rough):
    whole = encoded(rough)
    trailer = b"SEFT\xff\xda\0\x08\1\1\0\0\x3f\0ab"
    (tmp_path / "a.jpg").write_bytes(whole[:-2] + trailer)
    wanted = np.asarray(Image.open(io.BytesIO(whole))).astype(int)
    assert np.abs(read_image(tmp_path / "a.jpg") - wanted).max() <= 2


@pytest.mark.parametrize("share", [0.2, 0.6, 0.9, 0.99])
def test_cut_short(tmp_path, whole, share, with_or_without_pillow):
    (tmp_path / "a.jpg").write_bytes(whole[: int(len(whole) * share)])
    with pytest.raises(ImageError, match="cut short"):
        read_image(tmp_path / "a.jpg")


@pytest.mark.parametrize("share", [0.4, 0.6, 0.9])
def test_cut_short_and_ended_all_the_same(tmp_path, whole, share):
    (tmp_path / "a.jpg").write_bytes(whole[: int(len(whole) * share)] + END)
    with pytest.raises(ImageError, match="cut short"):
        read_image(tmp_path / "a.jpg")


def test_cut_short_between_restarts(tmp_path, rough):
    whole = encoded(rough, restart_marker_blocks=3)
    (tmp_path / "a.jpg").write_bytes(whole[: whole.rfind(b"\xff\xd2")] + END)
    with pytest.raises(ImageError, match="cut short"):
        read_image(tmp_path / "a.jpg")


@pytest.mark.parametrize("level", [0, 128, 255])
def test_cut_short_in_one_colour(tmp_path, level):
    """Of what is grey all over nothing seems to be missing, and nothing is."""
    whole = encoded(np.full((256, 256, 3), level, np.uint8), optimize=True)
    (tmp_path / "a.jpg").write_bytes(whole[:-20] + END)
    if level == 128:
        assert (read_image(tmp_path / "a.jpg") == 128).all()
    else:
        with pytest.raises(ImageError, match="cut short"):
            read_image(tmp_path / "a.jpg")


@pytest.mark.parametrize("level", [0, 127, 128, 129, 255])
def test_one_colour_is_whole(tmp_path, level, with_or_without_pillow):
    (tmp_path / "a.jpg").write_bytes(encoded(np.full((40, 60, 3), level, np.uint8)))
    assert np.abs(read_image(tmp_path / "a.jpg").astype(int) - level).max() <= 1


def test_what_is_whole_is_read_in_silence(tmp_path, whole, capfd):
    (tmp_path / "a.jpg").write_bytes(whole)
    read_image(tmp_path / "a.jpg")
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize(("frame", "name"), [(0xC3, "lossless"), (0xCB, "lossless")])
def test_kinds_that_are_not_read_are_named(tmp_path, rough, frame, name):
    data = bytearray(encoded(rough))
    data[data.find(b"\xff\xc0") + 1] = frame
    (tmp_path / "a.jpg").write_bytes(data)
    with pytest.raises(ImageError, match=f"is a {name} JPEG"):
        read_image(tmp_path / "a.jpg")


def test_12_bits_are_named(tmp_path, rough):
    data = bytearray(encoded(rough))
    data[data.find(b"\xff\xc0") + 4] = 12
    (tmp_path / "a.jpg").write_bytes(data)
    with pytest.raises(ImageError, match="is a 12-bit JPEG"):
        read_image(tmp_path / "a.jpg")


def test_more_pixels_than_the_data_can_hold(tmp_path, rough, monkeypatch):
    """Refused before anything is made room for."""
    data = bytearray(encoded(rough))
    at = data.find(b"\xff\xc0") + 5
    data[at : at + 4] = struct.pack(">HH", 30000, 30000)
    (tmp_path / "a.jpg").write_bytes(data)
    monkeypatch.setattr("cv2.imdecode", lambda *_: pytest.fail("room was made"))
    with pytest.raises(ImageError, match="cut short"):
        read_image(tmp_path / "a.jpg")


@pytest.mark.parametrize("options", [{}, {"progressive": True}, {"subsampling": 2}])
def test_it_is_decoded_smaller_where_that_suffices(tmp_path, options):
    small = np.random.default_rng(0).integers(0, 256, (6, 8, 3), np.uint8)
    picture = np.kron(small, np.ones((64, 64, 1), np.uint8))
    Image.fromarray(picture).save(tmp_path / "a.jpg", quality=95, **options)
    seen = read_image(tmp_path / "a.jpg", lambda height, width: (height // 16, width // 16))
    assert seen.shape == (24, 32, 3)
    wanted = np.asarray(Image.open(tmp_path / "a.jpg").resize((32, 24), Image.Resampling.BOX))
    assert np.abs(seen.astype(int) - wanted).mean() < 1.5


def test_adobe_rgb_that_a_camera_notes_in_exif_alone(tmp_path, profiles):
    """DCF 2.0: ColorSpace is uncalibrated, and InteroperabilityIndex is R03."""
    exif = Image.Exif()
    exif[0x8769] = {0xA001: 0xFFFF, 0xA005: {1: "R03"}}
    picture = np.full((16, 16, 3), (60, 160, 90), np.uint8)
    Image.fromarray(picture).save(tmp_path / "a.jpg", quality=100, subsampling=0, exif=exif)
    Image.fromarray(picture).save(tmp_path / "b.jpg", quality=100, subsampling=0)
    stored = Image.open(tmp_path / "b.jpg")
    wanted = profiles.shown(stored, profiles.matrix("Adobe RGB", 563 / 256))
    assert np.abs(read_image(tmp_path / "a.jpg") - wanted).max() <= 2
    assert np.abs(read_image(tmp_path / "b.jpg") - np.asarray(stored).astype(int)).max() == 0


def test_inks_with_a_profile(tmp_path, profiles):
    inks = np.random.default_rng(0).integers(0, 256, (4, 4, 4), np.uint8)
    made = Image.frombytes("CMYK", (4, 4), inks.tobytes()).resize((32, 32), 0)
    profile = profiles.tables("CMYK")
    made.save(tmp_path / "a.jpg", quality=100, subsampling=0, icc_profile=profile)
    wanted = profiles.shown(Image.open(tmp_path / "a.jpg"), profile)
    assert np.abs(read_image(tmp_path / "a.jpg") - wanted).max() <= 2


def test_inks_with_a_profile_and_no_pillow_are_told_of(tmp_path, profiles, monkeypatch):
    made = Image.new("CMYK", (16, 16), (200, 20, 20, 10))
    made.save(tmp_path / "a.jpg", icc_profile=profiles.tables("CMYK"))
    monkeypatch.setattr(pillow, "is_there", lambda: False)
    with pytest.warns(UserWarning, match=r"is in CMYK .* needs Pillow"):
        read_image(tmp_path / "a.jpg")
