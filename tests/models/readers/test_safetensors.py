from __future__ import annotations

import io
import json
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
import safetensors.numpy
from hypothesis import given, settings
from hypothesis import strategies as st

from stylecore.errors import ModelError
from stylecore.models.readers.preprocessing import TORCHVISION
from stylecore.models.readers.safetensors import read_safetensors
from stylecore.models.readers.weights import read_weights


def written(header: object, data: bytes = b"") -> bytes:
    text = header if isinstance(header, bytes) else json.dumps(header).encode()
    return len(text).to_bytes(8, "little") + text + data


def entry(dtype: str, shape: list[int], start: int, end: int) -> dict[str, object]:
    return {"dtype": dtype, "shape": shape, "data_offsets": [start, end]}


def test_what_the_library_writes_is_read(
    formats: SimpleNamespace, saved: Callable[..., Path]
) -> None:
    tensors = formats.named(formats.convolutions, formats.architecture, "features")
    content = safetensors.numpy.save(tensors, {"format": "pt"})
    weights = read_weights(saved(content), architecture=formats.architecture)
    for layer, (kernel, bias) in formats.convolutions.items():
        np.testing.assert_array_equal(weights.convolutions[layer][0], kernel, strict=True)
        np.testing.assert_array_equal(weights.convolutions[layer][1], bias, strict=True)
    assert weights.preprocessing == TORCHVISION


def test_every_type_is_read_as_the_library_reads_it() -> None:
    kinds = ("f8", "f4", "f2", "i8", "i4", "i2", "i1", "u1", "?")
    arrays = {kind: np.arange(6).reshape(2, 3).astype(kind) for kind in kinds}
    found = read_safetensors(io.BytesIO(safetensors.numpy.save(arrays)))
    for name, array in arrays.items():
        np.testing.assert_array_equal(found[name].read(), array, strict=True)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"\xff" * 8 + b"{}", "a header of"),
        (written({}) [:9], "a header of"),
        (written(b"{nonsense"), "no JSON"),
        (written(b"{" + b'"a":[' * 100_000), "no JSON"),
        (written([1]), "no JSON object"),
        (written({"a": 1}), "a is not described"),
        (written({"a": entry("F32", [1], 0, 4)}), "does not fit its place"),
        (written({"a": entry("F32", [2**40, 2**40], 0, 4)}, bytes(4)), "does not fit"),
        (written({"a": entry("F32", [-1], 0, 4)}, bytes(4)), "sizes that are none"),
        (written({"a": entry("F32", [True], 0, 4)}, bytes(4)), "sizes that are none"),
        (written({"a": entry("BF16", [1], 0, 2)}, bytes(2)), "a is BF16; save it as F32"),
    ],
)  # fmt: skip
def test_damage_is_named(content: bytes, message: str) -> None:
    with pytest.raises(ModelError, match=message):
        read_safetensors(io.BytesIO(content))


@settings(deadline=None, max_examples=300)
@given(data=st.data())
def test_damage_gives_our_error_or_other_numbers(
    formats: SimpleNamespace, data: st.DataObject
) -> None:
    header = {"a": entry("F32", [2, 3], 0, 24), "b": entry("U8", [5], 24, 29), "__metadata__": {}}
    try:
        found = read_safetensors(io.BytesIO(formats.damaged(written(header, bytes(29)), data)))
    except ModelError:
        return
    assert sum(stored.read().nbytes for stored in found.values()) < 1000
