"""The operators of an ONNX graph as they lie in its file: read, and made.

Field numbers are those of onnx.proto.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from ..engine.protobuf import BYTES, FIXED32, VARINT, fields, of_bytes, written

_INPUT, _OUTPUT, _KIND, _ATTRIBUTE = 1, 2, 4, 5
_NAME, _FLOAT, _WHOLE, _TENSOR, _WHOLES = 1, 2, 3, 5, 8
_INNER, _INNERS = 6, 11
_NODE_INSIDE, _OUTPUT_INSIDE = 1, 12
_INTS, _RAW, _TYPE, _INT64 = 7, 9, 2, 7


class Node(NamedTuple):
    """An operator.

    Attributes:
        kind: which one.
        inputs: the names of what it takes, with what graphs inside of it take.
        outputs: the names of what it gives.
        message: the operator as it lies in the file.
    """

    kind: str
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    message: memoryview | bytes


def read_node(message: memoryview) -> Node:
    """Read an operator.

    Raises:
        ValueError: for bytes that are none.
    """
    texts: dict[int, list[str]] = {_INPUT: [], _OUTPUT: [], _KIND: []}
    inside: list[str] = []
    for one in fields(message):
        if one.wire == BYTES and one.number in texts:
            texts[one.number].append(one.text())
        elif (one.number, one.wire) == (_ATTRIBUTE, BYTES):
            inside += _taken_inside(one.value)
    kind = texts[_KIND][-1] if texts[_KIND] else ""
    return Node(kind, (*texts[_INPUT], *inside), tuple(texts[_OUTPUT]), message)


def make_node(kind: str, inputs: Sequence[str], outputs: Sequence[str]) -> Node:
    """An operator without attributes."""
    parts = [of_bytes(_INPUT, name) for name in inputs]
    parts += [of_bytes(_OUTPUT, name) for name in outputs]
    return Node(kind, tuple(inputs), tuple(outputs), written([*parts, of_bytes(_KIND, kind)]))


def name_of(message: memoryview, number: int = _NAME) -> str:
    """The name that a message has in a field."""
    names = [one.text() for one in fields(message) if (one.number, one.wire) == (number, BYTES)]
    return names[-1] if names else ""


def float_of(node: Node, name: str, default: float) -> float:
    """An attribute that is a number."""
    for attribute in _attributes(node, name):
        for one in fields(attribute):
            if (one.number, one.wire) == (_FLOAT, FIXED32):
                return struct.unpack("<f", one.value)[0]
    return default


def wholes_of(node: Node, name: str) -> list[int] | None:
    """An attribute that is one or several whole numbers; None where there is none."""
    found: list[int] | None = None
    for attribute in _attributes(node, name):
        found = []
        for one in fields(attribute):
            if (one.number, one.wire) in ((_WHOLE, VARINT), (_WHOLES, VARINT)):
                found.append(_signed(one.whole()))
            elif (one.number, one.wire) == (_WHOLES, BYTES):
                found += _packed(one.value)
    return found


def constant_of(node: Node) -> list[int] | None:
    """The whole numbers of an operator that is a constant; None where it is no such."""
    if node.kind != "Constant":
        return None
    for attribute in _attributes(node, "value"):
        for one in fields(attribute):
            if (one.number, one.wire) == (_TENSOR, BYTES):
                return wholes_in(one.value)
    return wholes_of(node, "value_ints")


def wholes_in(tensor: memoryview) -> list[int] | None:
    """The numbers of a tensor of int64; None for one of another type."""
    found, kind = list[int](), 0
    for one in fields(tensor):
        if (one.number, one.wire) == (_TYPE, VARINT):
            kind = one.whole()
        elif (one.number, one.wire) == (_INTS, VARINT):
            found.append(_signed(one.whole()))
        elif (one.number, one.wire) == (_INTS, BYTES):
            found += _packed(one.value)
        elif (one.number, one.wire) == (_RAW, BYTES) and len(one.value) % 8 == 0:
            found += struct.unpack(f"<{len(one.value) // 8}q", one.value)
    return found if kind == _INT64 else None


def _attributes(node: Node, name: str) -> Iterator[memoryview]:
    for one in fields(node.message):
        if (one.number, one.wire) == (_ATTRIBUTE, BYTES) and name_of(one.value) == name:
            yield one.value


def _taken_inside(attribute: memoryview) -> Iterator[str]:
    """What graphs inside of an operator take: by name, from anywhere around them."""
    for one in fields(attribute):
        if one.wire == BYTES and one.number in (_INNER, _INNERS):
            for part in fields(one.value):
                if (part.number, part.wire) == (_NODE_INSIDE, BYTES):
                    yield from read_node(part.value).inputs
                if (part.number, part.wire) == (_OUTPUT_INSIDE, BYTES):
                    yield name_of(part.value)


def _packed(value: memoryview) -> Iterable[int]:
    """Varints one behind another: each as if it were a field."""
    at = 0
    while at < len(value):
        size = 1
        while at + size < len(value) and value[at + size - 1] >= 0x80:
            size += 1
        number = sum((byte & 0x7F) << 7 * k for k, byte in enumerate(value[at : at + size]))
        yield _signed(number)
        at += size


def _signed(number: int) -> int:
    """A whole number of 64 bits, which may be negative."""
    return number - (1 << 64) if number >= 1 << 63 else number
