"""Pictures as arrays, in one place to import from: reading, writing, resizing and cropping.

Every picture that is read is sRGB, uint8 and (H, W, 3), whatever the file holds.
"""

from __future__ import annotations

from .alpha import lay_on_white
from .formats.limits import check_depth, check_size
from .reading import read_image, read_with_alpha
from .sizes import (
    LARGE,
    crop_to_aspect,
    cropped_size,
    reduced,
    reduced_in_bits,
    resize,
    resize_mask,
    same_shape,
    scaled_size,
    tensor_at,
)
from .writing import check_suffix, check_writable, encoded_image, write_image

__all__ = [
    "LARGE",
    "check_depth",
    "check_size",
    "check_suffix",
    "check_writable",
    "crop_to_aspect",
    "cropped_size",
    "encoded_image",
    "lay_on_white",
    "read_image",
    "read_with_alpha",
    "reduced",
    "reduced_in_bits",
    "resize",
    "resize_mask",
    "same_shape",
    "scaled_size",
    "tensor_at",
    "write_image",
]
