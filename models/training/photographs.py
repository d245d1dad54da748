"""The photographs of a training: a folder of any number of them, given out as crops by number.

What a crop shows depends on its number, the seed and the files alone, so that a training that goes
on sees what it would have seen.
"""

from __future__ import annotations

import os
import warnings
from collections import OrderedDict
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, nullcontext
from itertools import cycle, islice
from pathlib import Path

import numpy as np

from ...errors import ImageError, ImageWarning
from ...pictures.color import grey
from ...pictures.formats.signatures import SUFFIXES
from ...pictures.images import read_image, resize, scaled_size
from ...pictures.tensors import Array, Picture, to_tensor

_KEPT = 256 << 20
"""Bytes of photographs that are kept in memory, no larger than they are looked at."""

_EXAMPLES = ("astronaut", "cat", "coffee", "pagoda")
_SMALLEST = 32
_SCALES = (0.6, 1.5)
"""How large a photograph is taken, at least and at most, beside the size that is asked for."""

_TILES = (3, 4)
"""Rows and columns of photographs, in the picture that shows what colours they have."""

_HALF = 0.5
_TURNS, _CROPS = 0, 1
"""Numbers that keep the two kinds of chance apart."""


def find_photographs(place: Path, apart: Collection[Path] = ()) -> list[Path]:
    """The picture files in a folder and the folders in it, by name; or the one file.

    Args:
        place: a folder, or a file.
        apart: files that are no photographs, though they lie there.

    Raises:
        ImageError: when there is none.
    """
    if place.is_file():
        return [place]
    if not place.is_dir():
        raise ImageError(f"there is no folder {place}; give one with photographs")
    others = {os.path.realpath(one) for one in apart}
    found = [
        path
        for path in sorted(place.rglob("*"))
        if path.suffix.lower() in SUFFIXES
        and not path.name.startswith(".")
        and os.path.realpath(path) not in others
        and path.is_file()
    ]
    if not found:
        raise ImageError(f"there is no picture file in {place}; give a folder with photographs")
    return found


def example_photographs(apart: Collection[Path] = ()) -> list[Path]:
    """The photographs among stylecore's examples, which lie beside its sources.

    Args:
        apart: as in :func:`find_photographs`.

    Raises:
        ImageError: when they are not here, as in an installed package.
    """
    others = {os.path.realpath(one) for one in apart}
    folder = Path(__file__).parents[2] / "examples"
    found = [folder / f"{name}.jpg" for name in _EXAMPLES]
    found = [one for one in found if one.is_file() and os.path.realpath(one) not in others]
    if not found:
        raise ImageError("stylecore's examples are not here; give --photos a folder of photographs")
    return found


class Photographs:
    """Crops of photographs.

    Args:
        paths: of the files; one that cannot be read is passed over.
        size: pixels of the longest side that pictures have later; crops show them about so large.
        seed: of the order and the crops.
        on_note: told once of each file that is passed over.
        while_reading: made for each file that is read, to read it in.
        grey: whether crops are grey.
    """

    def __init__(
        self,
        paths: Sequence[Path],
        size: int,
        seed: int = 0,
        on_note: Callable[[str], object] | None = None,
        while_reading: Callable[[], AbstractContextManager[None]] = nullcontext,
        *,
        grey: bool = False,
    ) -> None:
        self._paths, self._size, self._seed = tuple(paths), size, seed
        self._on_note, self._while_reading, self._grey = on_note, while_reading, grey
        self._kept: OrderedDict[int, Picture] = OrderedDict()
        self._bad: set[int] = set()

    def crop(self, number: int, side: int) -> Array:
        """The crop of a number, (1, 3, side, side), RGB, 0–255.

        Raises:
            ImageError: when none of the files can be read.
        """
        photograph = self._photograph(number)
        rng = np.random.default_rng([self._seed, _CROPS, number])
        scale, down, right, turn = rng.random(4).tolist()
        height, width = photograph.shape[:2]
        least, most = _SCALES
        longest = self._size * least * (most / least) ** scale
        seen = min(height, width, max(1, round(side * max(height, width) / longest)))
        top, left = int(down * (height - seen + 1)), int(right * (width - seen + 1))
        part = photograph[top : top + seen, left : left + seen]
        mirrored = part[:, ::-1] if turn < _HALF else part
        crop = resize(mirrored.astype(np.float32), side, side)
        return to_tensor(grey(crop) if self._grey else crop)

    def first(self) -> Picture:
        """The first photograph that can be read, up to half as large again as the size.

        Raises:
            ImageError: when none can be read.
        """
        return next(self._readable(range(len(self._paths))))

    def together(self) -> Picture:
        """Some photographs beside one another, (3/4 size, size, 3): what colours they have.

        Raises:
            ImageError: when none can be read.
        """
        rows, columns = _TILES
        few = self.few(rows * columns)
        side = max(1, self._size // columns)
        tiles = [resize(one, side, side) for one in islice(cycle(few), rows * columns)]
        return np.vstack(
            [np.hstack(tiles[at : at + columns]) for at in range(0, len(tiles), columns)]
        )

    def few(self, most: int) -> list[Picture]:
        """The first of those that can be read, no more than so many, as :meth:`first` has it.

        Raises:
            ImageError: when none can be read.
        """
        return list(islice(self._readable(range(len(self._paths))), most))

    def _photograph(self, number: int) -> Picture:
        """Each of them once, in an order of its own, before any comes again."""
        count = len(self._paths)
        turn, place = divmod(number, count)
        order = np.random.default_rng([self._seed, _TURNS, turn]).permutation(count)
        return next(self._readable(int(one) for one in np.roll(order, -place)))

    def _readable(self, indices: Iterable[int]) -> Iterator[Picture]:
        """Those of some that can be read.

        Raises:
            ImageError: when none can.
        """
        none = True
        for index in indices:
            found = self._read(index)
            if found is not None:
                none = False
                yield found
        if none:
            raise ImageError(
                f"none of {len(self._paths)} picture files can be used; give a folder with"
                " photographs"
            )

    def _read(self, index: int) -> Picture | None:
        if index in self._kept:
            self._kept.move_to_end(index)
            return self._kept[index]
        if index in self._bad:
            return None
        try:
            found = self._opened(self._paths[index])
        except ImageError as error:
            self._bad.add(index)
            if self._on_note is not None:
                self._on_note(f"{str(error).partition('; ')[0]}; it is passed over")
            return None
        self._keep(index, found)
        return found

    def _opened(self, path: Path) -> Picture:
        longest = round(self._size * _SCALES[1])
        with self._while_reading(), warnings.catch_warnings():
            warnings.simplefilter("ignore", ImageWarning)
            picture = read_image(path, lambda h, w: scaled_size(h, w, longest))
        height, width = picture.shape[:2]
        if min(height, width) < _SMALLEST:
            raise ImageError(f"{path} is {width}×{height} pixels, too few for a photograph")
        if max(height, width) <= longest:
            return picture
        height, width = scaled_size(height, width, longest)
        return resize(picture, width, height)

    def _keep(self, index: int, photograph: Picture) -> None:
        self._kept[index] = photograph
        while sum(one.nbytes for one in self._kept.values()) > _KEPT and len(self._kept) > 1:
            self._kept.popitem(last=False)
