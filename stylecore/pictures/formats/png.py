"""PNG (W3C, third edition): its chunks, what they say of colours, and its transparency."""

from __future__ import annotations

import re
import struct
import zlib
from binascii import Error as HexError
from binascii import unhexlify
from functools import partial
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from .. import opencv
from ..profiles import cicp
from ..profiles.convert import Colors
from ..profiles.spaces import D65, REC709, Space, srgb_curve, to_xyz
from .exif import orientation_of
from .pngchunks import (
    CHANNELS,
    GREY_ALPHA,
    PALETTE,
    RGB_ALPHA,
    SIGNATURE,
    chunk,
    chunks_of,
)
from .pngstrips import strips_of
from .reduced import LARGE, reduced
from .stored import DAMAGED, Pixels, Stored, UnreadableError, from_opencv

_TEXTS = (b"zTXt", b"tEXt", b"iTXt")
_MOST_TEXT = 1 << 24
_MOST_PIXELS = 1 << 30
"""That OpenCV opens at once."""

_BEST_RATIO = 1032  # of deflate
_RAW_EXIF = re.compile(rb"\s*exif\s+(\d+)\s+([0-9a-fA-F\s]+)")


def open_png(data: bytes) -> Stored:
    """What a PNG file stores; of an animation the picture that stands for it.

    Raises:
        UnreadableError: for one that is damaged.
    """
    chunks = list(chunks_of(data))
    firsts: dict[bytes, bytes] = {}
    for kind, body in chunks:
        if kind != b"IDAT":
            firsts.setdefault(kind, bytes(body))
    header = _header(firsts)
    inside = sum(len(body) for name, body in chunks if name == b"IDAT")
    if header.size > _BEST_RATIO * (inside + 64):
        if header.pixels > _MOST_PIXELS:
            raise opencv.TooManyPixelsError
        raise UnreadableError(DAMAGED)
    texts = [_text(name, bytes(body)) for name, body in chunks if name in _TEXTS]
    colors, remarks = _colors(firsts)
    in_strips = header.plain and b"tRNS" not in firsts and header.size >= LARGE
    return Stored(
        pixels=partial(_pixels_at, data, firsts, header),
        size=(header.height, header.width) if in_strips else None,
        orientation=orientation_of(firsts.get(b"eXIf", b"") or _raw_exif(texts), _xmp(texts)),
        colors=colors,
        remarks=remarks,
    )


class _Header(NamedTuple):
    """How a picture lies in the file."""

    width: int
    height: int
    depth: int
    kind: int
    interlaced: int

    @property
    def pixels(self) -> int:
        """How many it has."""
        return self.width * self.height

    @property
    def size(self) -> int:
        """Bytes of all of its pixels."""
        return self.pixels * self.depth * CHANNELS[self.kind] // 8

    @property
    def plain(self) -> bool:
        """Whether its rows are its pixels, from the top down."""
        return self.depth >= 8 and self.kind != PALETTE and not self.interlaced


def _header(firsts: dict[bytes, bytes]) -> _Header:
    try:
        width, height, depth, kind, _, _, interlaced = struct.unpack_from(">2I5B", firsts[b"IHDR"])
    except (struct.error, KeyError):
        raise UnreadableError(DAMAGED) from None
    if kind not in CHANNELS:
        raise UnreadableError(DAMAGED)
    return _Header(width, height, depth, kind, interlaced)


def _pixels_at(data: bytes, firsts: dict[bytes, bytes], header: _Header, times: int) -> Pixels:
    """So many times smaller, decoded a strip at a time; or whole."""
    if times > 1:
        alpha = header.kind in (GREY_ALPHA, RGB_ALPHA)
        image = reduced(strips_of(data), header.height, header.width, times, alpha=alpha)
        return Pixels(image, alpha=alpha, full=(1 << header.depth) - 1)
    if header.pixels > _MOST_PIXELS:
        raise opencv.TooManyPixelsError
    return _pixels(data, firsts, header.depth, header.kind)


def _pixels(data: bytes, firsts: dict[bytes, bytes], depth: int, kind: int) -> Pixels:
    """Decoded from the critical chunks alone: what else there is, is ours to apply."""
    if kind == PALETTE and b"PLTE" in firsts:
        return _looked_up(data, firsts)
    pixels = from_opencv(opencv.decode(_critical(data)))
    if kind == GREY_ALPHA and pixels.image.shape[2] == 4:
        return Pixels(pixels.image[..., [0, 3]], alpha=True, full=pixels.full)
    clear = firsts.get(b"tRNS", b"")
    channels = pixels.image.shape[2]
    if pixels.alpha or len(clear) < 2 * channels:
        return pixels
    scale = pixels.full // ((1 << depth) - 1)  # OpenCV gives 1, 2 and 4 bits as 8
    key = np.array(struct.unpack_from(f">{channels}H", clear)) * scale
    shows = (pixels.image != key).any(axis=2).astype(pixels.image.dtype) * pixels.full
    return Pixels(np.dstack([pixels.image, shows]), alpha=True, full=pixels.full)


def _looked_up(data: bytes, firsts: dict[bytes, bytes]) -> Pixels:
    """A palette's colours and their alpha: decoded with a palette that gives each its number."""
    palette = np.frombuffer(firsts[b"PLTE"][: len(firsts[b"PLTE"]) // 3 * 3], np.uint8)
    palette = palette.reshape(-1, 3)[:256]
    numbers = bytes(level for i in range(256) for level in (i, i, i))
    decoded = from_opencv(opencv.decode(_critical(data, numbers)))
    entries = np.zeros((256, 4), np.uint8)
    entries[:, 3] = 255
    entries[: len(palette), :3] = palette
    alpha = np.frombuffer(firsts.get(b"tRNS", b"")[:256], np.uint8)
    entries[: len(alpha), 3] = alpha
    index: NDArray[Any] = decoded.image[..., 0]
    if len(alpha):
        return Pixels(entries[index], alpha=True)
    return Pixels(entries[index, :3])


def _critical(data: bytes, palette: bytes | None = None) -> bytes:
    """The file without what may be left out, and with another palette."""
    kept: list[bytes | memoryview] = [SIGNATURE]
    whole = False
    view, at = memoryview(data), len(SIGNATURE)
    for name, body in chunks_of(data):
        if name == b"PLTE" and palette is not None:
            depth = data[24]
            kept.append(chunk(name, palette[: 3 << depth]))
        elif name in (b"IHDR", b"PLTE", b"IDAT", b"IEND"):
            kept.append(view[at : at + 12 + len(body)])
        at += 12 + len(body)
        if name == b"IEND":
            whole = True
            break
    if not whole:
        raise UnreadableError(DAMAGED)
    return b"".join(kept)


def _colors(firsts: dict[bytes, bytes]) -> tuple[Colors, tuple[str, ...]]:
    """In the order of the standard (§4.3): cICP, iCCP, sRGB, then cHRM with gAMA."""
    code = firsts.get(b"cICP", b"")
    if len(code) == 4 and code[2] == 0:
        space = cicp.space_of(code[0], code[1], full_range=bool(code[3]))
        if space is not None:
            return space, (cicp.CLIPPED,) if cicp.is_hdr(code[1]) else ()
    if b"iCCP" in firsts:
        _, _, rest = firsts[b"iCCP"].partition(b"\0")
        profile = _inflated(rest[1:])
        if profile:
            return profile, ()
    if b"sRGB" in firsts:
        return None, ()
    try:
        return _by_numbers(firsts), ()
    except (struct.error, ZeroDivisionError, np.linalg.LinAlgError):
        return None, ()


def _by_numbers(firsts: dict[bytes, bytes]) -> Space | None:
    if b"gAMA" not in firsts and b"cHRM" not in firsts:
        return None
    gamma = struct.unpack(">I", firsts[b"gAMA"])[0] / 100000 if b"gAMA" in firsts else 0.45455
    primaries, white = REC709, D65
    if b"cHRM" in firsts:
        x = [number / 100000 for number in struct.unpack(">8I", firsts[b"cHRM"])]
        white, *points = zip(x[::2], x[1::2], strict=True)
        primaries = tuple(points)
    known = np.allclose([white, *primaries], [D65, *REC709], atol=2e-3)
    # 45455 beside these primaries, or none, is how sRGB is written for old readers (§11.3.2.5).
    curve = srgb_curve if known and abs(gamma - 0.45455) < 0.005 else cicp.power(1 / gamma)
    return Space([curve] * 3, to_xyz(primaries, white))


def _text(name: bytes, body: bytes) -> tuple[bytes, bytes]:
    """The keyword and the text of a text chunk."""
    keyword, _, rest = body.partition(b"\0")
    if name == b"zTXt":
        return keyword, _inflated(rest[1:])
    if name == b"iTXt" and len(rest) > 2:
        text = rest[2:].split(b"\0", 2)[-1]
        return keyword, _inflated(text) if rest[0] else text
    return keyword, rest


def _raw_exif(texts: list[tuple[bytes, bytes]]) -> bytes:
    """EXIF as ImageMagick wrote it before there was a chunk for it: in hexadecimal."""
    text = dict(texts).get(b"Raw profile type exif", b"")
    match = _RAW_EXIF.match(text)
    try:
        return unhexlify(b"".join(match[2].split())) if match else b""
    except HexError:
        return b""


def _xmp(texts: list[tuple[bytes, bytes]]) -> bytes:
    return dict(texts).get(b"XML:com.adobe.xmp", b"")


def _inflated(data: bytes) -> bytes:
    try:
        return zlib.decompressobj().decompress(data, _MOST_TEXT)
    except zlib.error:
        return b""
