"""TIFF 6.0: which of its pictures is meant, what it says of that, and who reads it.

OpenCV reads what is common; tifffile, and then Pillow, what it does not. What OpenCV would do by
itself (turn, multiply by alpha, take white for zero) is taken out of its sight.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .. import opencv
from ..alpha import unmultiplied
from ..profiles.spaces import lab_to_srgb
from . import pillow, tifffiles
from .directory import Directory, TagFile
from .exif import upright_or
from .reduced import LARGE, reduced
from .stored import DAMAGED, Pixels, Stored, UnreadableError, from_opencv, holds

_KIND, _WIDTH, _HEIGHT, _BITS, _COMPRESSION, _PHOTOMETRIC = 254, 256, 257, 258, 259, 262
_ORIENTATION, _CHANNELS, _PLANES, _INKS, _EXTRA, _FORMAT = 274, 277, 284, 332, 338, 339
_DNG_VERSION, _PROFILE = 50706, 34675
_SMALLER_OR_MASK = 1 | 4
_WHITE_IS_ZERO, _BLACK_IS_ZERO, _RGB, _PALETTE, _CMYK, _YCC, _LAB = 0, 1, 2, 3, 5, 6, 8
_COLORS = {_WHITE_IS_ZERO: 1, _BLACK_IS_ZERO: 1, _RGB: 3, _PALETTE: 1, _CMYK: 4, _YCC: 3, _LAB: 3}
_OF_SENSORS = {32803, 34892}
_OF_CAMERAS = {32767, 32769, 32770, 34713, 65535}  # how Sony, Epson, Samsung, Nikon, Pentax pack
_OF_CANON_OR_PHASE_ONE = (b"CR", b"IIII", b"MMMM")
_BY_OPENCV = {1, 2, 3, 4, 5, 7, 8, 32773, 32946}
_NOT_THERE, _ASSOCIATED, _UNASSOCIATED = 0, 1, 2
_FORMATS = {2: "signed", 3: "floating-point", 5: "complex", 6: "complex"}
_MOST_PIXELS = 1 << 30

RAW = (
    "is a camera's raw file; develop it to TIFF or JPEG with the camera's program, darktable or"
    " RawTherapee"
)


@dataclass(frozen=True)
class _Layout:
    """How a picture lies in the file."""

    height: int
    width: int
    bits: int
    channels: int
    photometric: int
    compression: int
    planar: bool
    extra: int | None
    """What the channel beside the colours is, or None where there is none."""

    @property
    def has_alpha(self) -> bool:
        return self.extra in (_ASSOCIATED, _UNASSOCIATED)

    @property
    def in_strips(self) -> bool:
        """Whether it is large, and lies as it is meant: then it can be read a part at a time."""
        plain = self.photometric in (_RGB, _BLACK_IS_ZERO) and not self.planar
        colors = _COLORS[self.photometric]
        plain = plain and self.extra in (None, _UNASSOCIATED)
        plain = plain and self.channels == colors + (self.extra is not None)
        size = self.height * self.width * self.channels * self.bits // 8
        return plain and self.bits in (8, 16) and size >= LARGE

    @property
    def for_opencv(self) -> bool:
        colors = _COLORS[self.photometric]
        room = colors + (self.photometric == _RGB)  # for alpha
        if self.compression not in _BY_OPENCV or self.channels > room:
            return False
        if self.bits == 16:
            return not self.planar and self.photometric in (_WHITE_IS_ZERO, _BLACK_IS_ZERO, _RGB)
        return self.bits <= 8


def open_tiff(data: bytes) -> Stored:
    """What a TIFF file stores: of several pictures the first that is no smaller copy.

    Raises:
        UnreadableError: for one that is damaged, a camera's raw file, or channels that are no
            whole numbers.
    """
    file = TagFile.of(data)
    chain = file.chain() if file else []
    if file is None or not chain:
        raise UnreadableError(DAMAGED)
    every = chain + [below for one in chain for below in file.below(one)]
    if data[8:12].startswith(_OF_CANON_OR_PHASE_ONE) or any(_is_raw(one) for one in every):
        raise UnreadableError(RAW)
    whole = [one for one in every if not one.value(_KIND, 0) & _SMALLER_OR_MASK]
    chosen = whole[0] if whole else chain[0]
    layout = _layout(chosen)
    colors = chosen.bytes(_PROFILE) or None
    # A profile of inks wants the inks.
    as_inks = layout.photometric == _CMYK and (layout.bits != 8 or colors is not None)
    return Stored(
        pixels=lambda times: _pixels_at(file, chosen, layout, as_inks, times),
        size=(layout.height, layout.width) if layout.in_strips and not as_inks else None,
        orientation=upright_or(chosen.value(_ORIENTATION, 1)),
        colors=None if layout.photometric == _LAB else colors,
        remarks=() if whole else ("holds only a smaller copy of its picture",),
    )


def _is_raw(directory: Directory) -> bool:
    return (
        _DNG_VERSION in directory.tags
        or directory.value(_PHOTOMETRIC, _RGB) in _OF_SENSORS
        or directory.value(_COMPRESSION, 1) in _OF_CAMERAS
    )


def _layout(found: Directory) -> _Layout:
    """The layout.

    Raises:
        UnreadableError: for one that is not read, by its reason.
    """
    bits = found.values(_BITS, (1,))
    channels, photometric = found.value(_CHANNELS, 1), found.value(_PHOTOMETRIC, -1)
    kinds = {_FORMATS[one] for one in found.values(_FORMAT) if one in _FORMATS}
    if kinds:
        raise UnreadableError(holds(f"{min(kinds)} {bits[0]}-bit"))
    if len(set(bits)) > 1 or bits[0] > 64:
        raise UnreadableError(holds("/".join(map(str, bits[:8])) + "-bit"))
    if photometric not in _COLORS or (photometric == _CMYK and found.value(_INKS, 1) != 1):
        raise UnreadableError(
            f"holds colours of a kind that is not read (PhotometricInterpretation {photometric});"
            " save it as RGB"
        )
    height, width, extra = found.value(_HEIGHT, 0), found.value(_WIDTH, 0), found.values(_EXTRA)
    beside = channels - _COLORS[photometric]
    if min(height, width) < 1 or beside < 0:
        raise UnreadableError(DAMAGED)
    if height * width > _MOST_PIXELS:
        raise opencv.TooManyPixelsError
    return _Layout(
        height=height,
        width=width,
        bits=bits[0],
        channels=channels,
        photometric=photometric,
        compression=found.value(_COMPRESSION, 1),
        planar=found.value(_PLANES, 1) == 2,
        extra=None if not beside else extra[0] if extra else _UNASSOCIATED,
    )


def _pixels_at(
    file: TagFile, chosen: Directory, layout: _Layout, as_inks: bool, times: int
) -> Pixels:
    """So many times smaller, in strips where tifffile decodes these, and otherwise whole."""
    if times > 1:
        tifffiles.check_size(chosen, len(file.data), layout.height, layout.width)
        tifffiles.check_segments(chosen, len(file.data), layout.height, layout.width)
        data = bytes(file.beginning_with(chosen, {_ORIENTATION: 1}))
        alpha = layout.has_alpha
        with suppress(tifffiles.NoCodecError):
            strips = tifffiles.strips_of(data, layout.compression)
            image = reduced(strips, layout.height, layout.width, times, alpha=alpha)
            return Pixels(image, alpha=alpha, full=(1 << layout.bits) - 1)
    return _pixels(file, chosen, layout, as_inks)


def _pixels(file: TagFile, chosen: Directory, layout: _Layout, as_inks: bool) -> Pixels:
    tifffiles.check_size(chosen, len(file.data), layout.height, layout.width)
    if layout.for_opencv and not as_inks:
        pixels = _by_opencv(file, chosen, layout)
        if pixels is not None:
            return pixels
    if layout.photometric in (_YCC, _LAB):
        name = "YCbCr" if layout.photometric == _YCC else "CIELAB"
        kind = f"holds {layout.bits}-bit {name} of a kind that is not read; save it as RGB"
        raise UnreadableError(DAMAGED if layout.for_opencv else kind)
    return _by_others(file, chosen, layout)


def _by_opencv(file: TagFile, chosen: Directory, layout: _Layout) -> Pixels | None:
    changes = {_ORIENTATION: 1, _EXTRA: _ASSOCIATED}  # by the other kind libtiff multiplies
    inverted = layout.bits == 16 and layout.photometric == _WHITE_IS_ZERO
    if inverted:
        changes[_PHOTOMETRIC] = _BLACK_IS_ZERO
    if layout.photometric == _LAB:
        changes[_PHOTOMETRIC] = _RGB  # left to itself, libtiff forgets that its white is D50
    decoded = opencv.decode(file.beginning_with(chosen, changes))
    if decoded is None:
        return None
    pixels = from_opencv(decoded)
    if layout.photometric == _LAB:
        return Pixels(lab_to_srgb(pixels.image))
    return _finished(pixels, layout, inverted=inverted)


def _by_others(file: TagFile, chosen: Directory, layout: _Layout) -> Pixels:
    tifffiles.check_segments(chosen, len(file.data), layout.height, layout.width)
    data = bytes(file.beginning_with(chosen, {_ORIENTATION: 1}))
    try:
        image = tifffiles.decode(data, layout.compression)
    except tifffiles.NoCodecError as error:
        found = pillow.tiff(data) if layout.bits == 8 and pillow.is_there() else None
        if found is None:
            reason = DAMAGED if layout.for_opencv else str(error)
            raise UnreadableError(reason) from None
        return Pixels(found, layout.has_alpha and found.shape[2] in (2, 4))
    if image.shape != (layout.height, layout.width, layout.channels):
        raise UnreadableError(DAMAGED)
    return _meant(image, layout, chosen)


def _finished(pixels: Pixels, layout: _Layout, *, inverted: bool) -> Pixels:
    """What OpenCV decoded, without the alpha that is none, or that colours were multiplied by."""
    image = pixels.image
    if inverted:
        image = 65535 - image
    if layout.photometric != _RGB or not layout.has_alpha or image.shape[2] != 4:
        return Pixels(image[..., :3], full=pixels.full)
    # Without the tag libtiff takes it for the kind that colours are multiplied by, and leaves them.
    free = unmultiplied(image) if layout.extra == _ASSOCIATED else image
    return Pixels(free, alpha=True, full=pixels.full)


def _meant(image: NDArray[Any], layout: _Layout, found: Directory) -> Pixels:
    """What tifffile decoded, as 8 or 16 bits from black to white."""
    full = (1 << layout.bits) - 1
    if layout.bits > 16:
        image, full = (image >> (layout.bits - 16)).astype(np.uint16), 65535
    if layout.photometric == _PALETTE:
        table = np.array(found.values(320), np.uint16).reshape(3, -1)
        if table.shape[1] <= int(image.max()):
            raise UnreadableError(DAMAGED)
        return Pixels(table.T[image[..., 0]], full=65535)
    colors = _COLORS[layout.photometric]
    kept = image[..., : colors + layout.has_alpha]
    if layout.photometric == _WHITE_IS_ZERO:
        kept = np.concatenate([full - kept[..., :1], kept[..., 1:]], axis=2).astype(image.dtype)
    if layout.extra == _ASSOCIATED and full in (255, 65535):
        kept = unmultiplied(kept)
    return Pixels(kept, alpha=layout.has_alpha, full=full)
