"""What docs/formats.md promises, entry by entry: each is a file, and how it comes out.

The table in the document is what `table` makes of the entries here.
"""

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import cv2
import numpy as np
import pytest
import tifffile
from PIL import Image, ImageCms, ImageOps

from stylecore.errors import ImageError
from stylecore.pictures.opencv import can_read
from stylecore.pictures.reading import read_with_alpha

DOCUMENT = Path(__file__).parents[4] / "docs" / "formats.md"
COLUMNS = ("bit depth", "colour type", "profile", "orientation", "alpha", "metadata")
OUTCOMES = ("read", "converted", "refused")

Y, X = np.mgrid[0:40, 0:60]
RGB = np.stack([X * 4, Y * 6, 128 + 0 * X], axis=-1).astype(np.uint8)
GREY = RGB[..., :1].repeat(3, axis=2)
ALPHA = np.where(Y < 4, 0, Y * 6).astype(np.uint8)
RGBA = np.dstack([RGB, ALPHA])
TURNED = np.rot90(RGB, -1)
EXIF = Image.Exif()
EXIF[0x112] = 6
XMP = b'<x:xmpmeta><rdf:Description tiff:Orientation="6"/></x:xmpmeta>'


def saved(form: str, image: Any = RGB, mode: str = "", **options: Any) -> bytes:
    """A file by Pillow."""
    made = image if isinstance(image, Image.Image) else Image.fromarray(image)
    out = io.BytesIO()
    (made.convert(mode) if mode else made).save(out, form, **options)
    return out.getvalue()


def packed(image: np.ndarray, photometric: Any = "rgb", **options: Any) -> bytes:
    """A TIFF file by tifffile."""
    out = io.BytesIO()
    tifffile.imwrite(out, image, photometric=photometric, **options)
    return out.getvalue()


def encoded(suffix: str, image: np.ndarray, *parameters: int) -> bytes:
    """A file by OpenCV, given RGB."""
    order = [2, 1, 0, 3][: image.shape[2]]
    return cv2.imencode(suffix, image[..., order], list(parameters))[1].tobytes()


def with_chunks(*chunks: tuple[bytes, bytes], image: np.ndarray = RGB) -> bytes:
    """A PNG with these chunks behind its header."""
    data, put = saved("png", image), b""
    for name, body in chunks:
        put += struct.pack(">I", len(body)) + name + body
        put += struct.pack(">I", zlib.crc32(name + body))
    return data[:33] + put + data[33:]


def as_text(exif: bytes) -> bytes:
    text = f"\nexif\n{len(exif):8}\n{exif.hex()}\n".encode()
    return b"Raw profile type exif\0\0" + zlib.compress(text)


def wide(image: np.ndarray) -> np.ndarray:
    return image.astype(np.uint16) * 257


def shown(data: bytes) -> np.ndarray:
    """What Pillow makes of a file, turned, without looking at profiles."""
    with Image.open(io.BytesIO(data)) as opened:
        upright: Any = ImageOps.exif_transpose(opened)
        has_alpha = upright.mode in ("RGBA", "LA", "PA") or "transparency" in upright.info
        return np.asarray(upright.convert("RGBA" if has_alpha else "RGB"))


def p3(profiles: Any) -> np.ndarray:
    return profiles.shown(Image.fromarray(RGB), profiles.matrix())


class Entry(NamedTuple):
    """One word of the table.

    `make` gives the file, or is given the profiles to make it; `wanted` is the picture, what makes
    it of the profiles, the message, or None for what Pillow shows.
    """

    form: str
    column: str
    name: str
    outcome: str
    make: Any
    wanted: Any = None
    within: int = 1


def entries() -> list[Entry]:
    return [*jpeg(), *png(), *webp(), *tiff(), *bmp(), *gif(), *avif(), *portable()]


def row(form: str) -> Callable[..., Entry]:
    return lambda *words, **more: Entry(form, *words, **more)


def jpeg() -> list[Entry]:
    one = row("JPEG")
    plain = {"quality": 100, "subsampling": 0}
    twelve = bytearray(saved("jpeg"))
    twelve[twelve.find(b"\xff\xc0") + 4] = 12
    lossless = bytearray(saved("jpeg"))
    lossless[lossless.find(b"\xff\xc0") + 1] = 0xC3
    adobe = Image.Exif()
    adobe[0x8769] = {0xA001: 0xFFFF, 0xA005: {1: "R03"}}
    return [
        one("bit depth", "8", "read", saved("jpeg")),
        one("bit depth", "12", "refused", bytes(twelve), "is a 12-bit JPEG"),
        one("bit depth", "lossless", "refused", bytes(lossless), "is a lossless JPEG"),
        one("colour type", "YCbCr", "read", saved("jpeg", **plain)),
        one("colour type", "grey", "converted", saved("jpeg", mode="L")),
        one("colour type", "CMYK", "converted", saved("jpeg", mode="CMYK"), within=2),
        one(
            *("profile", "ICC", "converted"),
            lambda made: saved("jpeg", icc_profile=made.matrix(), **plain),
            lambda made: made.shown(Image.open(io.BytesIO(saved("jpeg", **plain))), made.matrix()),
            within=2,
        ),
        one(
            *("profile", "Adobe RGB by EXIF", "converted"),
            saved("jpeg", exif=adobe, **plain),
            lambda made: made.shown(
                Image.open(io.BytesIO(saved("jpeg", **plain))),
                made.matrix("Adobe RGB", 563 / 256),
            ),
            within=2,
        ),
        one("orientation", "EXIF", "read", saved("jpeg", exif=EXIF, **plain)),
        one("orientation", "XMP", "read", saved("jpeg", xmp=XMP, **plain)),
        one("metadata", "EXIF", "read", saved("jpeg", exif=EXIF, **plain)),
        one("metadata", "XMP", "read", saved("jpeg", xmp=XMP, **plain)),
    ]


def png() -> list[Entry]:
    one = row("PNG")
    depths = [
        one("bit depth", str(bits), "converted", saved("png", few(bits), bits=bits))
        for bits in (1, 2, 4)
    ]
    return [
        *depths,
        one("bit depth", "8", "read", saved("png")),
        one("bit depth", "16", "converted", encoded_png(wide(RGB)), RGB),
        one("colour type", "RGB", "read", saved("png")),
        one("colour type", "grey", "converted", saved("png", mode="L")),
        one("colour type", "palette", "converted", saved("png", mode="P")),
        one(
            *("profile", "cICP", "converted"),
            with_chunks((b"cICP", bytes([12, 13, 0, 1]))),
            p3,
            within=2,
        ),
        one(
            *("profile", "iCCP", "converted"),
            lambda made: saved("png", icc_profile=made.matrix()),
            p3,
            within=2,
        ),
        one("profile", "sRGB", "read", with_chunks((b"sRGB", b"\0")), RGB),
        one(
            *("profile", "gAMA and cHRM", "converted"),
            with_chunks(
                (b"gAMA", struct.pack(">I", 55556)),
                (
                    b"cHRM",
                    struct.pack(">8I", 31270, 32900, 68000, 32000, 26500, 69000, 15000, 6000),
                ),
            ),
            lambda made: made.shown(Image.fromarray(RGB), made.matrix("Display P3", 1.8)),
            within=2,
        ),
        one("orientation", "EXIF", "read", saved("png", exif=EXIF)),
        one("orientation", "EXIF as text", "read", with_chunks((b"zTXt", as_text(EXIF.tobytes())))),
        one(
            *("orientation", "XMP", "read"),
            with_chunks((b"iTXt", b"XML:com.adobe.xmp\0\0\0\0\0" + XMP)),
            TURNED,
        ),
        one("alpha", "channel", "read", saved("png", RGBA)),
        one("alpha", "grey's channel", "read", saved("png", RGBA, "LA")),
        one("alpha", "tRNS of grey", "read", saved("png", mode="L", transparency=100)),
        one("alpha", "tRNS of RGB", "read", saved("png", transparency=(8, 12, 128))),
        one(
            *("alpha", "tRNS of a palette", "read"),
            saved("png", Image.fromarray(RGBA).quantize(16)),
        ),
        one("metadata", "EXIF", "read", saved("png", exif=EXIF)),
        one(
            *("metadata", "XMP", "read"),
            with_chunks((b"iTXt", b"XML:com.adobe.xmp\0\0\0\0\0" + XMP)),
            TURNED,
        ),
    ]


def encoded_png(image: np.ndarray) -> bytes:
    return encoded(".png", image)


def few(bits: int) -> Image.Image:
    return Image.fromarray(RGB).quantize(1 << bits)


def webp() -> list[Entry]:
    one = row("WebP")
    exact = {"lossless": True, "exact": True}
    return [
        one("bit depth", "8", "read", saved("webp", **exact)),
        one("colour type", "RGB", "read", saved("webp", **exact)),
        one(
            *("profile", "ICC", "converted"),
            lambda made: saved("webp", icc_profile=made.matrix(), **exact),
            p3,
            within=2,
        ),
        one("orientation", "EXIF", "read", saved("webp", exif=EXIF, **exact)),
        one("orientation", "XMP", "read", saved("webp", xmp=XMP, **exact)),
        one("alpha", "channel", "read", saved("webp", RGBA, **exact)),
        one("metadata", "EXIF", "read", saved("webp", exif=EXIF, **exact)),
        one("metadata", "XMP", "read", saved("webp", xmp=XMP, **exact)),
    ]


def tiff() -> list[Entry]:
    one = row("TIFF")
    inks = np.asarray(Image.fromarray(RGB).convert("CMYK"))
    multiplied = np.dstack([np.rint(RGB * (ALPHA[..., None] / 255)).astype(np.uint8), ALPHA])
    signed, floats = np.zeros((4, 4), np.int16), np.zeros((4, 4), np.float32)
    separate = {"planarconfig": "separate"}
    return [
        one("bit depth", "1", "converted", saved("tiff", mode="1")),
        one("bit depth", "4", "converted", saved("tiff", few(4), bits=4)),
        one("bit depth", "8", "read", saved("tiff")),
        one("bit depth", "16", "converted", packed(wide(RGB)), RGB),
        one("bit depth", "32", "converted", packed(wide(RGB).astype(np.uint32) << 16), RGB),
        one("bit depth", "signed", "refused", packed(signed, "minisblack"), "holds signed 16-bit"),
        one("bit depth", "float", "refused", packed(floats, "minisblack"), "holds floating-point"),
        one("colour type", "RGB", "read", saved("tiff")),
        one(
            "colour type", "RGB by planes", "read", packed(np.moveaxis(RGB, 2, 0), **separate), RGB
        ),
        one("colour type", "grey", "converted", saved("tiff", mode="L")),
        one(
            *("colour type", "white is zero", "converted"),
            packed(65535 - wide(GREY)[..., 0], "miniswhite"),
            GREY,
        ),
        one("colour type", "palette", "converted", saved("tiff", mode="P")),
        one(
            "colour type", "YCbCr", "converted", saved("tiff", mode="YCbCr", compression="tiff_lzw")
        ),
        one("colour type", "CMYK", "converted", packed(inks, "separated")),
        one("colour type", "CIELAB", "converted", packed(lab(), "cielab"), lab_shown(), within=2),
        one(
            "colour type", "a sensor's", "refused", packed(RGB[..., 0], 32803), "camera's raw file"
        ),
        one(
            *("profile", "ICC", "converted"),
            lambda made: packed(RGB, extratags=[profile_tag(made.matrix())]),
            p3,
            within=2,
        ),
        one("orientation", "its own tag", "read", saved("tiff", exif=EXIF)),
        one("alpha", "not multiplied", "read", packed(RGBA, extrasamples=["unassalpha"]), RGBA),
        one(
            *("alpha", "multiplied", "converted"),
            packed(multiplied, extrasamples=["assocalpha"]),
            lambda _: np.where(ALPHA[..., None] > 100, RGBA.astype(int), -1),
            within=2,
        ),
        one("alpha", "of grey", "read", saved("tiff", RGBA, "LA")),
        one("metadata", "its own tags", "read", saved("tiff", exif=EXIF)),
    ]


def profile_tag(profile: bytes) -> tuple[int, int, int, bytes, bool]:
    return 34675, 7, len(profile), profile, True


def lab() -> np.ndarray:
    """L* of 50 and a* of 20; and a grey."""
    image = np.zeros((8, 8, 3), np.uint8)
    image[..., 0] = round(255 * 0.5)
    image[:4, :, 1] = 20
    return image


def lab_shown() -> np.ndarray:
    """What LittleCMS makes of it."""
    cms: Any = ImageCms
    image = Image.frombytes("LAB", (8, 8), lab().tobytes())
    spaces = cms.createProfile("LAB"), cms.createProfile("sRGB")
    return np.asarray(cms.profileToProfile(image, *spaces, outputMode="RGB"))


def bmp() -> list[Entry]:
    one = row("BMP")
    return [
        one("bit depth", "1", "converted", saved("bmp", mode="1")),
        one("bit depth", "8", "read", saved("bmp")),
        one("colour type", "RGB", "read", saved("bmp")),
        one("colour type", "palette", "converted", saved("bmp", mode="P")),
        one("colour type", "grey", "converted", saved("bmp", mode="L")),
        one(
            "profile",
            "ICC",
            "converted",
            lambda made: with_bmp_profile(made.matrix()),
            p3,
            within=2,
        ),
        one("alpha", "by a mask of its own", "read", with_bmp_alpha(), RGBA),
    ]


def with_bmp_profile(profile: bytes) -> bytes:
    """24 bits under the fifth header, whose profile lies behind the pixels."""
    pixels = np.ascontiguousarray(RGB[::-1, :, ::-1]).tobytes()
    start = 14 + 124
    head = struct.pack("<IiiHHIIiiII", 124, 60, 40, 1, 24, 0, len(pixels), 0, 0, 0, 0)
    head += bytes(16) + b"DEBM" + bytes(36 + 12 + 4)
    head += struct.pack("<III", 124 + len(pixels), len(profile), 0)
    body = pixels + profile
    return b"BM" + struct.pack("<IHHI", start + len(body), 0, 0, start) + head + body


def with_bmp_alpha() -> bytes:
    """32 bits under the fourth header, which has a mask for alpha beside those of the colours."""
    pixels = np.ascontiguousarray(RGBA[::-1, :, [2, 1, 0, 3]]).tobytes()
    start = 14 + 108
    head = struct.pack("<IiiHHIIiiII", 108, 60, 40, 1, 32, 3, len(pixels), 0, 0, 0, 0)
    head += struct.pack("<IIII4s", 0xFF0000, 0xFF00, 0xFF, 0xFF000000, b"BGRs") + bytes(36 + 12)
    return b"BM" + struct.pack("<IHHI", start + len(pixels), 0, 0, start) + head + pixels


def gif() -> list[Entry]:
    one = row("GIF")
    return [
        one("bit depth", "8", "converted", saved("gif", mode="P")),
        one("colour type", "palette", "converted", saved("gif", mode="P")),
        one("alpha", "a clear colour", "read", saved("gif", Image.fromarray(RGBA).quantize(16))),
    ]


def avif() -> list[Entry]:
    one = row("AVIF")
    exact = {"quality": 100, "subsampling": "4:4:4"}
    codes = saved("avif", **exact).replace(b"nclx\0\1\0\x0d", b"nclx\0\x0c\0\x0d")
    return [
        one("bit depth", "8", "read", saved("avif", **exact)),
        *(
            one("bit depth", str(bits), "converted", partial(deep_avif, bits), RGB, within=3)
            for bits in (10, 12)
        ),
        one("colour type", "YCbCr", "read", saved("avif", **exact)),
        one("colour type", "grey", "converted", saved("avif", mode="L", **exact)),
        one(
            *("profile", "ICC", "converted"),
            lambda made: saved("avif", icc_profile=made.matrix(), **exact),
            lambda made: made.shown(Image.fromarray(shown(saved("avif", **exact))), made.matrix()),
            within=2,
        ),
        one(
            *("profile", "code points", "converted"),
            codes,
            lambda made: made.shown(Image.fromarray(shown(saved("avif", **exact))), made.matrix()),
            within=2,
        ),
        one("orientation", "irot and imir", "read", saved("avif", exif=EXIF, **exact)),
        one("alpha", "channel", "read", saved("avif", RGBA, **exact)),
    ]


def deep_avif(bits: int, _: Any) -> bytes:
    deep = np.rint(RGB * (((1 << bits) - 1) / 255)).astype(np.uint16)
    return encoded(".avif", deep, cv2.IMWRITE_AVIF_DEPTH, bits, cv2.IMWRITE_AVIF_QUALITY, 100)


def portable() -> list[Entry]:
    one = row("PPM, PGM, PBM")
    return [
        one("bit depth", "1", "converted", saved("ppm", mode="1")),
        one("bit depth", "8", "read", saved("ppm")),
        one("bit depth", "16", "converted", encoded(".ppm", wide(RGB)), RGB),
        one("colour type", "RGB", "read", saved("ppm")),
        one("colour type", "grey", "converted", saved("ppm", mode="L")),
    ]


ENTRIES = entries()


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda e: f"{e.form}-{e.column}-{e.name}")
def test_each_entry_of_the_table(tmp_path: Path, profiles: Any, entry: Entry) -> None:
    if entry.form in ("AVIF", "GIF") and not can_read(entry.form):
        pytest.skip(f"this OpenCV has no {entry.form}")
    data = entry.make(profiles) if callable(entry.make) else entry.make
    (tmp_path / "picture").write_bytes(data)
    if entry.outcome == "refused":
        with pytest.raises(ImageError, match=entry.wanted):
            read_with_alpha(tmp_path / "picture")
        return
    wanted = entry.wanted(profiles) if callable(entry.wanted) else entry.wanted
    wanted = (shown(data) if wanted is None else wanted).astype(int)
    found = read_with_alpha(tmp_path / "picture").astype(int)
    assert found.shape == wanted.shape
    counts = (wanted >= 0).all(axis=2)
    if wanted.shape[2] == 4:
        assert np.abs(found - wanted)[..., 3][counts].max() <= entry.within
        counts &= wanted[..., 3] > 0
    assert np.abs(found - wanted)[counts].max() <= entry.within


def table() -> str:
    """The table of docs/formats.md."""
    lines = [f"| format | {' | '.join(COLUMNS)} |", "|---" * (1 + len(COLUMNS)) + "|"]
    for form in dict.fromkeys(entry.form for entry in ENTRIES):
        cells = (cell(form, column) for column in COLUMNS)
        lines.append(f"| {form} | {' | '.join(cells)} |")
    return "\n".join(lines)


def cell(form: str, column: str) -> str:
    """The entries of a format in a column, by what becomes of them."""
    here = [entry for entry in ENTRIES if (entry.form, entry.column) == (form, column)]
    groups = [
        f"{outcome}: {', '.join(entry.name for entry in here if entry.outcome == outcome)}"
        for outcome in OUTCOMES
        if any(entry.outcome == outcome for entry in here)
    ]
    return "; ".join(groups) or "–"


def test_the_document_has_this_table() -> None:
    assert table() in DOCUMENT.read_text(encoding="utf-8")


REFUSED = {
    "JPEG XL": (b"\xff\x0a", "is JPEG XL; convert it: djxl"),
    "JPEG XL in a box": (b"\0\0\0\x0cJXL \r\n\x87\n", "is JPEG XL; convert it: djxl"),
    "JPEG 2000": (b"\0\0\0\x0cjP  \r\n\x87\n", "is JPEG 2000; convert it"),
    "raw of Fujifilm": (b"FUJIFILMCCD-RAW 0201", "is a camera's raw file; develop it"),
    "raw of Olympus": (b"IIRO\x08\0\0\0", "is a camera's raw file; develop it"),
    "raw of Panasonic": (b"IIU\0\x18\0\0\0", "is a camera's raw file; develop it"),
    "raw of Canon": (b"\0\0\0\x18ftypcrx \0\0\0\1crx isom", "is a camera's raw file"),
    "Photoshop": (b"8BPS\0\1", "is a Photoshop document"),
    "GIMP": (b"gimp xcf v011", "is a GIMP document"),
    "OpenEXR": (b"\x76\x2f\x31\x01\2\0\0\0", "is OpenEXR"),
    "Radiance": (b"#?RADIANCE\n", "is Radiance HDR"),
    "PDF": (b"%PDF-1.7\n", "is PDF; convert it"),
    "SVG": (b'<?xml version="1.0"?>\n<svg width="4">', "is SVG; convert it"),
    "film": (b"\0\0\0\x14ftypisom\0\0\2\0isomabcd", "is a film"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_refused_by_name(tmp_path: Path, name: str) -> None:
    start, message = REFUSED[name]
    (tmp_path / "picture").write_bytes(start + bytes(100))
    with pytest.raises(ImageError, match=message):
        read_with_alpha(tmp_path / "picture")
