"""Pictures that are only to be looked at, no larger than that takes."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from .reading import read_image
from .sizes import resize, scaled_size
from .tensors import Picture


def read_small(path: Path, longest: int) -> Picture:
    """A picture (H, W, 3) whose longer side has at most so many pixels.

    Raises:
        ImageError: when it cannot be read.
    """
    picture = read_image(path, partial(scaled_size, longest=2 * longest))
    height, width = picture.shape[:2]
    if max(height, width) <= longest:
        return picture
    height, width = scaled_size(height, width, longest)
    return resize(picture, max(1, width), max(1, height))
