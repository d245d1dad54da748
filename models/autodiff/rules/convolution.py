"""Rules of convolution, and of what Winograd's form of it needs."""

from __future__ import annotations

import onnx_ir as ir

from ..functions import fold
from ..tape import Tape
from .table import define, dims, given, ints, refuse, require


def _conv_input(t: Tape, g: ir.Value, n: ir.Node) -> ir.Value:
    weight = given(n, 1)
    kernel = dims(weight)[2:]
    spatial = len(kernel)
    unit = [1] * spatial
    plain = ints(n, "strides", unit) == unit and ints(n, "dilations", unit) == unit
    one_group = n.attributes.get_int("group", 1) == 1
    no_auto_pad = n.attributes.get_string("auto_pad", "NOTSET") == "NOTSET"
    require(n, plain and one_group and no_auto_pad, "stride 1, dilation 1, one group, given pads")
    pads = ints(n, "pads", [0] * (2 * spatial))
    sizes = [size for size in kernel if size is not None]
    require(n, len(sizes) == spatial, "a kernel of fixed size")
    flipped = _flip(t, t("Transpose", weight, perm=[1, 0, *range(2, 2 + spatial)]), spatial)
    turned = [size - 1 - pad for size, pad in zip(sizes * 2, pads, strict=True)]
    require(n, min(turned) >= 0, "pads smaller than the kernel")
    return t("Conv", g, flipped, pads=turned)


def _flip(t: Tape, weight: ir.Value, spatial: int) -> ir.Value:
    axes = list(range(2, 2 + spatial))
    ends = t.integers([-(2**31)] * spatial)
    minus = t.integers([-1] * spatial)
    return t("Slice", weight, minus, ends, t.integers(axes), minus)


_FROZEN = refuse("differentiate by its image; weights and bias are constant")


# y = w ∗ x + b  ⇒  x̄ = (w with in and out exchanged and both axes flipped) ∗ ȳ
define("Conv", _conv_input, _FROZEN, _FROZEN)
# y = the 6×6 inputs of every tile of 4×4  ⇒  x̄ = ȳ, added up where they overlap
define("Overlap", lambda t, g, _: fold(t, g))
