"""Pictures as arrays: reading, writing, resizing and cropping, all by OpenCV.

Every picture is RGB, uint8 and (H, W, 3), whatever the file holds.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, TypeVar, cast

import cv2
import numpy as np
import numpy.typing as npt

from .. import files
from ..errors import ImageError
from ..overlap import WhileWanted
from .metadata import Metadata, embedded
from .tensors import Array, Picture

AnyPath = str | os.PathLike[str]

_Pixels = TypeVar("_Pixels", bound=np.generic)

_JPEG = b"\xff\xd8\xff"
_TIFF = (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+")
_SIGNATURES = (_JPEG, *_TIFF, b"\x89PNG\r\n\x1a\n", b"RIFF", b"BM", b"GIF8")

_AS_JPEG = [
    cv2.IMWRITE_JPEG_QUALITY,
    95,
    # Brush strokes have edges in colour alone, which the usual halved chroma blurs.
    cv2.IMWRITE_JPEG_SAMPLING_FACTOR,
    cv2.IMWRITE_JPEG_SAMPLING_FACTOR_444,
]
_ENCODINGS: dict[str, list[int]] = {
    ".png": [],
    ".jpg": _AS_JPEG,
    ".jpeg": _AS_JPEG,
    ".webp": [cv2.IMWRITE_WEBP_QUALITY, 95],
    ".tif": [],
    ".tiff": [],
    ".bmp": [],
}

_WITH_ALPHA = {".png", ".webp", ".tif", ".tiff"}

_WANTED = "a PNG, JPEG, WebP, TIFF or BMP file"


def read_image(path: AnyPath) -> Picture:
    """Read a picture file as RGB uint8, (H, W, 3).

    The rotation noted by a camera is applied, 16-bit channels are scaled to 8, grey becomes RGB
    and transparent parts are laid on white. Not looked at: colour profiles, further frames, and
    the transparency of a grey TIFF, which OpenCV does not deliver.

    Raises:
        ImageError: for a file that is missing, unreadable, no picture, cut short or too large.
    """
    colour, raw, is_tiff = _read(path)
    seen = colour if raw is None else _on_white(colour, raw, is_tiff)
    return np.ascontiguousarray(_to_uint8(seen)[..., ::-1])


def read_with_alpha(path: AnyPath) -> Picture:
    """Read a picture file as `read_image` does, but keep what is transparent.

    Returns:
        (H, W, 4) uint8, RGB and alpha, not multiplied, where the file has transparent parts;
        otherwise (H, W, 3).

    Raises:
        ImageError: as `read_image`.
    """
    colour, raw, is_tiff = _read(path)
    if raw is None or raw.ndim != 3 or raw.shape[2] != 4:
        return np.ascontiguousarray(_to_uint8(colour)[..., ::-1])
    bgra = _upright(colour, raw)
    alpha = bgra[..., 3:]
    full = np.iinfo(raw.dtype).max
    if (alpha == full).all():
        return np.ascontiguousarray(_to_uint8(colour)[..., ::-1])
    bgr = bgra[..., :3].astype(np.float32)
    if is_tiff and bool((bgra[..., :3] <= alpha).all()):  # as libtiff delivers it
        bgr = bgr * (full / np.maximum(alpha, 1).astype(np.float32))
    rgb = np.clip(np.rint(bgr), 0, full).astype(raw.dtype)[..., ::-1]
    return np.ascontiguousarray(np.dstack([_to_uint8(rgb), _to_uint8(alpha)]))


def write_image(path: AnyPath, image: Picture, metadata: Metadata | None = None) -> None:
    """Write an RGB uint8 (H, W, 3) picture in the format that the suffix names, atomically.

    With a fourth channel, alpha, transparent parts stay so in PNG, WebP and TIFF, and are laid on
    white in the others. JPEG and WebP are written at quality 95. Metadata, as from
    `read_metadata`, goes beside the pixels.

    Raises:
        ImageError: for an unknown suffix, an array of another kind, or a place that cannot be
            written.
    """
    suffix = _known_suffix(path)
    if image.dtype != np.uint8 or image.ndim != 3 or image.shape[2] not in (3, 4):
        given = f"{image.dtype} {image.shape}"
        raise ImageError(f"cannot write an array of {given}; give uint8 of (height, width, 3)")
    if image.shape[2] == 4 and suffix not in _WITH_ALPHA:
        image = lay_on_white(image)
    encoded = _encode(suffix, image)
    if metadata is not None:
        height, width = image.shape[:2]
        encoded = embedded(suffix, bytes(encoded), metadata, width, height)
    try:
        files.write_atomically(path, encoded)
    except OSError as error:
        raise ImageError(files.unwritable(path, error)) from error


def check_writable(path: AnyPath) -> None:
    """Make the checks of `write_image` before anything is computed in vain.

    Raises:
        ImageError: for an unknown suffix or a place that cannot be written.
    """
    _known_suffix(path)
    try:
        files.check_writable(path)
    except OSError as error:
        raise ImageError(files.unwritable(path, error)) from error


def resize(image: npt.NDArray[_Pixels], width: int, height: int) -> npt.NDArray[_Pixels]:
    """Resample an (H, W) or (H, W, C) array: area means to shrink, cubic to grow, axis by axis.

    Works on uint8 and float32 alike. Values stay within those of the input: cubic interpolation
    would overshoot at edges.
    """
    small_width, small_height = min(width, image.shape[1]), min(height, image.shape[0])
    small = _resample(image, small_width, small_height, cv2.INTER_AREA)
    if (small_width, small_height) == (width, height):
        return small
    grown = _resample(small, width, height, cv2.INTER_CUBIC)
    return np.clip(grown, small.min(), small.max(), out=grown)


def reduced(image: Picture, height: int, width: int) -> Array:
    """(H, W, C) uint8 as float32, shrunk to (h, w, C) where it is larger on both sides.

    What is more than twice too large goes through twice the size in 8 bits first: a photograph of
    24 megapixels never lies in memory as floats.
    """
    if image.shape[0] <= height or image.shape[1] <= width:
        return image.astype(np.float32)
    if image.shape[0] > 2 * height and image.shape[1] > 2 * width:
        image = resize(image, 2 * width, 2 * height)
    return resize(image.astype(np.float32), width, height)


def same_shape(one: Sequence[int], other: Sequence[int]) -> bool:
    """Whether one (height, width) is the other, shrunk or grown evenly.

    Give or take a pixel of the smaller, since sizes are whole numbers.
    """
    scale = max(one) / max(other)
    pixel = max(1.0, scale)
    return all(abs(other[i] * scale - one[i]) <= pixel + 0.005 * one[i] for i in (0, 1))


def resize_mask(mask: Array, height: int, width: int) -> Array:
    """Resample a mask (H, W): area means to shrink, linear to grow."""
    if mask.shape == (height, width):
        return mask
    shrinks = height * width < mask.shape[0] * mask.shape[1]
    method = cv2.INTER_AREA if shrinks else cv2.INTER_LINEAR
    return np.asarray(cv2.resize(mask, (width, height), interpolation=method), np.float32)


def scaled_size(height: int, width: int, longest: int) -> tuple[int, int]:
    """(height, width) of the same shape with the longer side `longest`; at least one pixel."""
    scale = longest / max(height, width)
    return max(1, round(height * scale)), max(1, round(width * scale))


def crop_to_aspect(image: npt.NDArray[_Pixels], aspect: float) -> npt.NDArray[_Pixels]:
    """The largest centred part of an (H, W, …) array whose width / height is `aspect`."""
    height, width = image.shape[:2]
    kept_width = min(width, max(1, round(height * aspect)))
    kept_height = min(height, max(1, round(width / aspect)))
    top, left = (height - kept_height) // 2, (width - kept_width) // 2
    return image[top : top + kept_height, left : left + kept_width]


def lay_on_white(image: Picture) -> Picture:
    """(H, W, 4) uint8 with alpha as (H, W, 3): what shows on a white ground."""
    rgb, alpha = image[..., :3].astype(np.float32), image[..., 3:].astype(np.float32)
    return np.rint(rgb * (alpha / 255) + (255 - alpha)).astype(np.uint8)


def _read(path: AnyPath) -> tuple[npt.NDArray[Any], npt.NDArray[Any] | None, bool]:
    """Decode to BGR, upright; with it the channels as stored, unless JPEG, and whether TIFF."""
    data = _read_bytes(path)
    if not data:
        raise ImageError(f"{path} is empty; give {_WANTED}")
    if _lacks_end(data):
        raise ImageError(_damaged(path))
    decoded = _decode(data, cv2.IMREAD_COLOR | cv2.IMREAD_ANYDEPTH, path)
    if decoded.dtype.name not in {"uint8", "uint16"}:
        raise ImageError(f"{path} holds {decoded.dtype} channels; save it with 8 or 16 bits each")
    if data.startswith(_JPEG):
        return decoded, None, False
    return decoded, _decode(data, cv2.IMREAD_UNCHANGED, path), data[:4] in _TIFF


def _read_bytes(path: AnyPath) -> bytes:
    try:
        return Path(path).read_bytes()
    except FileNotFoundError:
        raise ImageError(f"{files.missing(path)}; give {_WANTED}") from None
    except IsADirectoryError:
        raise ImageError(f"{path} is a folder; give {_WANTED}") from None
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise ImageError(f"cannot read {path} ({reason}); give {_WANTED}") from error


def _lacks_end(data: bytes) -> bool:
    """Whether a JPEG stops before its end marker: OpenCV before 5 fills the rest with grey."""
    if not data.startswith(_JPEG):
        return False
    at = 2
    while data[at : at + 1] == b"\xff" and data[at : at + 2] != b"\xff\xda":
        at += 2 + int.from_bytes(data[at + 2 : at + 4], "big")
    return data.find(b"\xff\xd9", at) < 0


def _decode(data: bytes, flags: int, path: AnyPath) -> npt.NDArray[Any]:
    try:
        with _QUIET:
            decoded = cv2.imdecode(np.frombuffer(data, np.uint8), flags)
    except cv2.error as error:
        if "PIXELS" in error.err:
            raise ImageError(f"{path} has too many pixels to open; give a smaller copy") from error
        raise ImageError(_damaged(path)) from error
    if decoded is not None:  # pyright: ignore[reportUnnecessaryComparison]
        return decoded
    if data.startswith(_SIGNATURES):
        raise ImageError(_damaged(path))
    raise ImageError(f"{path} is no picture that can be read here; give {_WANTED}")


def _encode(suffix: str, image: Picture) -> memoryview:
    try:
        with _QUIET:
            done, encoded = cv2.imencode(suffix, _as_bgr(image), _ENCODINGS[suffix])
    except cv2.error:
        done, encoded = False, None
    if done and encoded is not None:
        return encoded.data
    size = f"{image.shape[1]}×{image.shape[0]}"
    raise ImageError(f"a {suffix} file cannot hold {size} pixels; give a name that ends in .png")


def _on_white(colour: npt.NDArray[Any], raw: npt.NDArray[Any], is_tiff: bool) -> npt.NDArray[Any]:
    """Lay what `raw` (B, G, R, A) shows on white; `colour` is the same without alpha, upright."""
    if raw.ndim != 3 or raw.shape[2] != 4:
        return colour
    raw = _upright(colour, raw)
    full = np.iinfo(raw.dtype).max
    bgr, alpha = raw[..., :3].astype(np.float32), raw[..., 3:].astype(np.float32)
    multiplied = is_tiff and bool((bgr <= alpha).all())  # as libtiff delivers it
    seen = bgr if multiplied else bgr * (alpha / full)
    return np.rint(seen + (full - alpha)).astype(raw.dtype)


def _upright(colour: npt.NDArray[Any], raw: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """`raw` (B, G, R, A) turned as `colour` is, the same without alpha."""
    return next((turn for turn in _turns(raw) if np.array_equal(turn[..., :3], colour)), raw)


def _as_bgr(image: Picture) -> Picture:
    return image[..., ::-1] if image.shape[2] == 3 else image[..., [2, 1, 0, 3]]


def _turns(image: npt.NDArray[Any]) -> Iterator[npt.NDArray[Any]]:
    """The eight orientations that a camera can note; the unturned one first."""
    for upright in (image, image.swapaxes(0, 1)):
        for rows in (1, -1):
            yield upright[::rows]
            yield upright[::rows, ::-1]


def _to_uint8(image: npt.NDArray[Any]) -> Picture:
    return image if image.dtype == np.uint8 else np.rint(image / np.float32(257)).astype(np.uint8)


def _resample(
    image: npt.NDArray[_Pixels], width: int, height: int, method: int
) -> npt.NDArray[_Pixels]:
    if image.shape[:2] == (height, width):
        return image.copy()
    source = cast("npt.NDArray[np.uint8]", np.ascontiguousarray(image))
    resampled = cv2.resize(source, (width, height), interpolation=method)
    return cast("npt.NDArray[_Pixels]", resampled)


def _known_suffix(path: AnyPath) -> str:
    suffix = Path(path).suffix.lower()
    if suffix not in _ENCODINGS:
        given = f"suffix {suffix!r}" if suffix else "no suffix"
        raise ImageError(f"{path} has {given}; give one of {', '.join(_ENCODINGS)}")
    return suffix


def _damaged(path: AnyPath) -> str:
    return f"{path} is damaged or cut short; give a whole copy of it"


def _logging() -> Any:
    """Where this OpenCV has its log level, which is the whole process's."""
    return cv2 if hasattr(cv2, "setLogLevel") else cv2.utils.logging


def _silence_opencv() -> int:
    level: int = _logging().getLogLevel()
    _logging().setLogLevel(0)
    return level


def _let_opencv_speak(level: int) -> None:
    _logging().setLogLevel(level)


_QUIET = WhileWanted(_silence_opencv, _let_opencv_speak)
"""Keeps OpenCV from logging on its own what an exception is about to say."""
