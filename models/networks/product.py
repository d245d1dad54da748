"""What is delivered: one ``.onnx`` file that paints pictures of every size, and says what it is."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import onnx
import onnx_ir as ir

from ...settings import Color
from ...version import __version__
from ..autodiff.tape import Tape, make_model, named, tensor_input
from .colors import grey, with_chroma
from .noise import tiled
from .painting import Parameters, painted
from .sizes import MULTIPLE, SHAPES, SMALLEST, NetworkSize
from .weights import Vector, divided

FORMAT = "1"
NOISE = "noise"
"""The name of the value that depends on the place in a picture alone, (N, 4, H/4, W/4)."""

_INPUT = "image"
_OUTPUT = "styled"
_PICTURES = ["pictures", 3, "height", "width"]
_INPUT_IN_WORDS = (
    f"{_INPUT}: float32, pictures × 3 × height × width, RGB, 0 to 255; any height and width from"
    f" {SMALLEST}"
)
_OUTPUT_IN_WORDS = f"{_OUTPUT}: float32, of the same size, RGB, 0 to 255, clipped"


@dataclass(frozen=True)
class About:
    """What a file says of the network in it.

    Attributes:
        network: its size.
        color: whose colours its pictures have.
        styles: names of the pictures that it was trained for.
        settings: of the training, ready for JSON.
        losses: where it came to, ready for JSON.
    """

    network: NetworkSize
    color: Color
    styles: Sequence[str]
    settings: Mapping[str, Any]
    losses: Mapping[str, Any]

    def as_properties(self) -> dict[str, str]:
        """The entries of the file's metadata."""
        found = {
            "kind": "feedforward",
            "format": FORMAT,
            "version": __version__,
            "network": self.network,
            "input": _INPUT_IN_WORDS,
            "output": _OUTPUT_IN_WORDS,
            "noise": NOISE,
            "style": ", ".join(self.styles),
            "settings": json.dumps(self.settings),
            "losses": json.dumps(self.losses),
        }
        return {f"stylecore.{name}": value for name, value in found.items()}


def product_model(weights: Vector, about: About, seed: int = 0) -> ir.Model:
    """The network for pictures of every size: ``image`` → ``styled``, (N, 3, H, W) both.

    Sides that are no multiples of 4 are filled up with mirror image, and what that gives is cut
    off. Colours are put back in the graph, where they are the picture's own.

    Args:
        weights: all of them, (P,).
        about: what the file says of itself.
        seed: of the tile of noise.
    """
    tape = Tape()
    image = tensor_input(_INPUT, _PICTURES, tape)
    parameters = {
        name: tape.initializer(ir.tensor(array, name=name))
        for name, array in divided(weights, SHAPES[about.network]).items()
    }
    seen = grey(tape, image) if about.color == "luminance" else image
    styled = _at_any_size(tape, seen, parameters, about.network, seed)
    if about.color in ("luminance", "content"):
        styled = with_chroma(tape, styled, image)
    clipped = tape("Clip", styled, tape.scalar(0.0), tape.scalar(255.0))
    output = tape.shaped(named(clipped, _OUTPUT), _PICTURES)
    model = make_model(tape, "feedforward", [image], [output])
    model.metadata_props.update(about.as_properties())
    return model


def product_file(weights: Vector, about: About, seed: int = 0) -> bytes:
    """The bytes of the ``.onnx`` file, checked against the ONNX standard."""
    proto = ir.serde.serialize_model(product_model(weights, about, seed))
    onnx.checker.check_model(proto)  # pyright: ignore[reportUnknownMemberType]
    return proto.SerializeToString()


def _at_any_size(
    tape: Tape, image: ir.Value, parameters: Parameters, network: NetworkSize, seed: int
) -> ir.Value:
    size = tape("Shape", image, start=2)
    multiple = tape.integers([MULTIPLE])
    missing = tape("Mod", tape("Neg", size), multiple)
    pads = tape("Concat", tape.integers([0] * 6), missing, axis=0)
    padded = tape("Pad", image, pads, mode="reflect")
    pictures = tape("Shape", image, start=0, end=1)
    squares = tape("Div", tape("Add", size, missing), multiple)
    noise = named(tiled(tape, tape("Concat", pictures, squares, axis=0), seed), NOISE)
    styled = painted(tape, padded, noise, parameters, SHAPES[network])
    return tape("Slice", styled, tape.integers([0, 0]), size, tape.integers([2, 3]))
