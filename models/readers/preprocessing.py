"""What a network expects of its pixels, and how to tell by looking at its first convolution.

The Oxford group's VGG-19 (Simonyan & Zisserman 2014) takes blue, green, red in 0–255 with the
mean subtracted; later trainings of the same network, torchvision's first, take red, green, blue
in 0–1 with mean and deviation of ImageNet. Some file formats hold either. The Oxford weights are
recognised by numbers of their own: a few taps of conv1_1, compared by direction, so that copies
that were rescaled filter by filter (Gatys et al. 2015) or rounded are recognised as well.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class Preprocessing:
    """How pixels enter conv1_1: channel c, in this order, is ``(x_c − mean_c) · scale_c``.

    Attributes:
        order: of the channels.
        mean: per channel in that order, for x in 0–255.
        scale: per channel in that order.
    """

    order: Literal["rgb", "bgr"]
    mean: tuple[float, float, float]
    scale: tuple[float, float, float]


CAFFE = Preprocessing("bgr", (103.939, 116.779, 123.68), (1.0, 1.0, 1.0))
"""Of the Oxford weights as Caffe, Keras and most conversions hold them."""

CAFFE_RGB = Preprocessing("rgb", (123.68, 116.779, 103.939), CAFFE.scale)
"""Of the Oxford weights with the channels of conv1_1 turned around."""

TORCHVISION = Preprocessing(
    "rgb",
    (255 * 0.485, 255 * 0.456, 255 * 0.406),
    (1 / (255 * 0.229), 1 / (255 * 0.224), 1 / (255 * 0.225)),
)
"""Of torchvision's own training, and of others that follow its convention."""

_OXFORD = np.array(
    [
        [0.0894, 0.1049, 0.0995, 0.7302],
        [0.1855, 0.0894, -0.0610, 0.0649],
        [0.1528, 0.2393, 0.0745, 0.0343],
        [-0.3952, -0.4298, -0.4034, 0.8260],
    ]
)
"""The centre taps (blue, green, red) and the bias of conv1_1's first filters."""

_ALIKE = 0.995
"""Least cosine: palettes and float16 stay above 0.999, another training stays far below."""


def recognise(kernel: NDArray[Any], bias: NDArray[Any]) -> Preprocessing:
    """The preprocessing of a network whose file does not say it.

    Args:
        kernel: of conv1_1, (O, 3, 3, 3).
        bias: of conv1_1, (O,).
    """
    taps = kernel[: len(_OXFORD), :, 1, 1].astype(np.float64)
    for order, preprocessing in ((1, CAFFE), (-1, CAFFE_RGB)):
        if _alike(np.column_stack([taps[:, ::order], bias[: len(taps)]])):
            return preprocessing
    return TORCHVISION


def _alike(found: NDArray[Any]) -> bool:
    if found.shape != _OXFORD.shape:
        return False
    lengths = np.linalg.norm(found, axis=1) * np.linalg.norm(_OXFORD, axis=1)
    return bool(np.all((found * _OXFORD).sum(axis=1) >= _ALIKE * lengths) and lengths.all())
