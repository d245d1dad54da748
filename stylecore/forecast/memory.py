"""The most memory that a run takes on the CPU, by a formula that was fitted to real runs.

What grows is the network's features and their gradients, so memory is a straight line over the
pixels that the network sees, which are those of the picture with its mirrored margin.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ..engine.artefact import Manifest
from ..settings import LAYERS, SMALLEST_SIDE, Settings, block_of

_OPENED = 510e6
"""Bytes of the libraries, the network, its transformed kernels, and what does not grow."""

_OF_A_PIXEL = 3500.0
"""Bytes for each pixel that the network sees, whatever is compared and whatever optimises."""

_OF_A_REGION = 650.0
"""Further bytes for each such pixel and each region beyond the first: its guided features."""

_OF_A_STYLE = 1060.0
"""Further bytes for each pixel that a style has beyond the content's: it is looked at whole."""


@dataclass(frozen=True)
class Job:
    """What of a run its memory depends on.

    Attributes:
        height: of the result, in pixels.
        width: of the result, in pixels.
        settings: of the run.
        regions: how many there are; 1 where there are none.
        scales: how large each style is taken, 1 for as many pixels as the content.
    """

    height: int
    width: int
    settings: Settings
    regions: int = 1
    scales: Sequence[float] = (1.0,)

    def at(self, longest: int) -> Job:
        """The same at another size."""
        factor = longest / max(self.height, self.width)
        height, width = (max(1, round(side * factor)) for side in (self.height, self.width))
        return Job(height, width, self.settings, self.regions, self.scales)


def peak_memory_of(job: Job, manifest: Manifest) -> float:
    """Bytes that the process holds at its peak, within a fifth."""
    seen = float((job.height + 2 * manifest.margin) * (job.width + 2 * manifest.margin))
    beyond = max(0.0, max(job.scales) ** 2 - 1)
    each = _OF_A_PIXEL + _OF_A_REGION * (job.regions - 1) + _OF_A_STYLE * beyond
    return _OPENED * _width(manifest) + each * _width(manifest) * seen


def largest_size(job: Job, manifest: Manifest, room: float) -> int | None:
    """The longest side at which the job finds room; None where no size does."""
    low, high = SMALLEST_SIDE, max(job.height, job.width)
    if peak_memory_of(job.at(low), manifest) > room:
        return None
    while low < high:
        middle = (low + high + 1) // 2
        if peak_memory_of(job.at(middle), manifest) <= room:
            low = middle
        else:
            high = middle - 1
    return low


def _width(manifest: Manifest) -> float:
    """How wide a network is, 1 for VGG-19."""
    layer, channels = next(iter(manifest.channels.items()))
    assert layer in LAYERS
    return channels / min(512, 64 * 2 ** (block_of(layer) - 1))
