"""Rules of convolution, and of what Winograd's form of it needs.

With n for the batch, p for a position, k for a tap, s for the stride and x with its padding on:
y[n,o,p] = b[o] + Σ_i Σ_k w[o,i,k] x[n,i,s·p+k].
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product

import onnx_ir as ir

from ..functions import fold
from ..tape import END, Tape
from .table import define, dims, given, ints, require


@dataclass(frozen=True)
class _Window:
    """How a convolution looks at its input: each along all spatial axes, height first."""

    outputs: int
    inputs: int
    kernel: list[int]
    strides: list[int]
    pads: list[int]

    @classmethod
    def of(cls, n: ir.Node) -> _Window:
        """That of a node, where the rules know its kind."""
        shape = [size for size in dims(given(n, 1)) if size is not None]
        require(n, len(shape) == len(dims(given(n, 1))), "a kernel of fixed size")
        outputs, inputs, *kernel = shape
        spatial = len(kernel)
        unit = [1] * spatial
        plain = ints(n, "dilations", unit) == unit and n.attributes.get_int("group", 1) == 1
        given_pads = n.attributes.get_string("auto_pad", "NOTSET") == "NOTSET"
        require(n, plain and given_pads, "dilation 1, one group, given pads")
        strides = ints(n, "strides", unit)
        require(n, strides == unit or spatial == 2, "two axes where the stride is not 1")
        return cls(outputs, inputs, kernel, strides, ints(n, "pads", [0] * (2 * spatial)))

    @property
    def spatial(self) -> int:
        return len(self.kernel)

    @property
    def before(self) -> list[int]:
        """Padding before the first position."""
        return self.pads[: self.spatial]

    @property
    def strided(self) -> bool:
        return any(stride != 1 for stride in self.strides)

    @property
    def axes(self) -> list[int]:
        return list(range(2, 2 + self.spatial))


def _input(t: Tape, g: ir.Value, n: ir.Node) -> ir.Value:
    window = _Window.of(n)
    if window.strided:
        return _strided_input(t, g, n, window)
    weight = t("Transpose", given(n, 1), perm=[1, 0, *window.axes])
    turned = [size - 1 - pad for size, pad in zip(window.kernel * 2, window.pads, strict=True)]
    require(n, min(turned) >= 0, "pads smaller than the kernel")
    return t("Conv", g, _flip(t, weight, window.axes), pads=turned)


def _strided_input(t: Tape, g: ir.Value, n: ir.Node, window: _Window) -> ir.Value:
    """One convolution for each place within a stride, all of them in one, then put side by side.

    The places that no tap looks at get nothing.
    """
    (stride, other), (height, width) = window.strides, window.kernel
    require(n, stride == other, "the same stride along both axes")
    taps = [-(-size // stride) for size in (height, width)]
    more = [taps[0] * stride - height, taps[1] * stride - width]
    weight = t("Pad", given(n, 1), t.integers([0] * 6 + more))
    shape = [window.outputs, window.inputs, taps[0], stride, taps[1], stride]
    places = t("Transpose", t("Reshape", weight, t.integers(shape)), perm=[1, 3, 5, 0, 2, 4])
    flat = [window.inputs * stride * stride, window.outputs, *taps]
    kernel = t("Reshape", places, t.integers(flat))
    around = [taps[0] - 1, taps[1] - 1] * 2
    found = t("Conv", g, _flip(t, kernel, window.axes), pads=around)
    beside = t("DepthToSpace", found, blocksize=stride, mode="CRD")
    return _fitted(t, beside, given(n), window)


def _fitted(t: Tape, g: ir.Value, x: ir.Value, window: _Window) -> ir.Value:
    """Without what fell on the padding, and with nothing for what no tap looked at."""
    starts, axes = t.integers(window.before), t.integers(window.axes)
    size = t("Shape", x, start=2)
    seen = t("Slice", g, starts, t("Add", starts, size), axes)
    missing = t("Sub", size, t("Shape", seen, start=2))
    return t("Pad", seen, t("Concat", t.integers([0, 0]), missing, axis=0), None, axes)


def _weight(t: Tape, g: ir.Value, n: ir.Node) -> ir.Value:
    """A matrix product for each tap, of ȳ with the inputs that the tap has looked at."""
    window = _Window.of(n)
    x = given(n)
    if any(window.pads):
        before, after = window.before, window.pads[window.spatial :]
        x = t("Pad", x, t.integers([0, 0, *before, 0, 0, *after]))
    flat = t("Reshape", g, t.integers([0, window.outputs, -1]))
    by_position = t("Transpose", flat, perm=[0, 2, 1])  # (N, P, O)
    size = t("Shape", g, start=2)
    products = [
        t("MatMul", t("Reshape", seen, t.integers([0, window.inputs, -1])), by_position)
        for seen in _looked_at(t, x, size, window)
    ]  # each (N, I, O)
    whole = t("ReduceSum", t("Concat", *products, axis=1), t.integers([0]), keepdims=0)
    taps = t("Reshape", whole, t.integers([*window.kernel, window.inputs, window.outputs]))
    spatial = window.spatial
    return t("Transpose", taps, perm=[spatial + 1, spatial, *range(spatial)])


def _looked_at(t: Tape, x: ir.Value, size: ir.Value, window: _Window) -> Sequence[ir.Value]:
    """What each tap looks at, (N, I, …) of the output's size."""
    axes, strides = t.integers(window.axes), t.integers(window.strides)
    one = t.integers([1] * window.spatial)
    span = t("Add", t("Mul", t("Sub", size, one), strides), one)
    found: list[ir.Value] = []
    for tap in product(*map(range, window.kernel)):
        start = t.integers(tap)
        found.append(t("Slice", x, start, t("Add", start, span), axes, strides))
    return found


def _bias(t: Tape, g: ir.Value, n: ir.Node) -> ir.Value:
    return t("ReduceSum", g, t.integers([0, *_Window.of(n).axes]), keepdims=0)


def _flip(t: Tape, weight: ir.Value, axes: list[int]) -> ir.Value:
    ends = t.integers([-END - 1] * len(axes))
    minus = t.integers([-1] * len(axes))
    return t("Slice", weight, minus, ends, t.integers(axes), minus)


# x̄ = (w with in and out exchanged and both axes flipped) ∗ ȳ,
# w̄[o,i,k] = Σ_n Σ_p ȳ[n,o,p] x[n,i,s·p+k], b̄[o] = Σ_n Σ_p ȳ[n,o,p]
define("Conv", _input, _weight, _bias)
# y = the 6×6 inputs of every tile of 4×4  ⇒  x̄ = ȳ, added up where they overlap
define("Overlap", lambda t, g, _: fold(t, g))
