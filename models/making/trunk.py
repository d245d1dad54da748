"""The trunk of VGG-19 (Simonyan & Zisserman 2014, configuration E) as ONNX operators."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from itertools import groupby

import numpy as np
import onnx_ir as ir

from ...errors import ModelError
from ...settings import LAYERS, Pooling, block_of
from ..autodiff.tape import Tape
from ..readers.weights import Preprocessing
from .winograd import convolution, into_tiles, out_of_tiles, plane_of

Kernels = Mapping[str, tuple[ir.Value, ir.Value]]
"""Per convolution, ``conv1_1`` …: kernel (O, I, 3, 3), input channels RGB, and bias (O,)."""

MARGIN = 8
"""Pixels: zeros around features reach 6 pixels into a picture in the blocks that have a margin."""

MIRRORED = 2
"""Blocks with a margin. Zeros around the others leave no frame, and at coarse scales a margin there
would be most of what is looked at."""

_POOLING = {"max": "MaxPool", "average": "AveragePool"}


def convolution_of(layer: str) -> str:
    """The convolution whose ReLU output the layer is: ``relu4_2`` → ``conv4_2``."""
    return layer.replace("relu", "conv")


def layers_down_to(layers: Iterable[str]) -> tuple[str, ...]:
    """Every layer from the image to the deepest of those given.

    Raises:
        ModelError: for a name that VGG-19 does not have.
    """
    wanted = list(layers)
    unknown = [layer for layer in wanted if layer not in LAYERS]
    if unknown:
        raise ModelError(f"VGG-19 has no layer {unknown[0]!r}; give some of {', '.join(LAYERS)}")
    return LAYERS[: max(LAYERS.index(layer) for layer in wanted) + 1]


def mean_in_rgb(preprocessing: Preprocessing) -> np.ndarray:
    """The mean that the network was trained with, (1, 3, 1, 1), RGB, on 0–255."""
    mean = np.array(_as_rgb(preprocessing, preprocessing.mean), np.float32)
    return mean.reshape(1, 3, 1, 1)


def first_kernel(kernel: np.ndarray, preprocessing: Preprocessing) -> np.ndarray:
    """conv1_1's kernel for RGB on 0–255: channel order and scale are folded in, which is exact.

    The mean is not: folded into the bias it would be wrong at a zero-padded border.
    """
    scale = np.array(preprocessing.scale, np.float32).reshape(1, 3, 1, 1)
    scaled = kernel * scale
    return scaled[:, ::-1] if preprocessing.order == "bgr" else scaled


def margin_in(block: int) -> int:
    """Positions of a block's features that lie in the margin, on each side."""
    return MARGIN >> (block - 1) if block <= MIRRORED else 0


def trunk(
    tape: Tape,
    image: ir.Value,
    mean: np.ndarray,
    kernels: Kernels,
    *,
    layers: Iterable[str],
    pooling: Pooling,
    winograd: Collection[int] = (),
) -> dict[str, ir.Value]:
    """Record the trunk and return the outputs of the layers asked for.

    Zeros around a picture are a dark frame to the network, and it paints one. So the first blocks
    look at the picture with MARGIN pixels of its mirror image around it, and what they find there
    is cut off: features have the sizes of the picture itself.

    Args:
        tape: where the operators are recorded.
        image: (1, 3, H, W), RGB, 0–255.
        mean: (1, 3, 1, 1), as from :func:`mean_in_rgb`.
        kernels: of every convolution down to the deepest layer.
        layers: the layers that are needed.
        pooling: how a block's features are halved for the next.
        winograd: blocks whose kernels are (36, I, O), as :mod:`.winograd` takes them.
    """
    wanted = set(layers)
    features: dict[str, ir.Value] = {}
    centred = tape("Sub", image, tape.constant(mean.astype(tape.dtype.numpy())))
    # One pixel more stands in for the padding of the first convolution.
    pads = [0, 0, MARGIN + 1, MARGIN + 1] * 2
    x = tape("Pad", centred, tape.integers(pads), mode="reflect")
    for block, group in groupby(layers_down_to(wanted), block_of):
        names = tuple(group)
        if block > 1:
            x = tape(_POOLING[pooling], x, kernel_shape=[2, 2], strides=[2, 2])
        if block == MIRRORED + 1:
            x = _without_margin(tape, x, MARGIN >> MIRRORED)
        found = (_tiled if block in winograd else _direct)(tape, x, kernels, names, wanted)
        for layer in filter(wanted.__contains__, names):
            features[layer] = _without_margin(tape, found[layer], margin_in(block))
        x = found[names[-1]]
    return features


def _direct(
    tape: Tape, x: ir.Value, kernels: Kernels, names: Sequence[str], _wanted: Collection[str]
) -> dict[str, ir.Value]:
    """A block's features (1, C, h, w), layer by layer."""
    found: dict[str, ir.Value] = {}
    for layer in names:
        kernel, bias = kernels[convolution_of(layer)]
        pads = [0] * 4 if layer == "relu1_1" else [1] * 4
        x = tape("Relu", tape("Conv", x, kernel, bias, kernel_shape=[3, 3], pads=pads))
        found[layer] = x
    return found


def _tiled(
    tape: Tape, x: ir.Value, kernels: Kernels, names: Sequence[str], wanted: Collection[str]
) -> dict[str, ir.Value]:
    """The same by Winograd's algorithm: only what is wanted, and the last layer."""
    found: dict[str, ir.Value] = {}
    plane = plane_of(tape, x)
    tiles = into_tiles(tape, x, plane, _channels(kernels, names[0])[0])
    for layer in names:
        tiles = tape("Relu", convolution(tape, tiles, *kernels[convolution_of(layer)], plane))
        if layer in wanted or layer == names[-1]:
            found[layer] = out_of_tiles(tape, tiles, plane, _channels(kernels, layer)[1])
    return found


def _channels(kernels: Kernels, layer: str) -> tuple[int, int]:
    """Channels that go into a layer's transformed kernel and come out of it."""
    shape = kernels[convolution_of(layer)][0].shape
    assert shape is not None
    _, inputs, outputs = shape.numpy()
    return inputs, outputs


def _without_margin(tape: Tape, x: ir.Value, margin: int) -> ir.Value:
    if not margin:
        return x
    start, end = tape.integers([margin] * 2), tape.integers([-margin] * 2)
    return tape("Slice", x, start, end, tape.integers([2, 3]))


def _as_rgb(preprocessing: Preprocessing, values: tuple[float, ...]) -> tuple[float, ...]:
    return values[::-1] if preprocessing.order == "bgr" else values
