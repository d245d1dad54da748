"""Inputs from what a run is given: paths, arrays, and images of Pillow."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, cast

import numpy as np

from .. import files
from ..control.regions import Region
from ..pictures.reading import unreadable
from ..pictures.sources import Mask, Source
from .inputs import Input, Inputs, RegionInputs


def input_of(source: Source | Mask) -> Input:
    """The input that a path, an array or an image of Pillow is.

    Raises:
        ImageError: for a file that cannot be read.
    """
    if isinstance(source, str | os.PathLike):
        return _of_file(Path(source))
    if isinstance(source, np.ndarray):
        values = np.ascontiguousarray(source)
        return _of_bytes(f"{values.dtype} {values.shape}", values.reshape(-1).view(np.uint8).data)
    image = cast("Any", source)
    return _of_bytes(f"{image.mode} {image.size}", memoryview(image.tobytes()))


def maybe_input(source: Source | Mask | None) -> Input | None:
    """As :func:`input_of`, where there is one.

    Raises:
        ImageError: as :func:`input_of`.
    """
    return None if source is None else input_of(source)


def region_inputs(regions: Sequence[Region]) -> tuple[RegionInputs, ...]:
    """Those of regions, with the masks that they were given.

    Raises:
        ImageError: as :func:`input_of`.
    """
    return tuple(_of_region(one) for one in regions)


def inputs_of(
    content: Source,
    styles: Sequence[Source],
    *,
    start: Source | None = None,
    keep: Mask | None = None,
    content_map: Mask | None = None,
    regions: Sequence[Region] = (),
) -> Inputs:
    """Those of a run, as :func:`read_scene` takes them.

    Raises:
        ImageError: as :func:`input_of`.
    """
    return Inputs(
        content=input_of(content),
        styles=tuple(input_of(one) for one in styles),
        start=maybe_input(start),
        keep=maybe_input(keep),
        content_map=maybe_input(content_map),
        regions=region_inputs(regions),
    )


def _of_region(region: Region) -> RegionInputs:
    given, styles = region.style, None
    if given is not None:
        masks = given if isinstance(given, Mapping) else {0: given}
        styles = {number: maybe_input(one) for number, one in masks.items()}
    content = input_of(region.content)
    return RegionInputs(region.name, float(region.weight), content, styles)


def _of_file(path: Path) -> Input:
    try:
        return Input(path.name, path.stat().st_size, files.sha256_of(path))
    except (OSError, ValueError) as error:
        raise unreadable(path, error) from error


def _of_bytes(form: str, data: memoryview) -> Input:
    digest = hashlib.sha256(form.encode())
    digest.update(data)
    return Input("", data.nbytes, digest.hexdigest())
