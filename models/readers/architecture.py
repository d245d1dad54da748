"""The stack of convolutions that a weight file must hold, layer by layer."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Architecture:
    """A straight stack of 3×3 convolutions in blocks, with pooling between the blocks.

    Attributes:
        name: what error messages call it.
        blocks: output channels of each convolution, block by block.
    """

    name: str
    blocks: tuple[tuple[int, ...], ...]

    @property
    def kernels(self) -> dict[str, tuple[int, int, int, int]]:
        """Kernel shape (O, I, 3, 3) of each layer ``conv1_1``, ``conv1_2``, …, shallow to deep."""
        shapes: dict[str, tuple[int, int, int, int]] = {}
        inputs = 3
        for block, widths in enumerate(self.blocks, start=1):
            for index, outputs in enumerate(widths, start=1):
                shapes[f"conv{block}_{index}"] = (outputs, inputs, 3, 3)
                inputs = outputs
        return shapes

    @property
    def sequence(self) -> list[tuple[str, str]]:
        """Kind (conv, relu or pool) and name of every layer, down to the last ReLU."""
        layers: list[tuple[str, str]] = []
        for block, widths in enumerate(self.blocks, start=1):
            for index in range(1, len(widths) + 1):
                name = f"{block}_{index}"
                layers += [("conv", f"conv{name}"), ("relu", f"relu{name}")]
            layers.append(("pool", f"pool{block}"))
        return layers[:-1]


VGG19 = Architecture("VGG-19", ((64,) * 2, (128,) * 2, (256,) * 4, (512,) * 4, (512,) * 4))
"""Configuration E of Simonyan & Zisserman 2014, without its fully connected layers."""
