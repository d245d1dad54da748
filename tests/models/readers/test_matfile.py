from __future__ import annotations

import io
import struct
import subprocess
import sys
import time
import zlib
from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.io import savemat

from stylecore.errors import ModelError
from stylecore.models.readers import matfile
from stylecore.models.readers.matfile import Value, read_variables
from stylecore.models.readers.tensors import Stored

NUMBERS = np.arange(24, dtype=np.float32).reshape(2, 3, 4)


def cells(*items: object) -> np.ndarray:
    cell = np.empty((1, len(items)), object)
    cell[0, :] = [None] * len(items)
    for index, item in enumerate(items):
        cell[0, index] = item
    return cell


VARIABLES = {
    "numbers": NUMBERS,
    "whole": np.array([[1.0, 2.0, 300.0]]),
    "bytes": np.arange(3, dtype=np.uint8),
    "text": "größe",
    "nested": cells("one", {"kind": "conv", "weights": cells(NUMBERS, np.ones(2))}),
    "several": np.array([(1, "a"), (2, "b")], [("n", object), ("s", object)]),
}


def written(*, compressed: bool = False, **variables: object) -> bytes:
    out = io.BytesIO()
    savemat(out, variables or VARIABLES, do_compression=compressed)
    return out.getvalue()


def plain(value: Value) -> object:
    """The value with its numbers read."""
    if isinstance(value, Stored):
        return value.read().tolist()
    if isinstance(value, list):
        return [plain(item) for item in value]
    if isinstance(value, dict):
        return {name: plain(item) for name, item in value.items()}
    return value


@pytest.mark.parametrize("compressed", [True, False])
def test_what_scipy_writes_is_read(compressed: bool) -> None:
    content = written(compressed=compressed)
    found = {k: plain(v) for k, v in read_variables(io.BytesIO(content), VARIABLES).items()}
    assert found == {
        "numbers": NUMBERS.tolist(),
        "whole": [[1.0, 2.0, 300.0]],
        "bytes": [[0, 1, 2]],
        "text": "größe",
        "nested": ["one", {"kind": "conv", "weights": [NUMBERS.tolist(), [[1.0, 1.0]]]}],
        "several": [{"n": [[1]], "s": "a"}, {"n": [[2]], "s": "b"}],
    }


def test_other_variables_are_passed_over() -> None:
    assert read_variables(io.BytesIO(written()), ["text"]) == {"text": "größe"}


def test_numbers_keep_their_type_and_order() -> None:
    stored = read_variables(io.BytesIO(written()), ["numbers"])["numbers"]
    assert isinstance(stored, Stored)
    assert stored.shape == NUMBERS.shape
    np.testing.assert_array_equal(stored.read(), NUMBERS, strict=True)


def test_a_variable_that_inflates_without_end_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(matfile, "_LARGEST", 1 << 20)
    bomb = zlib.compress(bytes(1 << 22))
    content = written(a=1)[:128] + b"\x0f\0\0\0" + len(bomb).to_bytes(4, "little") + bomb
    with pytest.raises(ModelError, match="more than 1048576 bytes"):
        read_variables(io.BytesIO(content), ["a"])


def test_a_cell_array_that_claims_more_than_the_file_holds_is_refused() -> None:
    content = written(a=cells("x", "y"))
    place = content.index(b"\x01\0\0\0\x02\0\0\0", 128)
    claimed = content[:place] + b"\xff\xff\xff\x7f\xff\xff\xff\x7f" + content[place + 8 :]
    start = time.perf_counter()
    with pytest.raises(ModelError, match="items in"):
        read_variables(io.BytesIO(claimed), ["a"])
    assert time.perf_counter() - start < 1


def test_deep_nesting_is_refused() -> None:
    nested: object = "core"
    for _ in range(20):
        nested = cells(nested)
    with pytest.raises(ModelError, match="something else where an array should be"):
        read_variables(io.BytesIO(written(a=nested)), ["a"])


def element(kind: int, content: bytes) -> bytes:
    return struct.pack("<II", kind, len(content)) + content + bytes(-len(content) % 8)


def nested_cells(depth: int) -> bytes:
    """A file of a cell in a cell in a cell …, which no writer makes."""
    content, heads = element(14, b""), [b""] * depth
    size = len(content)
    for index in range(depth):
        name = element(1, b"a" if index == depth - 1 else b"")
        head = element(6, struct.pack("<II", 1, 0)) + element(5, struct.pack("<2i", 1, 1)) + name
        size += len(head)
        heads[-1 - index] = struct.pack("<II", 14, size) + head
        size += 8
    return written(a=1)[:128] + b"".join(heads) + content


def numbers_of_no_type(second: int) -> bytes:
    """A file whose only number is of type 9, of two bytes, with the second one changed."""
    content = bytearray(written(a=np.array([1.5])))
    content[content.index(b"\x09\0\0\0\x08\0\0\0", 136) + 1] = second
    return bytes(content)


BOMBS = {
    "cells": nested_cells(100_000),
    **{f"type {second}": numbers_of_no_type(second) for second in (1, 16, 64)},
}


@pytest.mark.parametrize("bomb", BOMBS.values(), ids=BOMBS)
def test_what_ends_the_process_elsewhere_is_refused(bomb: bytes) -> None:
    with pytest.raises(ModelError, match="damaged"):
        read_variables(io.BytesIO(bomb), ["a"])


SCIPY = """
import io, sys
from scipy.io import loadmat
try:
    loadmat(io.BytesIO(sys.stdin.buffer.read()), variable_names=["a"])
except Exception:
    pass
"""


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="a process that crashes asks a question there")
def test_scipys_reader_does_not_stand_the_fuzzing() -> None:
    """Where this fails, ``scipy.io.loadmat`` has learnt to: take it and delete ``matfile``."""
    command = [sys.executable, "-c", SCIPY]
    ends = [
        subprocess.run(command, input=bomb, capture_output=True, check=False).returncode
        for bomb in BOMBS.values()
    ]
    assert any(ends)


def test_every_truncation_within_a_variable_is_an_error() -> None:
    content = written(nested=VARIABLES["nested"])
    for length in range(129, len(content) - 8, 7):
        with pytest.raises(ModelError):
            read_variables(io.BytesIO(content[:length]), ["nested"])


@pytest.mark.parametrize("compressed", [True, False])
@settings(deadline=None, max_examples=200)
@given(data=st.data())
def test_damage_gives_our_error_or_other_values(
    formats: SimpleNamespace, compressed: bool, data: st.DataObject
) -> None:
    content = formats.damaged(written(compressed=compressed), data)
    try:
        found = {k: plain(v) for k, v in read_variables(io.BytesIO(content), VARIABLES).items()}
    except ModelError:
        return
    assert found.keys() <= VARIABLES.keys()
