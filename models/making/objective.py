"""The graphs that look at a whole picture: ``objective`` (loss and gradient) and ``features``."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

import numpy as np
import onnx_ir as ir

from ...engine.artefact import shallow_part
from ...losses.table import DEFAULT, TERMS, feature_terms, layers_of, parts_of
from ...losses.term import Dim, FeatureTerm, ImageTerm, Term
from ...settings import Pooling, block_of
from ..autodiff.functions import gram_function, overlap_function, root_trace_function
from ..autodiff.gradients import with_gradient
from ..autodiff.tape import Tape, make_model, named, shaped, tensor_input
from .storage import Stored, expanded
from .trunk import convolution_of, layers_down_to, trunk
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
        style_layers: layers whose statistics are style.
        pooling: ``max`` or ``average``.
        dtype: element type of the graphs; float64 is for numerical checks.
        winograd: blocks whose convolutions are computed by Winograd's algorithm, with kernels
            that :func:`kernels_model` gives.
        terms: of the loss, by their names in the table.
    """

    mean: np.ndarray
    tensors: Tensors
    content_layers: tuple[str, ...]
    style_layers: tuple[str, ...]
    pooling: Pooling
    dtype: ir.DataType = ir.DataType.FLOAT
    winograd: tuple[int, ...] = ()
    terms: tuple[str, ...] = DEFAULT

    def layers_of(self, term: FeatureTerm) -> tuple[str, ...]:
        """The layers that a term looks at."""
        return layers_of(term, self.terms, self.content_layers, self.style_layers)

    @property
    def terms_with_layers(self) -> list[str]:
        """The terms that look at something: all, but neighbours where no layer sees things."""
        return [
            name
            for name in self.terms
            if isinstance(term := TERMS[name], ImageTerm) or self.layers_of(term)
        ]

    @property
    def layers(self) -> tuple[str, ...]:
        """Content and style layers, each once."""
        return tuple(dict.fromkeys((*self.content_layers, *self.style_layers)))

    @property
    def shallow(self) -> TrunkSpec | None:
        """The same for the layers that see strokes, as the manifest's `shallow` has it."""
        part = shallow_part(self.content_layers, self.style_layers)
        if part is None:
            return None
        content, style = part
        kept = set(map(convolution_of, layers_down_to((*content, *style))))
        tensors = {name: value for name, value in self.tensors.items() if name in kept}
        return replace(self, tensors=tensors, content_layers=content, style_layers=style)

    def channels(self, layer: str) -> int:
        """Number of channels of a layer."""
        return self.tensors[convolution_of(layer)][1].shape.numpy()[0]


class Recording:
    """A graph that is being recorded, with inputs as the terms of the loss want them."""

    def __init__(self, spec: TrunkSpec) -> None:
        self.spec = spec
        self.tape = Tape(spec.dtype)
        self.inputs: list[ir.Value] = []

    def input(self, name: str, *shape: int | str) -> ir.Value:
        """A new input of the graph; strings are symbolic sizes."""
        value = tensor_input(name, shape, self.tape)
        self.inputs.append(value)
        return value

    def layer_input(self, name: str, layer: str, *dims: Dim) -> ir.Value:
        """A new input that belongs to a layer."""
        return self.input(name, *sizes(dims, layer, self.spec.channels(layer)))

    def compared(self, term: FeatureTerm, layer: str, statistic: ir.Value) -> ir.Value:
        """The loss of a statistic, with target and weight as inputs."""
        target = self.layer_input(term.target_name(layer), layer, *term.target)
        weight = self.layer_input(term.weight_name(layer), layer, *term.weight)
        return term.loss_of(self.tape, statistic, target, weight)

    def total(self, terms: list[ir.Value]) -> ir.Value:
        """The sum of values of one shape."""
        total = terms[0]
        for term in terms[1:]:
            total = self.tape("Add", total, term)
        return total

    def scalar(self, terms: list[ir.Value], name: str) -> ir.Value:
        """The sum of scalars, as an output of this name."""
        value = named(self.total(terms), name)
        value.dtype, value.shape = self.spec.dtype, ir.Shape([])
        return value

    def model(self, name: str, outputs: list[ir.Value]) -> ir.Model:
        """All that was recorded."""
        called = {node.op_type for node in self.tape.nodes}
        known = gram_function, overlap_function, root_trace_function
        functions = [make(self.spec.dtype) for make in known]
        functions = [function for function in functions if function.name in called]
        return make_model(self.tape, name, self.inputs, outputs, functions)


class Build(Recording):
    """The trunk on a tape, and what is found at its layers."""

    def __init__(self, spec: TrunkSpec) -> None:
        super().__init__(spec)
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

    def statistic(self, term: FeatureTerm, layer: str) -> ir.Value:
        """What a term compares at a layer."""
        guide = None
        if term.guided:
            guide = self.layer_input(term.guide_name(layer), layer, "regions", "height", "width")
        features, channels = self.features[layer], self.spec.channels(layer)
        return term.statistic_of(self.tape, features, guide, channels)

    def layer_loss(self, term: FeatureTerm, layer: str) -> ir.Value:
        """The loss of a term at a layer."""
        return self.compared(term, layer, self.statistic(term, layer))

    def loss(self, term: Term) -> ir.Value:
        """The loss of a term."""
        if isinstance(term, ImageTerm):
            loss = term.loss_of(self.tape, self.image)
            return self.tape("Mul", loss, self.input(term.weight_name))
        return self.total([self.layer_loss(term, layer) for layer in self.spec.layers_of(term)])


def sizes(dims: Iterable[Dim], layer: str, channels: int) -> list[int | str]:
    """The sizes of a term's value at a layer: heights and widths are those of the layer's block."""
    block = block_of(layer)
    known: dict[Dim, int | str] = {"channels": channels, "channels+1": channels + 1}
    known |= {"height": f"height_{block}", "width": f"width_{block}"}
    return [known.get(dim, dim) for dim in dims]


def transformed_kernel(name: str) -> str:
    """What the graphs call the transformed kernel of a convolution, ``conv3_1`` for one."""
    return f"winograd.{name}"


def loss_model(spec: TrunkSpec) -> ir.Model:
    """The forward half of the objective: outputs ``loss`` and the parts that sum to it."""
    build = Build(spec)
    of_parts: dict[str, list[ir.Value]] = {}
    for name in spec.terms_with_layers:
        of_parts.setdefault(TERMS[name].part, []).append(build.loss(TERMS[name]))
    parts = [build.scalar(of_parts[part], part) for part in parts_of(spec.terms)]
    return build.model("objective", [build.scalar(parts, "loss"), *parts])


def objective_model(spec: TrunkSpec) -> ir.Model:
    """The loss with its gradient.

    Inputs: ``image`` (1, 3, H, W), RGB 0–255; per style layer ``style.<layer>.guide`` (K, h, w),
    ``.gram`` (K, C, C), or what another style loss calls its target, and ``.weight`` (K,); per
    content layer ``content.<layer>.features`` (1, C, h, w) and ``.weight`` (1, 1, h, w);
    ``tv.weight``. Outputs: ``loss``, its parts ``content``, ``style`` and ``tv``, and ``gradient``
    (1, 3, H, W).
    """
    return with_gradient(loss_model(spec), of="loss", by="image")


def features_model(spec: TrunkSpec) -> ir.Model:
    """The statistics that targets are made of.

    Inputs: ``image`` and the guides, as in :func:`objective_model`. Outputs: ``style.<layer>.gram``
    (K, C, C), or what another style loss compares, and ``content.<layer>.features`` (1, C, h, w),
    named like the inputs they feed.
    """
    build = Build(spec)
    outputs: list[ir.Value] = []
    for term in feature_terms(spec.terms):
        for layer in spec.layers_of(term):
            statistic = build.statistic(term, layer)
            if statistic is build.features[layer]:
                statistic = build.tape("Identity", statistic)
            build.tape.shaped(statistic, sizes(term.target, layer, spec.channels(layer)))
            outputs.append(named(statistic, term.target_name(layer)))
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
