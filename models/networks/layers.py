"""The layers of a network, in order, and the parameters of each."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

from .sizes import MULTIPLE, NOISE, Shape


@dataclass(frozen=True)
class Layer:
    """A convolution over a mirrored border, and what follows it.

    Attributes:
        name: of the layer, which its parameters begin with.
        inputs: channels that go in.
        outputs: channels that come out.
        kernel: side of the kernel.
        enlarged: whether its input is doubled first, each element repeated.
        normalised: whether instance norm follows, with a gain and a shift for each channel; a layer
            without it has a bias.
    """

    name: str
    inputs: int
    outputs: int
    kernel: int = 3
    enlarged: bool = False
    normalised: bool = True

    @property
    def parameters(self) -> dict[str, tuple[int, ...]]:
        """The shapes of what is learnt, by name."""
        kernel = (self.outputs, self.inputs, self.kernel, self.kernel)
        channels = (1, self.outputs, 1, 1)
        if not self.normalised:
            return {f"{self.name}.kernel": kernel, f"{self.name}.bias": (self.outputs,)}
        return {
            f"{self.name}.kernel": kernel,
            f"{self.name}.gain": channels,
            f"{self.name}.shift": channels,
        }


def stem(shape: Shape) -> Layer:
    """From squares of a picture, with noise beside them, to features at a quarter of its size."""
    return Layer("stem", 3 * MULTIPLE**2 + NOISE, shape.widths[2])


def block(shape: Shape, index: int) -> list[Layer]:
    """The two layers of a residual block (He et al. 2016)."""
    quarter = shape.widths[2]
    return [Layer(f"block{index}.{place}", quarter, quarter) for place in ("first", "second")]


def tail(shape: Shape) -> list[Layer]:
    """From features back to a picture.

    Nearest neighbours and a convolution leave no checkerboard, as a transposed convolution does
    (Odena et al. 2016).
    """
    full, half, quarter = shape.widths
    return [
        Layer("up1", quarter, half, enlarged=True),
        Layer("up2", half, full, enlarged=True),
        Layer("out", full, 3, normalised=False),
    ]


def layers_of(shape: Shape) -> Iterator[Layer]:
    """All layers, in order."""
    yield stem(shape)
    for index in range(1, shape.blocks + 1):
        yield from block(shape, index)
    yield from tail(shape)


def parameters_of(shape: Shape) -> dict[str, tuple[int, ...]]:
    """The shapes of all that is learnt, by name, in the order of the vector that holds it."""
    return {name: sizes for layer in layers_of(shape) for name, sizes in layer.parameters.items()}


def count(shape: Shape) -> int:
    """How many numbers are learnt."""
    return sum(math.prod(sizes) for sizes in parameters_of(shape).values())
