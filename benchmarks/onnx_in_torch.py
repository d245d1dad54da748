"""A network in an ONNX file as torch runs it, eager and in fp32: operator by operator."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import torch
from onnx import numpy_helper
from torch.nn import functional


class TorchNetwork:
    """Runs the operators that networks of this kind are made of; others are named when met."""

    def __init__(self, path: Path) -> None:
        graph = onnx.load(path).graph
        self._constants = {
            one.name: torch.tensor(numpy_helper.to_array(one)) for one in graph.initializer
        }
        (self._input,) = [one.name for one in graph.input if one.name not in self._constants]
        self._output = graph.output[0].name
        self._nodes = [(one, attributes_of(one)) for one in graph.node]

    def __call__(self, image: np.ndarray) -> np.ndarray:
        """What it makes of a picture (1, 3, H, W)."""
        values = {**self._constants, self._input: torch.tensor(image), "": None}
        with torch.inference_mode():
            for node, attributes in self._nodes:
                if node.op_type not in OPERATORS:
                    raise SystemExit(
                        f"{node.op_type} has no counterpart in benchmarks/{Path(__file__).name}"
                    )
                given = [values[name] for name in node.input]
                values[node.output[0]] = OPERATORS[node.op_type](*given, **attributes)
        return values[self._output].numpy()


def attributes_of(node: Any) -> dict[str, Any]:
    """The attributes of an operator, tensors as torch's."""
    found: dict[str, Any] = {}
    for one in node.attribute:
        value = onnx.helper.get_attribute_value(one)
        is_tensor = one.type == onnx.AttributeProto.TENSOR
        found[one.name] = torch.tensor(numpy_helper.to_array(value)) if is_tensor else value
    return found


def conv(x: Any, weight: Any, bias: Any = None, **how: Any) -> Any:
    """A convolution, with zeros around where it asks for them."""
    top, left, bottom, right = how.get("pads", [0] * 4)
    x = functional.pad(x, [left, right, top, bottom]) if any((top, left, bottom, right)) else x
    return functional.conv2d(
        x, weight, bias, how.get("strides", 1), 0, how.get("dilations", 1), how.get("group", 1)
    )


def pad(x: Any, pads: Any = None, *_: Any, mode: bytes = b"constant", **how: Any) -> Any:
    """Padding of height and width."""
    pads = how["pads"] if pads is None else pads.tolist()
    _, _, top, left, _, _, bottom, right = how.get("pads", pads)
    return functional.pad(x, [left, right, top, bottom], mode=mode.decode())


def resize(x: Any, *given: Any, **_: Any) -> Any:
    """Doubling by nearest neighbours."""
    scales = [float(one) for one in given[-1][2:]]
    return functional.interpolate(x, scale_factor=scales, mode="nearest")


def reduce_mean(x: Any, axes: Any = None, keepdims: int = 1, **how: Any) -> Any:
    """A mean over some axes."""
    return x.mean(how.get("axes") or axes.tolist(), keepdim=bool(keepdims))


def reduce_by(reduce: Callable[..., Any]) -> Callable[..., Any]:
    """A sum, or the least, over one axis."""
    return lambda x, axes, keepdims=1: reduce(x, int(axes), keepdim=bool(keepdims))


def slice_(x: Any, starts: Any, ends: Any, axes: Any = None, steps: Any = None) -> Any:
    """Parts along some axes."""
    places = [slice(None)] * x.ndim
    axes = range(len(starts)) if axes is None else axes.tolist()
    steps = [1] * len(starts) if steps is None else steps.tolist()
    for axis, start, end, step in zip(axes, starts.tolist(), ends.tolist(), steps, strict=True):
        places[axis] = slice(start, end, step)
    return x[tuple(places)]


def shape(x: Any, start: int = 0, end: int | None = None) -> Any:
    """Sizes."""
    return torch.tensor(x.shape[start:end])


def gather(x: Any, indices: Any, axis: int = 0) -> Any:
    """Some of the places along an axis."""
    return x.select(axis, int(indices)) if indices.ndim == 0 else x.index_select(axis, indices)


def space_to_depth(x: Any, blocksize: int) -> Any:
    """Squares as channels, the place in a square first."""
    pictures, channels, height, width = x.shape
    x = functional.pixel_unshuffle(x, blocksize)
    x = x.view(pictures, channels, blocksize**2, height // blocksize, width // blocksize)
    return x.transpose(1, 2).reshape(pictures, -1, height // blocksize, width // blocksize)


TYPES = {1: torch.float32, 6: torch.int32, 7: torch.int64, 10: torch.float16, 11: torch.float64}

OPERATORS: dict[str, Callable[..., Any]] = {
    "Abs": torch.abs,
    "Add": torch.add,
    "Cast": lambda x, to: x.to(TYPES[to]),
    "Clip": lambda x, low, high: x.clamp(low, high),
    "Concat": lambda *x, axis: torch.cat(x, axis),
    "Constant": lambda value: value,
    "Conv": conv,
    "Div": lambda x, y: torch.div(x, y, rounding_mode=None if x.is_floating_point() else "floor"),
    "Expand": lambda x, sizes: x * torch.ones(sizes.tolist(), dtype=x.dtype),
    "Gather": gather,
    "Greater": torch.gt,
    "Identity": lambda x: x,
    "InstanceNormalization": lambda x, gamma, beta, epsilon=1e-5: functional.instance_norm(
        x, weight=gamma, bias=beta, eps=epsilon
    ),
    "Max": torch.maximum,
    "Min": torch.minimum,
    "Mod": torch.remainder,
    "Mul": torch.mul,
    "Neg": torch.neg,
    "Pad": pad,
    "Range": lambda start, end, step: torch.arange(int(start), int(end), int(step)),
    "ReduceMean": reduce_mean,
    "ReduceMin": reduce_by(torch.amin),
    "ReduceSum": reduce_by(torch.sum),
    "Relu": torch.relu,
    "Reshape": lambda x, sizes: x.reshape(sizes.tolist()),
    "Resize": resize,
    "Shape": shape,
    "Slice": slice_,
    "SpaceToDepth": space_to_depth,
    "Sqrt": torch.sqrt,
    "Sub": torch.sub,
    "Tanh": torch.tanh,
    "Upsample": resize,
    "Where": torch.where,
}
