"""Which format a file is of, by its first bytes; and what to do with those that are not read."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import cv2
from numpy.typing import NDArray

from .. import opencv
from .avif import open_avif
from .bmp import open_bmp
from .heif import open_heic
from .jpeg import open_jpeg
from .png import open_png
from .pngchunks import SIGNATURE
from .stored import DAMAGED, Stored, UnreadableError, from_opencv
from .tiff import RAW, open_tiff
from .webp import open_webp

WANTED = "a PNG, JPEG, WebP, TIFF, BMP, AVIF or GIF file"

SUFFIXES = frozenset(
    f".{name}"
    for name in (
        *("png", "jpg", "jpeg", "jpe", "jfif", "webp", "tif", "tiff", "bmp", "dib", "gif"),
        *("avif", "heic", "heif", "pbm", "pgm", "ppm", "pnm"),
    )
)
"""Of names under which pictures that are read here are kept; a file is judged by its bytes."""

_PORTABLE = tuple(b"P%d" % number for number in range(1, 7))
_AVIF = (b"avif", b"avis")
_HEIC = (b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1")
_CANON = b"crx "


def _open_gif(data: bytes) -> Stored:
    """What a GIF file stores: its first picture."""
    return Stored(pixels=lambda _: from_opencv(_decoded_gif(data)))


def _open_portable(data: bytes) -> Stored:
    """What a PBM, PGM or PPM file stores."""
    return Stored(pixels=lambda _: from_opencv(opencv.decode(data)))


def _decoded_gif(data: bytes) -> NDArray[Any] | None:
    decoded = opencv.decode(data)
    if decoded is None and not opencv.can_read("GIF"):
        raise UnreadableError(
            f"is GIF, which OpenCV {cv2.__version__} does not read; convert it to PNG, or install"
            " opencv-python-headless 4.12 or newer"
        )
    return decoded


_READERS: tuple[tuple[tuple[bytes, ...], Callable[[bytes], Stored]], ...] = (
    ((b"\xff\xd8\xff",), open_jpeg),
    ((SIGNATURE,), open_png),
    ((b"II*\0", b"MM\0*", b"II+\0", b"MM\0+"), open_tiff),
    ((b"BM",), open_bmp),
    ((b"GIF8",), _open_gif),
)

_NOT_READ: tuple[tuple[bytes, str], ...] = (
    (b"\xff\x0a", "is JPEG XL; convert it: djxl FILE picture.png"),
    (b"\0\0\0\x0cJXL \r\n\x87\n", "is JPEG XL; convert it: djxl FILE picture.png"),
    (
        b"\0\0\0\x0cjP  \r\n\x87\n",
        "is JPEG 2000; convert it: opj_decompress -i FILE -o picture.png",
    ),
    (b"\xff\x4f\xff\x51", "is JPEG 2000; convert it: opj_decompress -i FILE -o picture.png"),
    (b"FUJIFILMCCD-RAW", RAW),
    (b"IIRO", RAW),
    (b"IIRS", RAW),
    (b"MMOR", RAW),
    (b"IIU\0", RAW),
    (b"FOVb", RAW),
    (b"\0MRM", RAW),
    (b"8BPS", "is a Photoshop document; save it as PNG or TIFF"),
    (b"gimp xcf", "is a GIMP document; export it as PNG or TIFF"),
    (b"\x76\x2f\x31\x01", "is OpenEXR, which is HDR; save it as a PNG of 16 bits"),
    (b"#?RADIANCE", "is Radiance HDR; save it as a PNG of 16 bits"),
    (b"%PDF", "is PDF; convert it: pdftoppm -png FILE picture"),
    (b"%!PS", "is PostScript; convert it to PNG"),
    (b"\0\0\1\0", "is an icon; save it as PNG"),
    (b"<svg", "is SVG; convert it: rsvg-convert FILE -o picture.png"),
)


def open_picture(data: bytes) -> Stored:
    """What a file stores, by whichever reader its first bytes call for.

    Raises:
        UnreadableError: for one that is damaged, of another format, or of a kind that is not read.
    """
    for signatures, reader in _READERS:
        if data.startswith(signatures):
            return reader(data)
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return open_webp(data)
    if data[4:8] == b"ftyp":
        return _open_by_brand(data)
    if data.startswith(_PORTABLE) and data[2:3].isspace():
        return _open_portable(data)
    for signature, advice in _NOT_READ:
        if data.startswith(signature):
            raise UnreadableError(advice)
    if b"<svg" in data[:1000]:
        raise UnreadableError(dict(_NOT_READ)[b"<svg"])
    raise UnreadableError(f"is no picture that can be read here; give {WANTED}")


def is_still(data: bytes) -> bool:
    """Whether a file of boxes, as films are, is a picture all the same, by its first 200 bytes."""
    return any(brand in (*_AVIF, *_HEIC, _CANON) for brand in _brands(data))


def _brands(data: bytes) -> list[bytes]:
    length = int.from_bytes(data[:4], "big")
    return [data[i : i + 4] for i in (8, *range(16, min(length, 200), 4))]


def _open_by_brand(data: bytes) -> Stored:
    """The formats that share their boxes."""
    length, brands = int.from_bytes(data[:4], "big"), _brands(data)
    if any(brand in _AVIF for brand in brands):
        return open_avif(data)
    if _CANON in brands:
        raise UnreadableError(RAW)
    if any(brand in _HEIC for brand in brands):
        return open_heic(data)
    if length < 8 or length > len(data):
        raise UnreadableError(DAMAGED)
    raise UnreadableError("is a film; save one of its pictures as PNG")
