from __future__ import annotations

import io
import pickle
import subprocess
import sys
import time
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stylecore.errors import ModelError
from stylecore.models.readers import pickles
from stylecore.models.readers.torchpickle import read_legacy

ARRAYS = {
    "a": np.arange(24, dtype=np.float32).reshape(2, 3, 4),
    "b": np.arange(5, dtype=np.uint8),
    "empty": np.zeros((0, 3), np.float32),
}


def values(content: bytes) -> dict[str, np.ndarray]:
    return {name: stored.read() for name, stored in read_legacy(io.BytesIO(content)).items()}


def test_arrays_come_back_as_they_were_written(formats: SimpleNamespace) -> None:
    found = values(formats.legacy_torch(ARRAYS))
    assert list(found) == list(ARRAYS)
    for name, array in ARRAYS.items():
        np.testing.assert_array_equal(found[name], array, strict=True)


def test_a_permuted_array_is_read_through_its_strides(formats: SimpleNamespace) -> None:
    permuted = ARRAYS["a"].transpose(2, 0, 1)
    state = formats.state_pickle({"a": permuted})
    found = values(formats.legacy_torch({"a": ARRAYS["a"]}, state))
    np.testing.assert_array_equal(found["a"], permuted)


def test_what_torch_writes_is_read(torch: Any) -> None:
    module = torch.nn.Sequential(torch.nn.Conv2d(3, 4, 3), torch.nn.BatchNorm2d(4))
    state = module.state_dict()
    shared = torch.arange(10.0)
    state |= {"head": shared[:4], "tail": shared[4:], "half": torch.ones(2).half()}
    state["turned"] = torch.arange(6.0).reshape(2, 3).T
    state["parameter"] = torch.nn.Parameter(torch.ones(3))
    file = io.BytesIO()
    torch.save(state, file, _use_new_zipfile_serialization=False)
    found = values(file.getvalue())
    assert found.keys() == state.keys()
    for name, tensor in state.items():
        np.testing.assert_array_equal(found[name], tensor.detach().numpy(), strict=True)


def test_names_written_by_python_2_are_read(formats: SimpleNamespace) -> None:
    new = formats.state_pickle({"a": ARRAYS["a"]})
    old = new.replace(b"X\x01\x00\x00\x00a", b"U\x01a")
    assert old != new
    np.testing.assert_array_equal(
        values(formats.legacy_torch({"a": ARRAYS["a"]}, old))["a"], ARRAYS["a"]
    )


class Exploit:
    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple[object, ...]:
        return Path.touch, (self.path,)


@pytest.mark.parametrize("protocol", [2, 4])
def test_nothing_that_a_pickle_names_is_called(
    formats: SimpleNamespace, tmp_path: Path, protocol: int
) -> None:
    trace = tmp_path / "executed"
    state = pickle.dumps({"a": Exploit(trace)}, protocol)
    with pytest.raises(ModelError, match="unsafe"):
        read_legacy(io.BytesIO(formats.legacy_torch(ARRAYS, state)))
    assert not trace.exists()


def nested(depth: int) -> bytes:
    """A dictionary key of twice a tuple of twice a tuple of twice …: 2**depth steps to hash."""
    twice = b"".join(b"h%ch%c\x86q%c" % (i, i, i + 1) for i in range(depth))
    return b"\x80\x02)q\x00" + twice + b"}h%cK\x01s." % depth


def deep(depth: int) -> bytes:
    """A dictionary key of a tuple in a tuple in a tuple …, whose hash recurses."""
    return b"\x80\x02})" + b"\x85" * depth + b"K\x01s."


def far_memo(index: int) -> bytes:
    """One value, remembered far away: a list of that length takes eight bytes an item."""
    return b"\x80\x02Nr" + index.to_bytes(4, "little") + b"."


def long_list_built_again_and_again() -> bytes:
    pairs = b"]q\x00(" + b"".join(b"J%b\x89\x86" % i.to_bytes(4, "little") for i in range(20000))
    return pairs + b"e0" + b"ccollections\nOrderedDict\nq\x010" + b"h\x01h\x00\x85R" * 20000


@pytest.mark.parametrize(
    "bomb",
    [
        pytest.param(nested(100), id="hash"),
        pytest.param(deep(250_000), id="deep"),
        pytest.param(far_memo(1 << 27), id="memo"),
        pytest.param(b"\x80\x02" + long_list_built_again_and_again() + b".", id="copies"),
        pytest.param(b"\x80\x04\x96" + b"\xff" * 7 + b"\x00.", id="bytearray"),
        pytest.param(b"\x80\x02" + b"(" * 300_000 + b".", id="long"),
        pytest.param(b"\x80\x02X\xff\xff\xff\x7fabc.", id="text"),
    ],
)
def test_bombs_are_defused(formats: SimpleNamespace, bomb: bytes) -> None:
    start = time.perf_counter()
    with pytest.raises(ModelError):
        read_legacy(io.BytesIO(formats.legacy_torch({}, bomb) + b"\x00"))
    assert time.perf_counter() - start < 5


STANDARD = """
import io, pickle, resource, sys

class Reader(pickle.Unpickler):
    def find_class(self, module, name):
        raise pickle.UnpicklingError(name)

resource.setrlimit(resource.RLIMIT_AS, (1 << 30, 1 << 30))
try:
    Reader(io.BytesIO(sys.stdin.buffer.read(1 << 18))).load()
except (pickle.UnpicklingError, TypeError):
    pass
"""


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="memory is limited as Linux does it")
def test_the_standard_reader_stands_no_bombs() -> None:
    """Where this fails, ``pickle.Unpickler`` has learnt to: take it and delete ``pickles``."""
    fallen: set[str] = set()
    for name, bomb in {
        "hash": nested(100),
        "deep": deep(250_000),
        "memo": far_memo(1 << 27),
    }.items():
        command = [sys.executable, "-c", STANDARD]
        try:
            run = subprocess.run(command, input=bomb, capture_output=True, timeout=5, check=False)
        except subprocess.TimeoutExpired:
            fallen.add(name)
        else:
            fallen |= {name} if run.returncode else set()
    assert fallen


def test_a_pickle_of_something_else_is_refused(formats: SimpleNamespace) -> None:
    with pytest.raises(ModelError, match="holding a list; save the model's state_dict"):
        read_legacy(io.BytesIO(formats.legacy_torch(ARRAYS, pickle.dumps([1], 2))))


def test_a_number_where_a_container_belongs_is_refused() -> None:
    with pytest.raises(ModelError, match="wrong place"):
        pickles.load(io.BytesIO(b"\x80\x02K\x01K\x02a."), {}, lambda _: None)


def test_every_truncation_is_an_error(formats: SimpleNamespace) -> None:
    content = formats.legacy_torch(ARRAYS)
    for length in range(len(content)):
        with pytest.raises(ModelError):
            values(content[:length])


@settings(deadline=None, max_examples=300)
@given(data=st.data())
def test_damage_gives_our_error_or_other_numbers(
    formats: SimpleNamespace, data: st.DataObject
) -> None:
    content = bytearray(formats.legacy_torch(ARRAYS))
    for _ in range(data.draw(st.integers(1, 4))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    try:
        found = values(bytes(content))
    except ModelError:
        return
    assert sum(array.size for array in found.values()) <= len(content)
