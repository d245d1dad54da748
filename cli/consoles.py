"""Standard output and error as they come: closed, full, a broken pipe, or of few letters.

What is printed tells of a result; it is none. So nothing that is printed may fail a run: what the
encoding lacks is written otherwise, and what cannot be written is dropped.
"""

from __future__ import annotations

import codecs
import errno
import io
import os
import sys
import unicodedata
from typing import Any, TextIO, cast

_HANDLER = "stylecore"
_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG} if hasattr(errno, "EDQUOT") else {errno.ENOSPC}
"""Where somebody wanted to keep what is printed, which those who close a pipe do not."""

_CLOSED: set[int] = set()
"""Of the standard files, those that were closed when this process began."""

_PLAIN = {
    **{"×": "x", "→": "->", "↦": "->", "…": "...", "—": "-", "–": "-", "’": "'", "‘": "'"},
    **{"“": '"', "”": '"', "−": "-", "α": "alpha", "β": "beta", "γ": "gamma", "σ": "sigma"},
    **{"━": "-", "╸": "-", "╺": "-", "•": "*", "⅓": "1/3"},
}
"""Signs that our own texts have, in ASCII."""


class _Forgiving(io.RawIOBase):
    """A raw stream that takes everything, and drops what cannot be written."""

    def __init__(self, raw: io.RawIOBase) -> None:
        self.full = ""
        self._raw = raw

    def writable(self) -> bool:
        """Always."""
        return True

    def write(self, data: Any, /) -> int:
        """Write what can be written; says that it was all."""
        size = memoryview(data).nbytes
        try:
            written = self._raw.write(data)
        except (OSError, ValueError) as error:
            if getattr(error, "errno", None) in _FULL:
                self.full = str(getattr(error, "strerror", ""))
            return size
        return size if written is None else written

    def fileno(self) -> int:
        """That of the stream."""
        return self._raw.fileno()

    def isatty(self) -> bool:
        """Whether the stream is a terminal."""
        return self._raw.isatty()


def make_safe() -> None:
    """Let nothing that is printed by this process fail it."""
    _occupy_standard_files()
    codecs.register_error(_HANDLER, _otherwise)
    sys.stdout = _safe(sys.stdout, 1)
    sys.stderr = _safe(sys.stderr, 2)


def is_closed(stream: TextIO | None) -> bool:
    """Whether whoever began this process gave it no standard output."""
    return stream is None or (isinstance(_raw_of(stream), _Forgiving) and 1 in _CLOSED)


def file_under(stream: TextIO) -> int | None:
    """The number of the file below a stream that drops what cannot be written; None for others.

    What must not be dropped is written there.
    """
    return stream.fileno() if isinstance(_raw_of(stream), _Forgiving) else None


def tell_of_losses() -> None:
    """Say on standard error that a disk did not take what was printed."""
    sys.stdout.flush()
    raw = _raw_of(sys.stdout)
    if isinstance(raw, _Forgiving) and raw.full:
        sys.stderr.write(f"stylecore: standard output is incomplete: {raw.full}\n")


def _raw_of(stream: TextIO) -> object:
    return getattr(getattr(stream, "buffer", None), "raw", None)


def _occupy_standard_files() -> None:
    """Open what is closed of the first three files, or a picture would be opened in their place."""
    for number in range(3):
        try:
            os.fstat(number)
        except OSError:
            _CLOSED.add(number)
            opened = os.open(os.devnull, os.O_RDWR)
            if opened != number:
                os.dup2(opened, number)
                os.close(opened)


def _safe(stream: TextIO | None, number: int) -> TextIO:
    raw: Any = io.FileIO(number, "wb", closefd=False)
    encoding, by_line, at_once = "utf-8", False, False
    if isinstance(stream, io.TextIOWrapper):
        stream.flush()
        encoding = stream.encoding
        by_line, at_once = stream.line_buffering, stream.write_through
        raw = getattr(cast("Any", stream).buffer, "raw", raw)
    buffer = io.BufferedWriter(_Forgiving(_apart(raw)))
    return io.TextIOWrapper(
        buffer, encoding, _HANDLER, line_buffering=by_line, write_through=at_once
    )


def _apart(raw: Any) -> Any:
    """Standard error under another number: what C libraries write to number 2 may be dropped.

    Another thread would lose its lines meanwhile.
    """
    if sys.platform == "win32" or raw.fileno() != 2:
        return raw
    try:
        return io.FileIO(os.dup(2), "wb", closefd=False)
    except OSError:
        return raw


def _otherwise(error: UnicodeError) -> tuple[str | bytes, int]:
    """What to write for letters that the encoding lacks: alike, or escaped.

    Bytes of file names that are no letters, which Python keeps as surrogates, come out as they are.
    """
    if not isinstance(error, UnicodeEncodeError):
        raise error
    letter = error.object[error.start]
    if "\udc80" <= letter <= "\udcff":
        return bytes([ord(letter) - 0xDC00]), error.start + 1
    if plain := _PLAIN.get(letter):
        return plain, error.start + 1
    stripped = unicodedata.normalize("NFKD", letter).encode("ascii", "ignore").decode()
    return stripped or letter.encode("ascii", "backslashreplace").decode(), error.start + 1
