"""From jobs to orders: with the checksums of their files, and the network that each takes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TypeAlias

from .. import files
from ..engine.artefact import read_manifest
from ..errors import ImageError
from ..settings import Settings
from .jobs import Job
from .parcel import Network, network_at
from .recipe import InputFile, Recipe

Networks: TypeAlias = Callable[[Settings], Path]
"""Gives the folder of an artefact for settings."""


@dataclass(frozen=True)
class Order:
    """A picture to be painted, with all that it takes.

    Attributes:
        number: from 0, in the order of the jobs.
        job: what was asked for.
        recipe: what it is made from.
        network: that it is made with.
    """

    number: int
    job: Job
    recipe: Recipe
    network: Network


class Planner:
    """Makes orders of jobs; every file is read once, and every network asked for once.

    Args:
        networks: where artefacts come from.
        metadata: what pictures carry of their content's.
    """

    def __init__(self, networks: Networks, metadata: str) -> None:
        self._networks, self._metadata = networks, metadata
        self._sums: dict[Path, str | ImageError] = {}
        self._found: dict[tuple[object, ...], tuple[Network, dict[str, str]]] = {}

    def order(self, number: int, job: Job) -> Order:
        """The order for a job.

        Raises:
            ImageError: when one of its files cannot be read.
            StylecoreError: when there is no network for it.
        """
        network, model = self._network(job.settings)
        recipe = Recipe(
            content=self._input(job.content),
            styles=tuple(map(self._input, job.styles)),
            start=None if job.start is None else self._input(job.start),
            settings=job.settings,
            metadata=self._metadata,
            model=model,
        )
        return Order(number, job, recipe, network)

    def unread(self, job: Job) -> Recipe:
        """What there is to say of a job whose files cannot all be read."""
        start = None if job.start is None else InputFile(str(job.start), "")
        styles = tuple(InputFile(str(style), "") for style in job.styles)
        content = InputFile(str(job.content), "")
        return Recipe(content, styles, start, job.settings, self._metadata, {})

    def again(self, order: Order) -> Order:
        """The same with files as they are now.

        Raises:
            ImageError: when one of them cannot be read.
        """
        for path in order.job.reads():
            self._sums.pop(path, None)
        return replace(self.order(order.number, order.job), network=order.network)

    def _input(self, path: Path) -> InputFile:
        if path not in self._sums:
            self._sums[path] = _sum_of(path)
        found = self._sums[path]
        if isinstance(found, ImageError):
            raise found
        return InputFile(str(path), found)

    def _network(self, settings: Settings) -> tuple[Network, dict[str, str]]:
        layers = (settings.all_content_layers, tuple(settings.style_layers))
        key = (settings.pooling, settings.style_loss, *layers)
        if key not in self._found:
            folder = self._networks(settings)
            manifest = read_manifest(folder)
            model = {
                "name": manifest.name,
                "sha256": manifest.source_sha256,
                "storage": manifest.storage,
            }
            self._found[key] = (network_at(folder), model)
        return self._found[key]


def _sum_of(path: Path) -> str | ImageError:
    try:
        return files.sha256_of(path)
    except FileNotFoundError:
        return ImageError(f"{files.missing(path)}; give the path of a picture")
    except (OSError, ValueError) as error:
        said = getattr(error, "strerror", None) or error
        return ImageError(f"cannot read {path}: {said}; give the path of a picture")
