"""Reads the few pickle opcodes that ``torch.save`` writes, and executes nothing.

A pickle is a program: the standard reader runs it, imports what it names and calls what it
imported. Here a small machine of our own builds plain values only. Names it meets stay inert
:class:`Global` markers; the three constructors that a state dict needs are known to it by name,
and everything else is refused. The number of opcodes is bounded by the length of the pickle, and
no opcode makes more than it was given, so time and memory are bounded too.

``pickle.Unpickler``, with ``find_class`` restricted and no more than 256 KB to read, falls to the
bombs of ``tests/models/readers/test_torchpickle.py`` that its opcodes alone make, before anything
of ours is asked. Seen with Python 3.11: a dictionary key of a tuple in a tuple … 250,000 deep ends
the process (the hash recurses in C), one of twice a tuple of twice … is hashed for ever, and a memo
index of 2²⁷, in eleven bytes, takes 2 GB. torch itself reads weights by a machine of its own.
"""

from __future__ import annotations

import io
import pickletools
from collections.abc import Callable, Sized
from dataclasses import dataclass
from typing import Any, BinaryIO

from ...errors import ModelError

LARGEST_PICKLE = 1 << 18
"""Bytes: a state dict of VGG-19 takes about five thousand."""

Builder = Callable[..., Any]


@dataclass(frozen=True)
class Global:
    """A name that the pickle mentions, never imported."""

    name: str


def load(file: BinaryIO, known: dict[str, Builder], persistent: Builder) -> Any:
    """The value of the pickle at the file's position; leaves the file just after it.

    Args:
        file: an open, seekable file.
        known: what may be called, by its dotted name in the pickle.
        persistent: makes a value of a persistent id (torch's storages).

    Raises:
        ModelError: for a pickle that is damaged, too long, or asks for anything else.
    """
    start = file.tell()
    pickle = io.BytesIO(file.read(LARGEST_PICKLE))
    machine = _Machine(known, persistent)
    try:
        while (opcode := _opcode(pickle)).name != "STOP":
            _STEPS[opcode.name](machine, _argument(opcode, pickle))
        value = machine.pop()
    except ModelError as error:
        raise ModelError(f"its pickle is {error}") from None
    except (ValueError, LookupError, TypeError, AttributeError, OverflowError):
        raise ModelError("its pickle is damaged") from None
    file.seek(start + pickle.tell())
    return value


def _opcode(pickle: io.BytesIO) -> pickletools.OpcodeInfo:
    code = pickle.read(1).decode("latin-1")
    if code not in _OPCODES:
        raise ModelError(f"damaged or unsafe: it has the opcode {code!r}")
    return _OPCODES[code]


def _argument(opcode: pickletools.OpcodeInfo, pickle: io.BytesIO) -> Any:
    if opcode.name == "GLOBAL":  # The standard reader interprets escapes, and warns of odd ones.
        return ".".join(pickle.readline().decode("ascii").rstrip("\n") for _ in range(2))
    return opcode.arg.reader(pickle) if opcode.arg else None


_MARK = object()


class _Machine:
    """The stack and the memo of a pickle that is being read."""

    def __init__(self, known: dict[str, Builder], persistent: Builder) -> None:
        self.stack: list[Any] = []
        self.memo: dict[int, Any] = {}
        self.known = known
        self.persistent = persistent
        self.budget = LARGEST_PICKLE

    def push(self, value: Any) -> None:
        self.stack.append(value)

    def pop(self) -> Any:
        value = self.stack.pop()
        if value is _MARK:
            raise ModelError("damaged: a mark where a value should be")
        return value

    def pop_to_mark(self) -> list[Any]:
        items: list[Any] = []
        while (value := self.stack.pop()) is not _MARK:
            items.append(value)
        return items[::-1]

    def pop_many(self, count: int) -> tuple[Any, ...]:
        return tuple(self.pop() for _ in range(count))[::-1]

    def remember(self, index: int) -> None:
        self.memo[index] = self.stack[-1]

    def extend(self, items: list[Any]) -> None:
        _expect(self.stack[-1], list).extend(items)

    def update(self, items: list[Any]) -> None:
        target = _expect(self.stack[-1], dict)
        for key, value in zip(items[::2], items[1::2], strict=True):
            # Hashing a tuple of tuples of … can take for ever; a state dict has plain keys.
            target[_expect(key, str | int)] = value

    def call(self) -> None:
        target, arguments = self.pop_many(2)
        name = _expect(target, Global).name
        if name not in self.known:
            raise ModelError(f"unsafe: it asks for {name[:60]!r}, which no weights need")
        self.spend(_expect(arguments, tuple))
        self.push(self.known[name](*arguments))

    def spend(self, arguments: tuple[Any, ...]) -> None:
        """Keep two bytes that call a constructor on one long list from becoming a bomb."""
        self.budget -= sum(len(item) for item in arguments if isinstance(item, Sized))
        if self.budget < 0:
            raise ModelError("damaged or unsafe: it builds more than it holds")

    def name_pushed(self) -> None:
        module, name = self.pop_many(2)
        self.push(Global(f"{_expect(module, str)}.{_expect(name, str)}"))

    def find(self) -> None:
        self.push(self.persistent(self.pop()))


def _expect(value: Any, kind: Any) -> Any:
    if not isinstance(value, kind):
        raise ModelError(f"damaged: a {type(value).__name__} in the wrong place")
    return value


def _text(value: str | bytes) -> str:
    return value.decode("ascii") if isinstance(value, bytes) else value


_Step = Callable[[_Machine, Any], Any]


def _constant(value: Any) -> _Step:
    return lambda machine, _: machine.push(value)


def _tuple(count: int) -> _Step:
    return lambda machine, _: machine.push(machine.pop_many(count))


def _nothing(machine: _Machine, _: Any) -> None:
    """Opcodes that change no value."""


_STEPS: dict[str, _Step] = {
    **dict.fromkeys(("PROTO", "FRAME", "STOP"), _nothing),
    **dict.fromkeys(
        ("BININT", "BININT1", "BININT2", "LONG1", "BINFLOAT"), lambda m, value: m.push(value)
    ),
    **dict.fromkeys(
        ("BINUNICODE", "SHORT_BINUNICODE", "BINSTRING", "SHORT_BINSTRING"),
        lambda m, value: m.push(_text(value)),
    ),
    **dict.fromkeys(("BINPUT", "LONG_BINPUT"), lambda m, index: m.remember(index)),
    **dict.fromkeys(("BINGET", "LONG_BINGET"), lambda m, index: m.push(m.memo[index])),
    "MEMOIZE": lambda m, _: m.remember(len(m.memo)),
    "NONE": _constant(None),
    "NEWTRUE": _constant(True),
    "NEWFALSE": _constant(False),
    "MARK": _constant(_MARK),
    "EMPTY_TUPLE": _constant(()),
    "EMPTY_LIST": lambda m, _: m.push([]),
    "EMPTY_DICT": lambda m, _: m.push({}),
    "TUPLE1": _tuple(1),
    "TUPLE2": _tuple(2),
    "TUPLE3": _tuple(3),
    "TUPLE": lambda m, _: m.push(tuple(m.pop_to_mark())),
    "APPEND": lambda m, _: m.extend([m.pop()]),
    "APPENDS": lambda m, _: m.extend(m.pop_to_mark()),
    "SETITEM": lambda m, _: m.update(list(m.pop_many(2))),
    "SETITEMS": lambda m, _: m.update(m.pop_to_mark()),
    "GLOBAL": lambda m, name: m.push(Global(name)),
    "STACK_GLOBAL": lambda m, _: m.name_pushed(),
    "REDUCE": lambda m, _: m.call(),
    # An OrderedDict's attributes (torch keeps version numbers there): nothing that we need.
    "BUILD": lambda m, _: m.pop(),
    "BINPERSID": lambda m, _: m.find(),
}

_OPCODES = {opcode.code: opcode for opcode in pickletools.opcodes if opcode.name in _STEPS}
