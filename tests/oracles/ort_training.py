"""Our gradient graph against ONNX Runtime training's own: ``ort_training.py ARTEFACT``.

Run it in an environment of its own, with onnxruntime-training-cpu 1.19.2, numpy<2 and onnx 1.16;
neither torch nor stylecore is needed there.
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
from onnx.utils import Extractor
from onnxruntime.capi._pybind_state import GradientGraphBuilder

HEIGHT, WIDTH = 48, 64
BORDER = 9
TOLERANCE = 2e-3


def forward_half(objective: onnx.ModelProto) -> onnx.ModelProto:
    """The part of the objective that gives the loss, without our gradient.

    Their builder differentiates padding with a constant only, and the trunk mirrors the picture
    at its edge. So the padded picture becomes an input beside the picture itself, which total
    variation looks at.
    """
    padded = next(node.output[0] for node in objective.graph.node if node.op_type == "Pad")
    for node in objective.graph.node:
        for names in (node.input, node.output):
            names[:] = ["padded" if name == padded else name for name in names]
    objective.graph.value_info.append(
        tensor("padded", (1, 3, HEIGHT + 2 * BORDER, WIDTH + 2 * BORDER))
    )
    inputs = [value.name for value in objective.graph.input]
    return Extractor(objective).extract_model([*inputs, "padded"], ["loss"])


def tensor(name: str, shape: tuple[int, ...]) -> onnx.ValueInfoProto:
    """A float32 input or output of a fixed shape."""
    return onnx.helper.make_tensor_value_info(name, onnx.TensorProto.FLOAT, shape)


def with_fixed_shapes(model: onnx.ModelProto, feeds: dict[str, np.ndarray]) -> onnx.ModelProto:
    """Give every input the shape that it will have: their pooling gradient crashes without."""
    for value in model.graph.input:
        value.CopyFrom(tensor(value.name, feeds[value.name].shape))
    return model


def with_their_gradient(forward: onnx.ModelProto) -> bytes:
    """The same with the gradient that ONNX Runtime training builds."""
    by = {"image", "padded"}
    builder = GradientGraphBuilder(forward.SerializeToString(), {"loss"}, by, "loss")
    builder.build()
    model = onnx.load_from_string(builder.get_model())
    del model.graph.output[:]
    model.graph.output.extend(
        [
            tensor("loss", ()),
            tensor("image_grad", (1, 3, HEIGHT, WIDTH)),
            tensor("padded_grad", (1, 3, HEIGHT + 2 * BORDER, WIDTH + 2 * BORDER)),
        ]
    )
    return model.SerializeToString()


def pad(image: np.ndarray, mean: np.ndarray) -> np.ndarray:
    """What the trunk does before its first convolution."""
    return np.pad(image - mean, ((0, 0), (0, 0), (BORDER,) * 2, (BORDER,) * 2), mode="reflect")


def fold(gradient: np.ndarray) -> np.ndarray:
    """The derivative of :func:`pad`: each border pixel's share goes to its original."""
    rows, columns = (np.pad(np.arange(size), BORDER, mode="reflect") for size in (HEIGHT, WIDTH))
    folded = np.zeros((1, 3, HEIGHT, WIDTH), np.float32)
    np.add.at(folded, (slice(None), slice(None), rows[:, None], columns[None]), gradient)
    return folded


def feed(value: onnx.ValueInfoProto, rng: np.random.Generator) -> np.ndarray:
    """A random input of the right shape, of roughly the size that the network gives."""
    dims = [dim.dim_value for dim in value.type.tensor_type.shape.dim]
    block = int(value.name.split("relu")[1][0]) if "relu" in value.name else 1
    size = HEIGHT >> (block - 1), WIDTH >> (block - 1)
    pixels = size[0] * size[1]
    kind = value.name.rsplit(".", 1)[-1]
    if kind == "image":
        array = rng.uniform(0, 255, (1, 3, HEIGHT, WIDTH))
    elif kind == "guide":
        array = np.full((1, *size), 1 / pixels)
    elif kind == "gram":
        array = rng.uniform(0, 100, (1, *dims[1:]))
    elif kind == "features":
        array = rng.uniform(0, 50, (1, dims[1], *size))
    elif value.name.startswith("content"):
        array = np.full((1, 1, *size), 1e-4)
    else:
        array = np.full([dim or 1 for dim in dims], 1e-5)
    return array.astype(np.float32)


def main(artefact: Path) -> None:
    """Build both gradients, run both on the CPU, compare."""
    objective = onnx.load(artefact / "objective.onnx")
    mean = next(
        onnx.numpy_helper.to_array(tensor)
        for tensor in objective.graph.initializer
        if tuple(tensor.dims) == (1, 3, 1, 1)
    )
    providers = ["CPUExecutionProvider"]
    ours = onnxruntime.InferenceSession(str(artefact / "objective.onnx"), providers=providers)
    inputs = {value.name: value for value in objective.graph.input}
    samples = [
        {name: feed(value, np.random.default_rng(seed)) for name, value in inputs.items()}
        for seed in range(3)
    ]
    shapes = {**samples[0], "padded": pad(samples[0]["image"], mean)}
    theirs = onnxruntime.InferenceSession(
        with_their_gradient(with_fixed_shapes(forward_half(objective), shapes)),
        providers=providers,
    )
    for feeds in samples:
        loss, gradient = ours.run(["loss", "gradient"], feeds)
        padded = pad(feeds["image"], mean)
        their_loss, by_image, by_padded = theirs.run(
            ["loss", "image_grad", "padded_grad"], {**feeds, "padded": padded}
        )
        wanted = by_image + fold(by_padded)
        difference = np.linalg.norm(gradient - wanted) / np.linalg.norm(wanted)
        print(f"loss {loss:.6g} and {their_loss:.6g}; the gradients differ by {difference:.2g}")
        assert abs(loss - their_loss) <= 1e-4 * abs(their_loss)
        assert difference <= TOLERANCE, f"more than {TOLERANCE}"
    print("the gradient graph agrees with ONNX Runtime training's")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
