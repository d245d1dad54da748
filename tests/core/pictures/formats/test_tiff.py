"""TIFFs of scanners, microscopes and cameras, written by tifffile and Pillow."""

import io
import struct
import sys

import numpy as np
import pytest
import tifffile
from PIL import Image, ImageCms

from stylecore.errors import ImageError
from stylecore.pictures.formats import pillow
from stylecore.pictures.reading import read_image, read_with_alpha


def packed(image, **options):
    out = io.BytesIO()
    tifffile.imwrite(out, image, **options)
    return out.getvalue()


def saved(image, **options):
    out = io.BytesIO()
    image.save(out, "tiff", **options)
    return out.getvalue()


@pytest.fixture
def read(tmp_path):
    def read(data, how=read_image):
        (tmp_path / "a.tif").write_bytes(data)
        return how(tmp_path / "a.tif").astype(int)

    return read


def planes(image):
    return np.moveaxis(image, -1, 0)


def grey(picture):
    return np.repeat(picture[..., :1], 3, axis=2)


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16, np.uint32])
@pytest.mark.parametrize("compression", [None, "zlib", "lzma"])
@pytest.mark.parametrize("layout", ["chunky", "planar", "tiled", "grey", "white is zero"])
def test_layouts(read, picture, dtype, compression, layout):
    full = np.iinfo(dtype).max
    image = picture.astype(dtype) * dtype(full // 255)
    options = {"compression": compression, "photometric": "rgb"}
    wanted = picture
    if layout == "planar":
        image, options["planarconfig"] = planes(image), "separate"
    elif layout == "tiled":
        options["tile"] = (16, 16)
    elif layout == "grey":
        image, wanted, options["photometric"] = image[..., 0], grey(picture), "minisblack"
    elif layout == "white is zero":
        image, wanted = full - image[..., 0], grey(picture)
        options["photometric"] = "miniswhite"
    assert np.abs(read(packed(image, **options)) - wanted).max() <= 1


@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize("big", [False, True])
def test_orders_of_bytes(read, picture, order, big):
    data = packed(picture.astype(np.uint16) * 257, photometric="rgb", byteorder=order, bigtiff=big)
    assert np.array_equal(read(data), picture)


@pytest.mark.parametrize("compression", [None, "tiff_lzw", "tiff_deflate", "packbits", "tiff_lzma"])
@pytest.mark.parametrize("mode", ["L", "LA", "RGB", "RGBA", "CMYK", "P", "1"])
def test_what_pillow_writes(read, picture, alpha, mode, compression):
    made = Image.fromarray(np.dstack([picture, alpha])).convert(mode)
    data = saved(made, compression=compression)
    shown = "RGBA" if mode in ("LA", "RGBA") else "RGB"
    wanted = np.asarray(Image.open(io.BytesIO(data)).convert(shown)).astype(int)
    found = read(data, read_with_alpha)
    assert found.shape == wanted.shape
    assert np.abs(found - wanted).max() <= 1


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
@pytest.mark.parametrize("channels", [1, 3])
@pytest.mark.parametrize("extra", ["unassalpha", "assocalpha", "unspecified"])
def test_what_stands_beside_the_colours(read, picture, alpha, dtype, channels, extra):
    """TIFF 6.0, ExtraSamples: 1 is multiplied, 2 is not, 0 is no alpha."""
    colors, full = picture[..., :channels], np.iinfo(dtype).max
    stored = colors * (alpha[..., None] / 255) if extra == "assocalpha" else colors
    image = np.rint(np.dstack([stored, alpha]) * (full / 255)).astype(dtype)
    photometric = "rgb" if channels == 3 else "minisblack"
    data = packed(image, photometric=photometric, extrasamples=[extra], planarconfig="contig")
    found = read(data, read_with_alpha)
    wanted = np.broadcast_to(colors, picture.shape)
    if extra == "unspecified":
        assert np.abs(found - wanted).max() <= 1
        return
    assert np.array_equal(found[..., 3], alpha)
    dense = alpha > 100  # where rounding of what is multiplied does not show
    assert np.abs(found[..., :3] - wanted)[dense].max() <= 2


def test_cielab_as_littlecms_has_it(read, picture):
    pale = (picture // 4 + 96).astype(np.uint8)  # far from the borders of either space
    lab, srgb = ImageCms.createProfile("LAB"), ImageCms.createProfile("sRGB")
    made = ImageCms.profileToProfile(Image.fromarray(pale), srgb, lab, outputMode="LAB")
    made.info.clear()
    wanted = ImageCms.profileToProfile(made, lab, srgb, outputMode="RGB")
    assert np.abs(read(saved(made)) - np.asarray(wanted)).max() <= 2


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
def test_inks(read, picture, profiles, dtype):
    made = Image.fromarray(picture).convert("CMYK")
    inks = np.asarray(made).astype(dtype) * dtype(np.iinfo(dtype).max // 255)
    profile = profiles.tables("CMYK")
    plain = packed(inks, photometric="separated")
    managed = packed(
        inks, photometric="separated", extratags=[(34675, 7, len(profile), profile, True)]
    )
    assert np.abs(read(plain) - np.asarray(made.convert("RGB"))).max() <= 1
    assert np.abs(read(managed) - profiles.shown(made, profile)).max() <= 2


def test_inks_with_alpha(read, picture, alpha):
    made = Image.fromarray(picture).convert("CMYK")
    image = np.dstack([np.asarray(made), alpha])
    data = packed(image, photometric="separated", extrasamples=["unassalpha"])
    found = read(data, read_with_alpha)
    assert np.array_equal(found[..., 3], alpha)
    assert np.abs(found[..., :3] - np.asarray(made.convert("RGB"))).max() <= 1


def test_the_first_that_is_no_smaller_copy_is_meant(read, picture):
    out = io.BytesIO()
    with tifffile.TiffWriter(out) as file:
        file.write(picture[::4, ::4], photometric="rgb", subfiletype=1)
        file.write(picture, photometric="rgb", subfiletype=0)
    assert np.array_equal(read(out.getvalue()), picture)


def test_a_smaller_copy_alone_is_told_of(read, picture):
    with pytest.warns(UserWarning, match="holds only a smaller copy"):
        read(packed(picture, photometric="rgb", subfiletype=1))


def below(picture, subs):
    """A TIFF whose first picture is small, and has others below it."""
    out = io.BytesIO()
    with tifffile.TiffWriter(out) as file:
        file.write(picture[::4, ::4], photometric="rgb", subfiletype=1, subifds=len(subs))
        for image, options in subs:
            file.write(image, subfiletype=0, **options)
    return out.getvalue()


def test_a_picture_below_its_own_thumbnail(read, picture):
    assert np.array_equal(read(below(picture, [(picture, {"photometric": "rgb"})])), picture)


RAW = {
    "of a sensor": lambda p: below(p, [(p[..., 0], {"photometric": 32803})]),
    "of a sensor, linear": lambda p: below(p, [(p, {"photometric": 34892})]),
    "a digital negative": lambda p: packed(p, extratags=[(50706, "B", 4, (1, 4, 0, 0), True)]),
    "Canon's": lambda p: b"II*\0\x10\0\0\0CR\2\0" + bytes(100) + packed(p),
}


@pytest.mark.parametrize("kind", RAW)
def test_raw_files_are_no_thumbnails(read, picture, kind):
    data = RAW[kind](picture)
    if kind == "Canon's":  # its first directory, wherever it lies
        data = bytearray(packed(picture, photometric="rgb", byteorder="<"))
        start = int.from_bytes(data[4:8], "little")
        data[8:8] = b"CR\2\0" + bytes(4)
        data[4:8] = (start + 8).to_bytes(4, "little")
    with pytest.raises(ImageError, match="is a camera's raw file; develop it"):
        read(bytes(data))


@pytest.mark.parametrize(
    ("image", "options", "message"),
    [
        (np.zeros((4, 4), np.int8), {}, "holds signed 8-bit channels; save it with 8 or 16"),
        (np.zeros((4, 4), np.int16), {}, "holds signed 16-bit channels"),
        (np.zeros((4, 4, 3), np.float32), {"photometric": "rgb"}, "floating-point 32-bit"),
        (np.zeros((4, 4), np.complex64), {}, "holds complex 64-bit"),
        (np.zeros((4, 4, 3), np.uint16), {"photometric": "cielab"}, "16-bit CIELAB"),
        (np.zeros((4, 4, 3), np.uint8), {"photometric": 32845}, "PhotometricInterpretation 32845"),
    ],
)
def test_what_is_not_read_is_refused_by_its_reason(read, image, options, message):
    with pytest.raises(ImageError, match=message):
        read(packed(image, **{"photometric": "minisblack", **options}))


def with_tag(data, tag, number):
    """The file with another number in a short tag of its first directory."""
    changed = bytearray(data)
    (start,) = struct.unpack_from("<I", data, 4)
    (count,) = struct.unpack_from("<H", data, start)
    for at in range(start + 2, start + 2 + 12 * count, 12):
        if struct.unpack_from("<H", data, at)[0] == tag:
            struct.pack_into("<I", changed, at + 8, number)
    return bytes(changed)


def test_a_codec_that_is_missing_is_named(read, picture, monkeypatch):
    data = with_tag(packed(picture, photometric="rgb", byteorder="<"), 259, 34712)
    monkeypatch.setattr(pillow, "is_there", lambda: False)
    missing = read_message(read, data)
    assert "is a TIFF file with JPEG 2000" in missing or "is damaged" in missing
    monkeypatch.setitem(sys.modules, "tifffile", None)
    assert "needs tifffile: pip install 'stylecore[tiff]'" in read_message(read, data)


def read_message(read, data):
    with pytest.raises(ImageError) as caught:
        read(data)
    return str(caught.value)


SPOILED = {
    "strips beyond the end": lambda d: with_tag(d, 273, 1 << 30),
    "strips of nothing": lambda d: with_tag(d, 279, 0),
    "strips that are too short": lambda d: with_tag(d, 279, 20),
    "more rows than there are": lambda d: with_tag(d, 257, 60000),
    "no rows": lambda d: with_tag(d, 257, 0),
    "cut short": lambda d: d[: len(d) // 2],
}


@pytest.mark.parametrize("spoiled", SPOILED)
def test_what_does_not_lie_where_it_should(read, picture, spoiled):
    image = planes(picture.astype(np.uint16))
    data = packed(image, photometric="rgb", planarconfig="separate", byteorder="<", metadata=None)
    with pytest.raises(ImageError, match="is damaged or cut short"):
        read(SPOILED[spoiled](data))


def test_more_than_it_can_be_unpacked_to_is_refused_before_room_is_made(read, monkeypatch):
    data = packed(np.zeros((8, 8), np.uint16), compression="lzma", byteorder="<", metadata=None)
    monkeypatch.setattr("tifffile.TiffPage.asarray", lambda *_, **__: pytest.fail("room was made"))
    monkeypatch.setattr("cv2.imdecode", lambda *_: pytest.fail("room was made"))
    with pytest.raises(ImageError, match="is damaged or cut short"):
        read(with_tag(with_tag(data, 256, 30000), 257, 30000))
