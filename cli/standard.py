"""``-``: pictures from standard input, and what goes to standard output."""

from __future__ import annotations

import atexit
import shutil
import sys
import tempfile
from functools import cache
from pathlib import Path
from typing import TextIO

from ..errors import StylecoreError
from .consoles import file_under, is_closed

STANDARD = Path("-")
"""Stands for standard input where a file is read, and for standard output where one is written."""


def given(path: Path) -> Path:
    """The path itself, or for ``-`` a file with what comes from standard input.

    Raises:
        StylecoreError: when nothing comes from there.
    """
    return _from_standard_input() if path == STANDARD else path


def named(path: Path) -> str:
    """What to call a file that was written."""
    return "standard output" if path == STANDARD else str(path)


def expect_standard_output() -> None:
    """Make sure that it is open.

    Raises:
        StylecoreError: where whoever began this process gave it none.
    """
    if is_closed(sys.stdout):
        raise StylecoreError("standard output is closed; give the path of a file")


def expect_picture_on_standard_output() -> None:
    """Make sure that a picture may go there.

    Raises:
        StylecoreError: for a terminal, or none.
    """
    expect_standard_output()
    if _is_terminal(sys.stdout):
        raise StylecoreError(
            "standard output is a terminal, which shows no picture; lead it to a file or a program"
        )


def write_standard_output(data: bytes) -> None:
    """Write all of it to standard output.

    Raises:
        StylecoreError: when nobody takes it.
    """
    try:
        sys.stdout.flush()
        number = file_under(sys.stdout)
        if number is None:
            sys.stdout.buffer.write(data)
            sys.stdout.buffer.flush()
        else:
            with open(number, "wb", closefd=False) as file:
                file.write(data)
    except OSError as error:
        raise StylecoreError(
            f"cannot write to standard output: {error.strerror}; give the path of a file"
        ) from error


def _is_terminal(stream: TextIO) -> bool:
    return stream.isatty()


@cache
def _from_standard_input() -> Path:
    """Standard input can be read once: it is kept in a file until the end of the process."""
    if sys.stdin is None:  # pyright: ignore[reportUnnecessaryComparison]
        raise StylecoreError("standard input is closed; give the path of a picture")
    if _is_terminal(sys.stdin):
        raise StylecoreError("standard input is a terminal; lead a picture into it")
    try:
        folder = Path(tempfile.mkdtemp(prefix="stylecore-"))
        atexit.register(shutil.rmtree, folder, ignore_errors=True)
        with (folder / "stdin").open("xb") as file:
            shutil.copyfileobj(sys.stdin.buffer, file)
    except OSError as error:
        raise StylecoreError(
            f"cannot keep standard input: {error.strerror}; give the path of a picture"
        ) from error
    if not (folder / "stdin").stat().st_size:
        raise StylecoreError("standard input is empty; lead a picture into it")
    return folder / "stdin"
