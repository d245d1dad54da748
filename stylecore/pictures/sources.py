"""Pictures and masks as they may be given: paths, arrays, and images of Pillow."""

from __future__ import annotations

import os
import sys
import warnings
from typing import Any, Protocol, TypeAlias, cast

import numpy as np
from numpy.typing import NDArray

from ..errors import ImageError, ImageWarning, NotAPictureError
from .orientation import upright
from .parts import nearest_of
from .profiles.convert import to_srgb
from .reading import Enough, read_with_alpha
from .tensors import Array, Picture


class PillowImage(Protocol):
    """What is used of a ``PIL.Image.Image``; Pillow itself is not needed here."""

    mode: str
    info: dict[Any, Any]

    def convert(self, mode: str) -> Any:
        """The same picture with other channels."""
        ...

    def getexif(self) -> Any:
        """What the camera noted, by the numbers of the tags."""
        ...


Source: TypeAlias = str | os.PathLike[str] | NDArray[np.uint8] | PillowImage
"""A picture: a path, (H, W, 3) uint8, RGB, with a fourth channel for alpha, or of Pillow."""

Mask: TypeAlias = str | os.PathLike[str] | NDArray[Any] | PillowImage
"""Where something is: a picture (white: there), or an array (H, W) of 0–255 or of 0–1 floats.

What has transparent parts is there where it shows, whatever its colours are.
"""

_ORIENTATION = 0x0112
_DEEP = "I;16"


def is_source(given: object) -> bool:
    """Whether this is one picture, rather than several or none."""
    return isinstance(given, str | os.PathLike | np.ndarray) or _is_pillow(given)


def picture_of(source: Source, what: str = "a picture", enough: Enough | None = None) -> Picture:
    """Read a picture, (H, W, 3) or with alpha (H, W, 4).

    Args:
        source: as it was given.
        what: it is given as, for messages.
        enough: what size suffices of a file, which may then come smaller.

    Raises:
        ImageError: when it cannot be read, or is an array of another kind.
        NotAPictureError: for what is no picture at all.
    """
    found = _levels(source, what, enough)
    channels = found.shape[2] if found.ndim == 3 else 0
    if channels not in (3, 4) or found.dtype != np.uint8 or not found.size:
        raise ImageError(
            f"{what}: an array of {found.dtype} {found.shape} was given as a picture;"
            " give uint8 (H, W, 3), RGB"
        )
    return found


def picture_and_size(source: Source, what: str, enough: Enough) -> tuple[Picture, tuple[int, int]]:
    """The picture, of a file no more than suffices, and height and width of the whole.

    Raises:
        ImageError: as `picture_of`.
        NotAPictureError: as `picture_of`.
    """
    whole: tuple[int, int] | None = None

    def noted(height: int, width: int) -> tuple[int, int]:
        nonlocal whole
        whole = height, width
        return enough(height, width)

    picture = picture_of(source, what, noted)
    return picture, whole or (picture.shape[0], picture.shape[1])


def mask_of(mask: Mask, what: str = "a mask") -> NDArray[Any]:
    """Read a mask, (H, W) or, of pictures in which all shows, (H, W, 3).

    Of what is transparent in part it is the alpha: a thing that was cut out is its own mask.

    Raises:
        ImageError: when it cannot be read, or is an array of another shape.
        NotAPictureError: for what is no picture at all.
    """
    found = _levels(mask, what)
    if found.ndim not in (2, 3) or not found.size or found.shape[2:] not in _OF_MASKS:
        raise ImageError(f"{what} is an array {found.shape}; give one (height, width)")
    if found.ndim == 2 or found.shape[2] == 3:
        return found
    colours, alpha = found[..., :-1], found[..., -1]
    if found.shape[2] == 1:
        return alpha
    full = 255 if found.dtype == np.uint8 else 1
    if (alpha < full).any():
        return alpha
    return colours if colours.shape[2] == 3 else colours[..., 0]


_OF_MASKS = ((), (1,), (2,), (3,), (4,))


def colours_and_alpha(picture: Picture, what: str) -> tuple[Picture, Array | None]:
    """RGB (H, W, 3) and alpha (H, W), 0–1, or None where all shows.

    What hides under full transparency is painted over with the nearest colour that shows: the
    network looks across the edge, and should see no step.

    Raises:
        ImageError: for a picture of which nothing shows.
    """
    if picture.shape[2] == 3 or (picture[..., 3] == 255).all():
        return picture[..., :3], None
    shown = picture[..., 3] > 0
    if not shown.any():
        raise ImageError(f"{what} is wholly transparent; give one that shows something")
    colours = picture[..., :3]
    if not shown.all():
        colours = colours[nearest_of(shown)]
    return colours, np.asarray(picture[..., 3] / 255, np.float32)


def _levels(given: Any, what: str, enough: Enough | None = None) -> NDArray[Any]:
    if isinstance(given, np.ndarray):
        return cast("NDArray[Any]", given)
    if isinstance(given, str | os.PathLike):
        return read_with_alpha(_path_of(cast("str | os.PathLike[Any]", given), what), enough)
    if _is_pillow(given):
        return _of_pillow(given, what)
    raise NotAPictureError(given, what)


def _path_of(given: str | os.PathLike[Any], what: str) -> str:
    path: str | bytes = os.fspath(given)
    if not isinstance(path, str):
        raise NotAPictureError(given, what)
    return path


def _is_pillow(given: object) -> bool:
    """Whether this is one of Pillow's; whoever made one has loaded it."""
    pillow = sys.modules.get("PIL.Image")
    return pillow is not None and isinstance(given, pillow.Image)


def _of_pillow(image: PillowImage, what: str) -> Picture:
    """(H, W, 3), or (H, W, 4) with transparency; turned upright and sRGB, as its file would be."""
    if image.mode in {"I", "F"}:
        raise ImageError(
            f"{what} is an image of Pillow in mode {image.mode}, whose range is not known;"
            " give mode RGB, RGBA or L"
        )
    profile = image.info.get("icc_profile") or None
    try:
        colors, alpha = _channels(image, as_stored=profile is not None)
        turns = image.getexif().get(_ORIENTATION, 1)
    except (OSError, ValueError, SyntaxError) as error:
        raise ImageError(
            f"{what} is an image of Pillow that cannot be read: {error}; give a whole one"
        ) from error
    full = 65535 if image.mode.startswith(_DEEP) else 255
    levels = to_srgb(colors, full, profile, lambda remark: _warn(what, remark))
    if alpha is not None:
        levels = np.dstack([levels, alpha])
    return np.ascontiguousarray(upright(levels, turns))


def _channels(
    image: PillowImage, *, as_stored: bool
) -> tuple[NDArray[Any], NDArray[np.uint8] | None]:
    """RGB, or grey and inks as they are where a profile tells of them; and alpha, if any."""
    if image.mode.startswith(_DEEP):
        return np.asarray(image)[..., None], None
    if as_stored and image.mode == "CMYK":
        return np.asarray(image), None
    clear = image.mode in {"LA", "La", "PA", "RGBA", "RGBa"} or "transparency" in image.info
    levels = np.asarray(image.convert("RGBA" if clear else "RGB"))
    grey = as_stored and image.mode in {"1", "L", "LA"}
    return levels[..., : 1 if grey else 3], levels[..., 3] if clear else None


def _warn(what: str, remark: str) -> None:
    warnings.warn(f"{what} {remark}", ImageWarning, stacklevel=4)
