"""The two graphs of an artefact: ``objective`` (loss and gradient) and ``features`` (targets)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import onnx_ir as ir

from ...settings import Pooling, block_of
from ..autodiff.functions import gram_function, overlap_function
from ..autodiff.gradients import with_gradient
from ..autodiff.tape import Tape, make_model, named, shaped, tensor_input
from . import losses
from .storage import Stored, expanded
from .trunk import convolution_of, trunk
from .winograd import PRODUCTS, transformed

Tensors = Mapping[str, tuple[Stored, ir.TensorProtocol]]
"""Kernel and bias of every convolution, by its name."""


@dataclass(frozen=True)
class TrunkSpec:
    """What the graphs are built over.

    Attributes:
        mean: of the training pictures, (1, 3, 1, 1), RGB, 0–255.
        tensors: kernel (O, I, 3, 3) and bias (O,) of every convolution needed.
        content_layers: layers whose features are content.
        style_layers: layers whose Grams are style.
        pooling: ``max`` or ``average``.
        dtype: element type of the graphs; float64 is for numerical checks.
        winograd: blocks whose convolutions are computed by Winograd's algorithm, with kernels
            that :func:`kernels_model` gives.
    """

    mean: np.ndarray
    tensors: Tensors
    content_layers: tuple[str, ...]
    style_layers: tuple[str, ...]
    pooling: Pooling
    dtype: ir.DataType = ir.DataType.FLOAT
    winograd: tuple[int, ...] = ()

    @property
    def layers(self) -> tuple[str, ...]:
        """Content and style layers, each once."""
        return tuple(dict.fromkeys((*self.content_layers, *self.style_layers)))

    def channels(self, layer: str) -> int:
        """Number of channels of a layer."""
        return self.tensors[convolution_of(layer)][1].shape.numpy()[0]


class _Build:
    """The trunk on a tape, with the inputs that both graphs share."""

    def __init__(self, spec: TrunkSpec) -> None:
        self.spec = spec
        self.tape = Tape(spec.dtype)
        self.inputs: list[ir.Value] = []
        self.image = self.input("image", 1, 3, "height", "width")
        self.features = trunk(
            self.tape,
            self.image,
            spec.mean,
            {name: self._kernel_and_bias(name) for name in spec.tensors},
            layers=spec.layers,
            pooling=spec.pooling,
            winograd=spec.winograd,
        )

    def _kernel_and_bias(self, name: str) -> tuple[ir.Value, ir.Value]:
        kernel, bias = self.spec.tensors[name]
        if block_of(name) in self.spec.winograd:
            outputs, inputs = kernel.shape.numpy()[:2]
            value = self.input(transformed_kernel(name), PRODUCTS, inputs, outputs)
        else:
            value = expanded(self.tape, kernel)
        return value, self.tape.initializer(bias)

    def input(self, name: str, *shape: int | str) -> ir.Value:
        value = tensor_input(name, shape, self.tape)
        self.inputs.append(value)
        return value

    def gram(self, layer: str) -> ir.Value:
        block = block_of(layer)
        guide = self.input(f"style.{layer}.guide", "regions", f"height_{block}", f"width_{block}")
        return losses.gram(self.tape, self.features[layer], guide, self.spec.channels(layer))

    def style_term(self, layer: str) -> ir.Value:
        channels = self.spec.channels(layer)
        grams = self.gram(layer)
        target = self.input(f"style.{layer}.gram", "regions", channels, channels)
        weight = self.input(f"style.{layer}.weight", "regions")
        return losses.style_loss(self.tape, grams, target, weight)

    def content_term(self, layer: str) -> ir.Value:
        at = f"height_{block_of(layer)}", f"width_{block_of(layer)}"
        target = self.input(f"content.{layer}.features", 1, self.spec.channels(layer), *at)
        weight = self.input(f"content.{layer}.weight", 1, 1, *at)
        return losses.content_loss(self.tape, self.features[layer], target, weight)

    def tv_term(self) -> ir.Value:
        variation = losses.total_variation(self.tape, self.image)
        return self.tape("Mul", variation, self.input("tv.weight"))

    def total(self, terms: list[ir.Value]) -> ir.Value:
        total = terms[0]
        for term in terms[1:]:
            total = self.tape("Add", total, term)
        return total

    def model(self, name: str, outputs: list[ir.Value]) -> ir.Model:
        functions = [gram_function(self.spec.dtype)]
        if self.spec.winograd:
            functions.append(overlap_function(self.spec.dtype))
        return make_model(self.tape, name, self.inputs, outputs, functions)


def transformed_kernel(name: str) -> str:
    """What the graphs call the transformed kernel of a convolution, ``conv3_1`` for one."""
    return f"winograd.{name}"


def loss_model(spec: TrunkSpec) -> ir.Model:
    """The forward half of the objective: outputs ``loss``, ``content``, ``style`` and ``tv``."""
    build = _Build(spec)
    style = build.total([build.style_term(layer) for layer in spec.style_layers])
    content = build.total([build.content_term(layer) for layer in spec.content_layers])
    parts = [named(content, "content"), named(style, "style"), named(build.tv_term(), "tv")]
    loss = named(build.total(parts), "loss")
    for value in (loss, *parts):
        value.dtype, value.shape = spec.dtype, ir.Shape([])
    return build.model("objective", [loss, *parts])


def objective_model(spec: TrunkSpec) -> ir.Model:
    """The loss with its gradient.

    Inputs: ``image`` (1, 3, H, W), RGB 0–255; per style layer ``style.<layer>.guide`` (K, h, w),
    ``.gram`` (K, C, C) and ``.weight`` (K,); per content layer ``content.<layer>.features``
    (1, C, h, w) and ``.weight`` (1, 1, h, w); ``tv.weight``. Outputs: ``loss``, its parts
    ``content``, ``style`` and ``tv``, and ``gradient`` (1, 3, H, W).
    """
    return with_gradient(loss_model(spec), of="loss", by="image")


def features_model(spec: TrunkSpec) -> ir.Model:
    """The statistics that targets are made of.

    Inputs: ``image`` and the guides, as in :func:`objective_model`. Outputs: ``style.<layer>.gram``
    (K, C, C) and ``content.<layer>.features`` (1, C, h, w), named like the inputs they feed.
    """
    build = _Build(spec)
    outputs = [named(build.gram(layer), f"style.{layer}.gram") for layer in spec.style_layers]
    for layer in spec.content_layers:
        block = block_of(layer)
        features = build.tape("Identity", build.features[layer])
        shape = [1, spec.channels(layer), f"height_{block}", f"width_{block}"]
        features.dtype, features.shape = spec.dtype, ir.Shape(shape)
        outputs.append(named(features, f"content.{layer}.features"))
    return build.model("features", outputs)


def kernels_model(spec: TrunkSpec) -> ir.Model:
    """The kernels (36, I, O) of the blocks that Winograd's algorithm computes, of no inputs.

    They are four times as large as what they are made of, so they are made when a run begins, once
    for both graphs, rather than stored.
    """
    tape = Tape(spec.dtype)
    outputs: list[ir.Value] = []
    for name, (kernel, _) in spec.tensors.items():
        if block_of(name) in spec.winograd:
            shape = kernel.shape.numpy()
            value = transformed(tape, expanded(tape, kernel), shape)
            shaped(value, spec.dtype, [PRODUCTS, shape[1], shape[0]])
            outputs.append(named(value, transformed_kernel(name)))
    return make_model(tape, "kernels", [], outputs)
