"""What the features graph gave for a picture, kept for when the same picture comes again.

A style is looked at once a scale however many contents are painted in it, and a content once
however many styles it is painted in.
"""

from __future__ import annotations

import hashlib
import threading
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from typing import TypeAlias

from ..pictures.tensors import Array
from .session import Session


class Kept:
    """A features graph that remembers, for use in the place of its session.

    Several threads may use it at a time. What it gives cannot be written to.

    Attributes:
        session: the graph itself, which remembers nothing.
        inputs: as the session's.
        outputs: as the session's.

    Args:
        session: of the features graph.
        most: how many bytes are kept; what was asked for longest ago goes first.
    """

    def __init__(self, session: Session, most: int) -> None:
        self.session, self.inputs, self.outputs = session, session.inputs, session.outputs
        self._most, self._size = most, 0
        self._found: OrderedDict[bytes, list[Array]] = OrderedDict()
        self._lock = threading.Lock()

    def __call__(self, outputs: Sequence[str], **inputs: Array) -> list[Array]:
        """The named outputs, as the session's call.

        Raises:
            ModelError: as there.
            EngineError: as there.
        """
        return self._of(self.session, outputs, inputs)

    def again(self, outputs: Sequence[str], **inputs: Array) -> list[Array]:
        """The named outputs, as the session's `again`.

        Raises:
            ModelError: as there.
            EngineError: as there.
        """
        return self._of(self.session.again, outputs, inputs)

    def _of(
        self,
        run: Callable[..., list[Array]],
        outputs: Sequence[str],
        inputs: Mapping[str, Array],
    ) -> list[Array]:
        key = _key(outputs, inputs)
        with self._lock:
            if key in self._found:
                self._found.move_to_end(key)
                return self._found[key]
        found = run(outputs, **inputs)
        self._keep(key, found)
        return found

    def _keep(self, key: bytes, found: list[Array]) -> None:
        for one in found:
            one.setflags(write=False)
        with self._lock:
            if _size(found) > self._most or key in self._found:
                return
            self._found[key] = found
            self._size += _size(found)
            while self._size > self._most:
                _, oldest = self._found.popitem(last=False)
                self._size -= _size(oldest)


Features: TypeAlias = Session | Kept
"""A features graph, which may remember."""


def passing(features: Features) -> Session:
    """The graph for a picture that will not come again: nothing is kept of it."""
    return features.session if isinstance(features, Kept) else features


def _key(outputs: Sequence[str], inputs: Mapping[str, Array]) -> bytes:
    digest = hashlib.blake2b(",".join(outputs).encode(), digest_size=32)
    for name, value in sorted(inputs.items()):
        digest.update(f"|{name} {value.dtype} {value.shape}|".encode())
        digest.update(value.tobytes())
    return digest.digest()


def _size(found: Sequence[Array]) -> int:
    return sum(one.nbytes for one in found)
