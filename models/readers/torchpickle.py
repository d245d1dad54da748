"""Weights saved by ``torch.save``: what a state dict says, and the older of its two file formats.

The older format (before torch 1.6) is five pickles and then raw data: a magic number, a version,
a description of the machine, the state dict, the names of its storages; then per storage, in the
order of those names, an int64 number of elements and the elements themselves.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, BinaryIO, cast

import numpy as np

from ...errors import ModelError
from . import pickles
from .tensors import Span, Stored, Tensors, size_of, span_at

MAGIC = b"\x80\x02\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19."
"""What a file of the older format starts with."""

_VERSION = 1001

_TYPES = {
    "DoubleStorage": "<f8",
    "FloatStorage": "<f4",
    "HalfStorage": "<f2",
    "LongStorage": "<i8",
    "IntStorage": "<i4",
    "ShortStorage": "<i2",
    "CharStorage": "|i1",
    "ByteStorage": "|u1",
    "BoolStorage": "|b1",
}


@dataclass(frozen=True)
class Storage:
    """What the state dict says about a run of elements that lies elsewhere in the file."""

    key: str
    dtype: np.dtype[Any]
    count: int


@dataclass(frozen=True)
class Pending:
    """A tensor of the state dict whose storage has not been located yet."""

    storage: Storage
    start: int
    shape: tuple[int, ...]
    strides: tuple[int, ...]


def read_legacy(file: BinaryIO) -> Tensors:
    """The tensors of an open file in the older format; their values are read on demand.

    Raises:
        ModelError: where the file is damaged or holds anything but a state dict.
    """
    file.seek(0)
    if file.read(len(MAGIC)) != MAGIC:
        raise ModelError("no torch file: it does not start with torch's magic number")
    if pickles.load(file, {}, _no_storage) != _VERSION:
        raise ModelError(f"a torch file of an unknown version; {_VERSION} is known")
    _check_machine(pickles.load(file, {}, _no_storage))
    state, storages = read_state(file)
    spans = _locate(file, pickles.load(file, {}, _no_storage), storages)
    return place(state, spans.__getitem__)


def read_state(file: BinaryIO) -> tuple[dict[str, Pending], dict[str, Storage]]:
    """The state dict pickled at the file's position: tensors by name, storages by key."""
    storages: dict[str, Storage] = {}

    def storage(identity: Any) -> Storage:
        found = _storage(identity)
        if storages.setdefault(found.key, found) != found:
            raise ModelError("damaged: one storage described in two ways")
        return found

    state = pickles.load(file, _KNOWN, storage)
    if not isinstance(state, dict):
        raise ModelError(f"holding a {type(state).__name__}; save the model's state_dict()")
    tensors = cast("dict[Any, Any]", state)
    pending = {str(name): item for name, item in tensors.items() if isinstance(item, Pending)}
    return pending, storages


def place(state: dict[str, Pending], span_of: Callable[[str], Span]) -> Tensors:
    """The tensors as arrays in the file, given where the storage of each key lies."""
    placed: dict[str, Stored] = {}
    for name, item in state.items():
        placed[name] = span_of(item.storage.key).view(item.start, item.shape, item.strides)
    return placed


def _check_machine(machine: Any) -> None:
    if not isinstance(machine, dict):
        raise ModelError("damaged: no description of the machine that wrote it")
    if cast("dict[Any, Any]", machine).get("little_endian") is not True:
        raise ModelError("written on a big-endian machine; save it again on a little-endian one")


def _locate(file: BinaryIO, keys: Any, storages: dict[str, Storage]) -> dict[str, Span]:
    """Walk the data section: where each storage lies."""
    if not isinstance(keys, list):
        raise ModelError("damaged: no list of storages")
    order = [_key(key) for key in cast("list[Any]", keys)]
    if len(set(order)) != len(order) or set(order) != set(storages):
        raise ModelError("damaged: its list of storages does not fit its tensors")
    spans: dict[str, Span] = {}
    offset, size = file.tell(), size_of(file)
    for storage in map(storages.__getitem__, order):
        file.seek(offset)
        if int.from_bytes(file.read(8), "little", signed=True) != storage.count:
            raise ModelError("damaged: a storage of another length than its tensor says")
        spans[storage.key] = span_at(file, offset + 8, storage.count, storage.dtype)
        offset += 8 + storage.count * storage.dtype.itemsize
        if offset > size:
            raise ModelError(f"cut off: {size} bytes, and its data reaches to byte {offset}")
    return spans


def _storage(identity: Any) -> Storage:
    """What a persistent id ``('storage', type, key, device, count[, view])`` stands for."""
    tag, kind, key, _, count, *view = identity
    name = kind.name.rpartition(".")[2]
    if tag != "storage" or any(item is not None for item in view):
        raise ModelError("damaged: a persistent id that is no storage")
    if name not in _TYPES:
        raise ModelError(f"of an unknown kind: a torch {name[:40]}; save it as float32")
    return Storage(_key(key), np.dtype(_TYPES[name]), _natural(count))


def _no_storage(_: Any) -> Any:
    raise ModelError("damaged: a storage where none belongs")


def _tensor(storage: Any, start: Any, shape: Any, strides: Any, *_: Any) -> Pending:
    if not isinstance(storage, Storage) or len(shape) + len(strides) > 16:
        raise ModelError("damaged: a tensor without a storage")
    return Pending(
        storage, _natural(start), tuple(map(_natural, shape)), tuple(map(_natural, strides))
    )


def _parameter(data: Any, *_: Any) -> Any:
    return data


def _dictionary(pairs: Any = ()) -> dict[str, Any]:
    return {str(name): value for name, value in pairs if isinstance(name, str | int)}


def _key(value: Any) -> str:
    if not isinstance(value, str | int):
        raise ModelError("damaged: a storage without a name")
    return str(value)


def _natural(value: Any) -> int:
    if not isinstance(value, int) or not 0 <= value < 2**48:
        raise ModelError("damaged: a size that is no size")
    return value


_KNOWN: dict[str, pickles.Builder] = {
    "collections.OrderedDict": _dictionary,
    "torch._utils._rebuild_tensor": _tensor,
    "torch._utils._rebuild_tensor_v2": _tensor,
    "torch._utils._rebuild_parameter": _parameter,
}
