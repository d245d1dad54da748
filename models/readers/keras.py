"""Weights in Keras's HDF5 files, written by ``save_weights`` or with a whole model."""

from __future__ import annotations

import re
from typing import Any, BinaryIO, cast

from ...errors import ModelError
from .naming import Network
from .preprocessing import CAFFE
from .tensors import Array, Stored, from_hwio

MAGIC = b"\x89HDF\r\n\x1a\n"
"""What an HDF5 file starts with."""

_LARGEST_ARRAY = 1 << 24  # bytes; the largest kernel of VGG-19 has 9.4 million

_NAME = re.compile(
    r"(?:model_weights/)?block(\d+)_conv(\d+)/(?:.*/)?"
    r"(?:(?P<kernel>kernel|block\d+_conv\d+_W(?:_1)?)|bias|block\d+_conv\d+_b(?:_1)?)(?::0)?"
)
"""``block1_conv1/block1_conv1_W_1:0`` of Keras 1, ``block1_conv1/block1_conv1/kernel:0`` later."""


def read_keras(file: BinaryIO) -> Network:
    """The convolutions of an open file.

    Raises:
        ModelError: where the file is damaged, holds none, or h5py is not installed.
    """
    arrays = _arrays(file)
    layers = {layer for layer, _ in arrays}
    for layer in sorted(layers):
        for part in ("kernel", "bias"):
            if (layer, part) not in arrays:
                raise ModelError(f"incomplete: the {part} of {layer} is missing")
    if not layers:
        raise ModelError("an HDF5 file without VGG layers; wanted block1_conv1 and so on")
    return Network(
        {layer: (from_hwio(arrays[layer, "kernel"]), arrays[layer, "bias"]) for layer in layers},
        CAFFE,
    )


def _arrays(file: BinaryIO) -> dict[tuple[str, str], Stored]:
    try:
        import h5py
    except ModuleNotFoundError:
        raise ModelError(
            "a Keras file, for which h5py is missing: pip install 'stylecore[keras]'"
        ) from None
    found: dict[tuple[str, str], Stored] = {}

    def visit(name: str, item: Any) -> None:
        match = _NAME.fullmatch(name)
        if match and isinstance(item, h5py.Dataset):
            part = "kernel" if match["kernel"] else "bias"
            found[f"conv{match[1]}_{match[2]}", part] = _stored(item)

    try:
        # Links to other files are not followed by this walk.
        with cast("Any", h5py.File(file, "r")) as opened:
            opened.visititems(visit)
    except ModelError:
        raise
    except Exception as error:  # h5py raises whatever HDF5 and numpy come up with.
        raise ModelError(f"a damaged HDF5 file: {error}") from None
    return found


def _stored(item: Any) -> Stored:
    """Read an array now, while its file is open."""
    if item.is_virtual or item.external:
        raise ModelError("incomplete: its arrays lie in other files")
    shape = tuple(map(int, item.shape))
    if item.size * item.dtype.itemsize > _LARGEST_ARRAY or len(shape) not in (1, 4):
        raise ModelError(f"not VGG-19: it has a convolution of shape {shape}")
    values: Array = item[()]
    return Stored(shape, lambda: values)
