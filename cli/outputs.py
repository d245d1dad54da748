"""What a command writes: kept apart from what it reads, and tried before anything is slow.

A command says what it reads, tells of each file that it will write, and writes it by this alone.
"""

from __future__ import annotations

import os
from collections.abc import Generator, Iterable
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from .. import files
from ..errors import ModelError, StylecoreError
from .standard import (
    STANDARD,
    expect_picture_on_standard_output,
    expect_standard_output,
    write_standard_output,
)

if TYPE_CHECKING:
    from ..pictures.notes import Metadata
    from ..pictures.tensors import Levels

_AS_STANDARD_OUTPUT = "picture.png"


class Outputs:
    """The way of a command's results to the disk; none of them takes the place of an input."""

    def __init__(self, reads: Iterable[Path]) -> None:
        """Begin with all that the command reads; of a folder, that is every file in it."""
        self._reads = {os.path.realpath(read): read for read in reads}
        self._expected: dict[str, Path] = {}

    def expect(self, path: Path) -> None:
        """Make sure that what will be written there takes the place of nothing else.

        Raises:
            StylecoreError: for the place of an input or of another output.
        """
        self._keep_apart(path)
        real = "-" if path == STANDARD else os.path.realpath(path)
        if real in self._expected:
            raise _overwriting(path, self._expected[real])
        self._expected[real] = path

    def expect_picture(self, path: Path, depth: int = 8) -> None:
        """Make sure that a picture can be written there.

        Args:
            path: of its file.
            depth: its bits of a channel.

        Raises:
            StylecoreError: for the place of an input or of another output, one that cannot be
                written, or a suffix that names no format, or one that does not hold so many bits.
        """
        from ..pictures.images import check_writable

        self.expect(path)
        if path == STANDARD:
            expect_picture_on_standard_output()
        else:
            check_writable(path, depth)

    def expect_size(
        self, path: Path, height: int, width: int, depth: int = 8, *, alpha: bool = False
    ) -> None:
        """Make sure that the format of a picture's file holds so many pixels.

        Raises:
            StylecoreError: where it does not.
        """
        from ..pictures.images import check_size

        name = _AS_STANDARD_OUTPUT if path == STANDARD else path.name
        check_size(name, height, width, depth, 4 if alpha else 3)

    def expect_film(self, path: Path) -> None:
        """Make sure that a film can be written there.

        Raises:
            StylecoreError: for the place of an input or of another output, one that cannot be
                written, standard output, or a suffix that names no kind of film.
        """
        from ..feedforward.filmwriter import check_suffix

        if path == STANDARD:
            raise StylecoreError("a film cannot go to standard output; give the path of a file")
        check_suffix(path)
        self.expect_file(path)

    def expect_network(self, path: Path) -> None:
        """Make sure that a network can be written there.

        Raises:
            StylecoreError: for the place of an input or of another output, one that cannot be
                written, standard output, or another suffix than that of ONNX.
        """
        if path == STANDARD:
            raise StylecoreError("a network cannot go to standard output; give the path of a file")
        if path.suffix.lower() != ".onnx":
            raise StylecoreError(f"{path} does not end in .onnx; give a name that does")
        self.expect_file(path)

    def expect_file(self, path: Path) -> None:
        """Make sure that a file can be written there.

        Raises:
            StylecoreError: for the place of an input or of another output, or one that cannot be
                written.
        """
        self.expect(path)
        with _told(path):
            files.check_writable(path)

    def expect_text(self, path: Path) -> None:
        """Make sure that a text can be written there.

        Raises:
            StylecoreError: for the place of an input or of another output, or one that cannot be
                written.
        """
        if path == STANDARD:
            self.expect(path)
            expect_standard_output()
        else:
            self.expect_file(path)

    def expect_folder(self, path: Path) -> None:
        """Make sure that a folder there replaces nothing that is read.

        Raises:
            StylecoreError: for a place that is an input, or holds one.
        """
        self.expect(path)
        for real, read in self._reads.items():
            if files.is_there(read) and Path(real).is_relative_to(os.path.realpath(path)):
                raise _overwriting(path, read)

    def write_picture(self, path: Path, picture: Levels, metadata: Metadata | None = None) -> None:
        """Write a picture, with what else it carries; to standard output as PNG.

        Raises:
            StylecoreError: as :meth:`expect_picture`.
        """
        from ..pictures.images import write_image

        self._keep_apart(path)
        if path != STANDARD:
            write_image(path, picture, metadata)
            return
        with TemporaryDirectory(prefix="stylecore-") as folder:
            whole = Path(folder) / _AS_STANDARD_OUTPUT
            write_image(whole, picture, metadata)
            write_standard_output(whole.read_bytes())

    def write_text(self, path: Path, text: str) -> None:
        """Write a text.

        Raises:
            StylecoreError: as :meth:`expect_text`.
        """
        self._keep_apart(path)
        # What cannot be encoded is a byte of a path that is not UTF-8: \udcff is JSON as well.
        data = text.encode("utf-8", "backslashreplace")
        if path == STANDARD:
            write_standard_output(data)
        else:
            self.write_file(path, data)

    def write_file(self, path: Path, data: bytes) -> None:
        """Write the bytes of a file.

        Raises:
            StylecoreError: as :meth:`expect_file`.
        """
        self._keep_apart(path)
        with _told(path):
            files.write_atomically(path, data)

    def _keep_apart(self, output: Path) -> None:
        if output == STANDARD:
            return
        real = os.path.realpath(output)
        if real in self._reads:
            raise _overwriting(output, self._reads[real])
        if files.is_there(output):
            for read in self._reads.values():
                if _is_of(read, output):
                    raise _overwriting(output, read)


def model_files(model: str | None) -> list[Path]:
    """What a run reads for its network: what lies at a path, or for a name all that is cached."""
    from ..engine.locations import artefacts_folder

    if model is not None and files.is_folder(model):
        return [Path(model)]
    found = weight_files(model)
    with suppress(ModelError):  # a file of weights needs no home folder
        found.append(artefacts_folder())
    return found


def weight_files(model: str | None) -> list[Path]:
    """What is read for weights: the file at a path, or for a name all that is cached."""
    from ..engine.locations import weights_folder

    given = model is not None and files.is_there(model)
    return [Path(model)] if model is not None and given else [weights_folder()]


@contextmanager
def _told(path: Path) -> Generator[None]:
    try:
        yield
    except OSError as error:
        raise StylecoreError(files.unwritable(path, error)) from error


def _overwriting(output: Path, other: Path) -> StylecoreError:
    if output == STANDARD:
        return StylecoreError("two things would go to standard output; give one of them a file")
    return StylecoreError(f"{output} would overwrite {other}; give another name")


def _is_of(read: Path, there: Path) -> bool:
    """Whether what is there is what is read, under another name, or in its folder."""
    if files.is_folder(read):
        return Path(os.path.realpath(there)).is_relative_to(os.path.realpath(read))
    return files.is_there(read) and read.samefile(there)  # a name that differs in case alone, say
