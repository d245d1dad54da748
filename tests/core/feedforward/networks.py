"""Small networks that paint, of random weights, in the forms in which they are published."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from onnx import TensorProto, checker, helper, numpy_helper, save

OURS = {
    "stylecore.kind": "feedforward",
    "stylecore.format": "1",
    "stylecore.network": "tiny",
    "stylecore.input": "RGB, 0-255, (N, 3, H, W)",
    "stylecore.output": "RGB, 0-255, (N, 3, H, W)",
    "stylecore.style": "night.jpg",
    "stylecore.settings": "{}",
    "stylecore.losses": "{}",
}

TO_LEVELS = {"byte": (127.5, 127.5), "unit": (0.5, 0.5), "signed": (1.0, 0.0)}
"""Factor and offset that make of tanh's −1 to 1 the levels of a range."""

FROM_LEVELS = {"byte": (1 / 127.5, -1.0), "unit": (2.0, -1.0), "signed": (1.0, 0.0)}


class Recorder:
    """Records operators and constants."""

    def __init__(self, opset: int, seed: int) -> None:
        self.nodes: list[Any] = []
        self.stored: list[Any] = []
        self.opset, self.rng = opset, np.random.default_rng(seed)

    def constant(self, value: Any, dtype: Any = np.float32) -> str:
        name = f"constant{len(self.stored)}"
        self.stored.append(numpy_helper.from_array(np.asarray(value, dtype), name))
        return name

    def __call__(self, kind: str, *inputs: str, name: str = "", **attributes: Any) -> str:
        name = name or f"{kind.lower()}{len(self.nodes)}"
        self.nodes.append(helper.make_node(kind, list(inputs), [name], **attributes))
        return name

    def convolution(self, x: str, given: int, found: int, side: int, stride: int = 1) -> str:
        pads = [0, 0, side // 2, side // 2] * 2
        if self.opset < 11:
            x = self("Pad", x, pads=pads, mode="reflect")
        else:
            x = self("Pad", x, self.constant(pads, np.int64), mode="reflect")
        kernel = self.rng.normal(size=(found, given, side, side)) * (2 / given) ** 0.5 / side
        bias = 0.1 * self.rng.normal(size=found)
        weights = (self.constant(kernel), self.constant(bias))
        return self("Conv", x, *weights, strides=[stride, stride], kernel_shape=[side, side])

    def norm(self, x: str, channels: int, kind: str) -> str:
        gamma = 1 + 0.3 * self.rng.normal(size=channels)
        beta = 0.3 * self.rng.normal(size=channels)
        if kind == "none":
            return x
        if kind == "instance":
            parameters = (self.constant(gamma), self.constant(beta))
            return self("InstanceNormalization", x, *parameters, epsilon=1e-5)
        away = self("Sub", x, self.mean(x))
        variance = self.mean(self("Mul", away, away))
        deviation = self("Sqrt", self("Add", variance, self.constant(1e-5)))
        gamma, beta = (self.constant(one.reshape(1, -1, 1, 1)) for one in (gamma, beta))
        return self("Add", self("Mul", self("Div", away, deviation), gamma), beta)

    def waves(self, image: str) -> str:
        """A pattern of its own at half size, (1, 1, H/2, W/2), which depends on the place alone."""
        sides: list[str] = []
        for axis, shape in ((2, [1, 1, -1, 1]), (3, [1, 1, 1, -1])):
            size = self("Shape", image, start=axis, end=axis + 1)
            half = self("Div", self("Add", size, self.constant([1], np.int64)), self.whole(2))
            count = self("Squeeze", half)
            places = self("Range", self.constant(0, np.int64), count, self.constant(1, np.int64))
            wave = self("Sin", self("Cast", places, to=TensorProto.FLOAT))
            sides.append(self("Reshape", wave, self.constant(shape, np.int64)))
        return self("Add", *sides, name="noise")

    def whole(self, number: int) -> str:
        return self.constant([number], np.int64)

    def mean(self, x: str) -> str:
        return self("ReduceMean", x, self.constant([2, 3], np.int64), keepdims=1)

    def doubled(self, x: str) -> str:
        scales = self.constant([1, 1, 2, 2])
        if self.opset < 11:
            return self("Upsample", x, scales, mode="nearest")
        how = {"coordinate_transformation_mode": "asymmetric", "nearest_mode": "floor"}
        return self("Resize", x, "", scales, mode="nearest", **how)


def build(
    path: Path,
    *,
    channels: int = 4,
    blocks: int = 1,
    norm: str = "instance",
    levels: str = "byte",
    last: bool = False,
    size: tuple[int, int] | None = None,
    batch: Any = 1,
    opset: int = 18,
    any_size: bool = True,
    about: dict[str, str] | None = OURS,
    listed: bool = False,
    linear: bool = False,
    noise: bool = False,
    seed: int = 0,
) -> Path:
    """Write a network of Johnson's form: halved once, residual blocks, doubled once.

    Args:
        path: where to.
        channels: at the full size.
        blocks: residual ones.
        norm: instance, means, none.
        levels: of its pictures.
        last: whether channels come last.
        size: a fixed height and width.
        batch: how many pictures it takes.
        opset: of its operators.
        any_size: whether odd sizes come out as they are; otherwise they are rounded up.
        about: metadata.
        listed: whether weights are listed as inputs too, as old files have them.
        linear: whether nothing bounds the output.
        noise: whether a pattern that depends on the place is added to its features.
        seed: of the weights.
    """
    to = Recorder(opset, seed)
    given, found = ("image", "styled") if about else ("input1", "output1")
    x = to("Transpose", given, perm=[0, 3, 1, 2]) if last else given
    factor, offset = FROM_LEVELS[levels]
    x = to("Add", to("Mul", x, to.constant(factor)), to.constant(offset))
    x = to("Relu", to.norm(to.convolution(x, 3, channels, 5), channels, norm))
    x = to("Relu", to.norm(to.convolution(x, channels, 2 * channels, 3, 2), 2 * channels, norm))
    if noise:
        x, about = to("Add", x, to.waves(given)), {**OURS, "stylecore.noise": "noise"}
    for _ in range(blocks):
        y = to(
            "Relu", to.norm(to.convolution(x, 2 * channels, 2 * channels, 3), 2 * channels, norm)
        )
        y = to.norm(to.convolution(y, 2 * channels, 2 * channels, 3), 2 * channels, norm)
        x = to("Add", x, y)
    x = to.convolution(to.doubled(x), 2 * channels, channels, 3)
    x = to.convolution(to("Relu", to.norm(x, channels, norm)), channels, 3, 3)
    factor, offset = TO_LEVELS[levels]
    x = x if linear else to("Tanh", x)
    x = to("Add", to("Mul", x, to.constant(factor)), to.constant(offset))
    if any_size:
        whole = to("Shape", to.nodes[0].output[0] if last else given)
        size_of = to("Slice", whole, *(to.constant([n], np.int64) for n in (2, 4)))
        start, axes = to.constant([0, 0], np.int64), to.constant([2, 3], np.int64)
        x = to("Slice", x, start, size_of, axes)
    if last:
        x = to("Transpose", x, perm=[0, 2, 3, 1])
    to("Identity", x, name=found)
    return write(path, to, given, found, last, size, batch, about, listed)


def write(
    path: Path,
    to: Recorder,
    given: str,
    found: str,
    last: bool = False,
    size: tuple[int, int] | None = None,
    batch: Any = 1,
    about: dict[str, str] | None = None,
    listed: bool = False,
) -> Path:
    """Write what was recorded, as a network of pictures."""
    sides = size or ("height", "width")
    shape = [batch, *sides, 3] if last else [batch, 3, *sides]
    inputs = [helper.make_tensor_value_info(given, TensorProto.FLOAT, shape)]
    if listed:
        inputs += [
            helper.make_tensor_value_info(one.name, one.data_type, one.dims) for one in to.stored
        ]
    outputs = [helper.make_tensor_value_info(found, TensorProto.FLOAT, shape)]
    graph = helper.make_graph(to.nodes, "network", inputs, outputs, to.stored)
    version = 3 if listed else 8
    opset = helper.make_opsetid("", to.opset)
    model = helper.make_model(graph, opset_imports=[opset], ir_version=version)
    for key, value in (about or {}).items():
        model.metadata_props.add(key=key, value=value)
    checker.check_model(model)
    save(model, path)
    return path


def zoo(path: Path, seed: int = 0) -> Path:
    """As the ONNX Model Zoo has its fast_neural_style: opset 9, 224×224, no bounds, no words."""
    return build(
        path,
        size=(224, 224),
        opset=9,
        any_size=False,
        about=None,
        listed=True,
        linear=True,
        seed=seed,
    )
