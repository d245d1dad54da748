"""Weights in the safetensors format: a length, a JSON header, and the elements.

The format is simpler than a dependency for it would be: an unsigned 64-bit length; a JSON object
of that length with type, shape and byte range of every array; then the bytes.
"""

from __future__ import annotations

import json
import math
from typing import Any, BinaryIO, cast

import numpy as np

from ...errors import ModelError
from .tensors import Stored, Tensors, size_of, span_at

_LARGEST_HEADER = 1 << 20  # bytes; VGG-19 takes about four thousand

_TYPES = {
    "F64": "<f8",
    "F32": "<f4",
    "F16": "<f2",
    "I64": "<i8",
    "I32": "<i4",
    "I16": "<i2",
    "I8": "|i1",
    "U8": "|u1",
    "BOOL": "|b1",
}


def looks_like(head: bytes) -> bool:
    """Whether a file that starts so may be of this format."""
    return 2 <= int.from_bytes(head[:8], "little") <= _LARGEST_HEADER and head[8:9] == b"{"


def read_safetensors(file: BinaryIO) -> Tensors:
    """The arrays of an open file; their values are read on demand.

    Raises:
        ModelError: where the file is damaged.
    """
    size = size_of(file)
    file.seek(0)
    length = int.from_bytes(file.read(8), "little")
    if length > min(size - 8, _LARGEST_HEADER):
        raise ModelError(f"damaged: a header of {length} bytes in a file of {size}")
    header = _header(file.read(length))
    header.pop("__metadata__", None)
    return {name: _array(file, name, entry, 8 + length, size) for name, entry in header.items()}


def _header(data: bytes) -> dict[str, Any]:
    try:
        header = json.loads(data)
    except (ValueError, RecursionError):
        raise ModelError("damaged: its header is no JSON") from None
    if not isinstance(header, dict):
        raise ModelError("damaged: its header is no JSON object")
    return cast("dict[str, Any]", header)


def _array(file: BinaryIO, name: str, entry: Any, base: int, size: int) -> Stored:
    try:
        kind, shape, (start, end) = entry["dtype"], tuple(entry["shape"]), entry["data_offsets"]
    except (TypeError, LookupError, ValueError):
        raise ModelError(f"damaged: {name[:60]} is not described") from None
    if not all(type(number) is int and number >= 0 for number in (*shape, start, end)):
        raise ModelError(f"damaged: {name[:60]} has sizes that are none")
    if not isinstance(kind, str) or kind not in _TYPES:
        raise ModelError(f"of an unknown kind: {name[:60]} is {str(kind)[:9]}; save it as F32")
    dtype, count = np.dtype(_TYPES[kind]), math.prod(shape)
    if end - start != count * dtype.itemsize or base + end > size:
        raise ModelError(f"damaged: {name[:60]} does not fit its place in the file")
    span = span_at(file, base + start, count, dtype)
    return Stored(shape, lambda: span.read().reshape(shape))
