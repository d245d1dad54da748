"""Every node that an artefact's graphs have has a kernel on CUDA: operator, version and types.

No GPU is asked: the table of kernels is ONNX Runtime's own, and stands beside this file.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import onnx
import pytest
from onnx import TensorProto, helper, shape_inference

from stylecore.models.making.build import build_artefact

TABLE = tomllib.loads((Path(__file__).parent / "cuda-kernels.toml").read_text(encoding="utf-8"))
FOLDED = {"Constant"}
"""Operators that no kernel is needed for: ONNX Runtime makes them values when it loads a graph."""


def graphs_of(artefact: Any) -> dict[str, onnx.ModelProto]:
    """Those that a device runs: of whole pictures and of tiles, of all layers and of shallow ones.

    The CPU alone takes Winograd's form.
    """
    return {
        name: onnx.load(artefact.path(name), load_external_data=False)
        for name in artefact.manifest.files
        if name.endswith(".onnx") and not name.startswith("winograd-")
    }


def gaps_of(artefact: Any) -> dict[str, list[str]]:
    return {name: list(gaps(model)) for name, model in graphs_of(artefact).items()}


def gaps(model: onnx.ModelProto) -> Iterator[str]:
    """What of a graph has no kernel, and why."""
    (opset,) = (one.version for one in model.opset_import if one.domain == "")
    model = shape_inference.infer_shapes(model, strict_mode=True)
    types = types_of(model)
    for node in model.graph.node:
        if node.op_type not in FOLDED:
            yield from gap(node, opset, types)


def types_of(model: onnx.ModelProto) -> dict[str, str]:
    graph, found = model.graph, dict[str, str]()
    for one in (*graph.input, *graph.output, *graph.value_info):
        found[one.name] = name_of(one.type.tensor_type.elem_type)
    for one in graph.initializer:
        found[one.name] = name_of(one.data_type)
    return found


def name_of(kind: int) -> str:
    return TensorProto.DataType.Name(kind).lower()


def gap(node: Any, opset: int, types: dict[str, str]) -> Iterator[str]:
    assert node.domain == "", f"{node.op_type} is of {node.domain}"
    schema = onnx.defs.get_schema(node.op_type, opset)
    kernel = kernel_of(node.op_type, schema.since_version)
    if kernel is None:
        yield f"{node.op_type} of version {schema.since_version}"
        return
    given = [*zip(node.input, formal(schema.inputs, node.input), strict=True)]
    given += zip(node.output, formal(schema.outputs, node.output), strict=True)
    for value, parameter in given:
        if value and parameter in kernel and types[value] not in kernel[parameter]:
            yield f"{node.op_type} with {parameter} = {types[value]}"
    assert any(parameter in kernel for _, parameter in given), node.op_type


def formal(declared: Any, given: Any) -> list[str]:
    """The type parameters of values: the last one that is declared may stand for many."""
    names = [one.type_str for one in declared]
    return [names[min(i, len(names) - 1)] for i in range(len(given))]


def kernel_of(operator: str, since: int) -> dict[str, list[str]] | None:
    """The kernel that ONNX Runtime takes for a version of an operator.

    A kernel without an end is for the version that it begins with alone: of a later one nobody
    knew yet what would change.
    """
    for versions, types in TABLE["kernels"].get(operator, {}).items():
        first, _, last = versions.partition("-")
        if int(first) == since or (last and int(first) <= since <= int(last)):
            return {
                name: (TABLE["all"] if text == "all" else text).split()
                for name, text in types.items()
            }
    return None


def test_every_node_of_every_style_loss_has_a_kernel(artefact_with, style_loss) -> None:
    found = gaps_of(artefact_with[style_loss])
    assert {"objective.onnx", "features.onnx", "pullback.onnx"} <= set(found)
    assert not any(found.values()), found


def test_every_node_of_the_default_has_a_kernel(narrow_artefact, pooling) -> None:
    found = gaps_of(narrow_artefact[pooling])
    plain = {"objective.onnx", "features.onnx", "pullback.onnx", "cotangents.onnx"}
    assert set(found) == plain | {f"shallow-{name}" for name in plain}
    assert not any(found.values()), found


@pytest.mark.parametrize("storage", ["float16", "palette8"])
def test_weights_are_expanded_by_operators_that_have_a_kernel(
    narrow_weights, tmp_path, storage
) -> None:
    folder = build_artefact(narrow_weights, tmp_path / storage, storage=storage)
    model = onnx.load(folder / "objective.onnx", load_external_data=False)
    assert list(gaps(model)) == []


def model_of(*nodes: Any, kind: int = TensorProto.FLOAT, opset: int = 18) -> onnx.ModelProto:
    x, y = (helper.make_tensor_value_info(name, kind, [1, 1, 4, 4]) for name in "xy")
    graph = helper.make_graph(nodes, "g", [x], [y])
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", opset)])


def test_what_has_no_kernel_is_found() -> None:
    unknown = model_of(helper.make_node("Erf", ["x"], ["y"]))
    assert list(gaps(unknown)) == ["Erf of version 13"]
    newer = model_of(helper.make_node("Transpose", ["x"], ["y"], perm=[0, 1, 3, 2]), opset=21)
    assert list(gaps(newer)) == ["Transpose of version 21"]
    integers = model_of(helper.make_node("Relu", ["x"], ["y"]), kind=TensorProto.INT32)
    assert list(gaps(integers)) == ["Relu with T = int32", "Relu with T = int32"]
