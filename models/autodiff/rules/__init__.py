"""The rules of reverse-mode differentiation: one per operator, in standard operators only.

Each gives the cotangent of one input from the cotangent ȳ of the output (Griewank & Walther 2008,
§3.2). A new operator takes one statement in the file of its family, and a case in the tests. Each
file ends with its statements, the equation above each; what they call stands before them. May
import: errors, and of the autodiff folder the tape and the functions.

    elementwise: Add, Sub, Mul, Div, Neg, Abs, Relu, Sqrt, Tanh, Clip, Identity
    shape: Reshape, Transpose, Slice, Pad, Concat
    reduction: ReduceSum, ReduceMean
    linear: MatMul, Gram, RootTrace
    convolution: Conv, Overlap
    pooling: MaxPool, AveragePool
    resampling: Resize
"""

from . import convolution, elementwise, linear, pooling, reduction, resampling, shape
from .table import RULES, Rule

FAMILIES = (elementwise, shape, reduction, linear, convolution, pooling, resampling)
"""The files of the rules, easy first."""

__all__ = ["FAMILIES", "RULES", "Rule"]
