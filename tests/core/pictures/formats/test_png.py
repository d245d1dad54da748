"""What PNG says of colours, in the order of its standard, and of transparency."""

import io
import struct
import zlib

import numpy as np
import pytest
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from stylecore.errors import ImageError, ImageWarning
from stylecore.pictures.profiles.srgb import srgb_profile
from stylecore.pictures.reading import read_image, read_with_alpha

HEADER = 8 + 25


def chunk(name, body):
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))


def icc(data):
    return chunk(b"iCCP", b"made\0\0" + zlib.compress(data))


def gamma(number):
    return chunk(b"gAMA", struct.pack(">I", round(number * 100000)))


def chromaticities(*points):
    return chunk(b"cHRM", struct.pack(">8I", *(round(one * 100000) for one in points)))


P3 = (0.3127, 0.3290, 0.680, 0.320, 0.265, 0.690, 0.150, 0.060)
SRGB = chunk(b"sRGB", b"\0")
P3_BY_NUMBER = chunk(b"cICP", bytes([12, 13, 0, 1]))


@pytest.fixture
def read_with(tmp_path, picture):
    """Reads the picture with these chunks behind its header."""

    def read_with(*chunks):
        out = io.BytesIO()
        Image.fromarray(picture).save(out, "png")
        data = out.getvalue()
        (tmp_path / "a.png").write_bytes(data[:HEADER] + b"".join(chunks) + data[HEADER:])
        return read_image(tmp_path / "a.png").astype(int)

    return read_with


def test_linear_light(read_with, picture):
    """IEC 61966-2-1 turns light of 0–1 into these levels."""
    light = picture / 255
    wanted = 255 * np.where(light <= 0.0031308, 12.92 * light, 1.055 * light ** (1 / 2.4) - 0.055)
    assert np.abs(read_with(gamma(1.0)) - wanted).max() <= 1


def test_chromaticities_and_gamma(read_with, picture, profiles):
    wanted = profiles.shown(Image.fromarray(picture), profiles.matrix("Display P3", 1.8))
    assert np.abs(read_with(gamma(1 / 1.8), chromaticities(*P3)) - wanted).max() <= 2


@pytest.mark.parametrize("chunks", [[gamma(0.45455)], [gamma(0.45455), SRGB], [SRGB], []])
def test_srgb_however_it_is_said(read_with, picture, chunks):
    assert np.array_equal(read_with(*chunks), picture)


def test_the_order_of_the_standard(read_with, picture, profiles):
    """PNG, third edition, 4.3: cICP before iCCP before sRGB before gAMA and cHRM."""
    p3 = profiles.shown(Image.fromarray(picture), profiles.matrix("Display P3"))
    adobe = profiles.matrix("Adobe RGB", 2.2)
    by_adobe = profiles.shown(Image.fromarray(picture), adobe)
    assert np.abs(read_with(gamma(1.0), SRGB, icc(adobe), P3_BY_NUMBER) - p3).max() <= 2
    assert np.abs(read_with(gamma(1.0), SRGB, icc(adobe)) - by_adobe).max() <= 2
    assert np.array_equal(read_with(gamma(1.0), SRGB), picture)


def test_hdr_is_told_of(read_with):
    with pytest.warns(ImageWarning, match="is HDR: what is brighter than white was clipped"):
        read_with(chunk(b"cICP", bytes([9, 16, 0, 1])))


@pytest.mark.parametrize(
    "broken",
    [
        chunk(b"iCCP", b"made\0\0not deflate"),
        chunk(b"gAMA", b"\0\0\0\0"),
        chunk(b"gAMA", b"\0"),
        chromaticities(0, 0, 0, 0, 0, 0, 0, 0),
        chunk(b"cICP", b"\1"),
        chunk(b"cICP", bytes([200, 13, 0, 1])),
    ],
)
def test_broken_words_on_colour_are_passed_over(read_with, picture, broken):
    assert np.array_equal(read_with(broken), picture)


@pytest.mark.parametrize("bits", [1, 2, 4])
def test_few_bits(tmp_path, bits):
    """Written by Pillow as a palette of greys, and by hand as grey."""
    levels = np.arange(24).reshape(4, 6) % (1 << bits)
    rows = b"".join(b"\0" + packed(row, bits) for row in levels)
    header = struct.pack(">IIBBBBB", 6, 4, bits, 0, 0, 0, 0)
    data = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header)
    data += chunk(b"tRNS", struct.pack(">H", 1))
    data += chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")
    (tmp_path / "a.png").write_bytes(data)
    found = read_with_alpha(tmp_path / "a.png")
    assert np.array_equal(found[..., 0], levels * 255 // ((1 << bits) - 1))
    assert np.array_equal(found[..., 3], np.where(levels == 1, 0, 255))


def packed(row, bits):
    bitmap = "".join(f"{level:0{bits}b}" for level in row)
    return int(bitmap.ljust(-(-len(bitmap) // 8) * 8, "0"), 2).to_bytes(-(-len(bitmap) // 8), "big")


def test_a_grey_key_of_16_bits_is_compared_as_a_whole(tmp_path):
    levels = np.array([[500, 501, 502]], np.uint16)
    Image.fromarray(levels).save(tmp_path / "a.png", transparency=501)
    assert read_with_alpha(tmp_path / "a.png")[0, :, 3].tolist() == [255, 0, 255]


def test_a_colour_that_is_clear(tmp_path, picture):
    Image.fromarray(picture).save(tmp_path / "a.png", transparency=(8, 12, 128))
    found = read_with_alpha(tmp_path / "a.png")
    wanted = np.asarray(Image.open(tmp_path / "a.png").convert("RGBA"))
    assert np.array_equal(found, wanted)
    assert (wanted[..., 3] == 0).sum() == 1


@pytest.mark.parametrize("colors", [2, 4, 16, 256])
def test_palettes_with_alpha(tmp_path, picture, alpha, colors):
    made = Image.fromarray(np.dstack([picture, alpha])).quantize(colors)
    made.save(tmp_path / "a.png")
    with Image.open(tmp_path / "a.png") as opened:
        wanted = np.asarray(opened.convert("RGBA"))
        assert opened.mode == "P"
    assert np.array_equal(read_with_alpha(tmp_path / "a.png"), wanted)


def test_orientation_as_text(tmp_path, picture):
    """As ImageMagick wrote EXIF before there was a chunk for it, and as XMP has it."""
    exif = Image.Exif()
    exif[0x112] = 6
    block = exif.tobytes()
    raw, xmp = PngInfo(), PngInfo()
    raw.add_text("Raw profile type exif", f"\nexif\n{len(block):8}\n{block.hex()}\n", zip=True)
    xmp.add_itxt("XML:com.adobe.xmp", '<rdf tiff:Orientation="6"/>')
    for name, info in (("raw", raw), ("xmp", xmp)):
        Image.fromarray(picture).save(tmp_path / f"{name}.png", pnginfo=info)
        assert np.array_equal(read_image(tmp_path / f"{name}.png"), np.rot90(picture, -1))


def test_a_text_that_would_fill_the_memory(tmp_path, picture):
    """Inflated no further than it may be long."""
    flood = zlib.compress(bytes(1 << 26), 9)
    out = io.BytesIO()
    Image.fromarray(picture).save(out, "png")
    data = out.getvalue()
    bomb = chunk(b"zTXt", b"Raw profile type exif\0\0" + flood) + chunk(b"iCCP", b"a\0\0" + flood)
    (tmp_path / "a.png").write_bytes(data[:HEADER] + bomb + data[HEADER:])
    with pytest.warns(ImageWarning, match="damaged colour profile"):
        assert np.array_equal(read_image(tmp_path / "a.png"), picture)


def test_more_pixels_than_deflate_can_hold(tmp_path, monkeypatch):
    header = struct.pack(">IIBBBBB", 20000, 20000, 8, 2, 0, 0, 0)
    data = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header)
    data += chunk(b"IDAT", zlib.compress(bytes(1000))) + chunk(b"IEND", b"")
    (tmp_path / "a.png").write_bytes(data)
    monkeypatch.setattr("cv2.imdecode", lambda *_: pytest.fail("room was made"))
    with pytest.raises(ImageError, match="cut short"):
        read_image(tmp_path / "a.png")


def test_our_own_profile_changes_nothing(read_with, picture):
    assert np.array_equal(read_with(icc(srgb_profile())), picture)
