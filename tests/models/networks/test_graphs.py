"""A network forward and backward against torch, on the same weights."""

import numpy as np
import onnx
import onnx_ir as ir
import pytest
from onnx.reference import ReferenceEvaluator

from stylecore.engine.engines import choose_engine, open_session
from stylecore.models.networks.graphs import training_graphs
from stylecore.models.networks.sizes import NOISE, Shape
from stylecore.models.networks.weights import divided, first_weights

SMALL = Shape((3, 4, 6), blocks=2)
SIZE = 16, 24
LUMA = 0.299, 0.587, 0.114


@pytest.fixture
def feeds():
    """A batch of two, and weights that no part of is as it began."""
    rng = np.random.default_rng(0)
    height, width = SIZE
    weights = first_weights(SMALL, 0)
    return {
        "image": rng.uniform(0, 255, (2, 3, height, width)),
        "noise": rng.normal(size=(2, NOISE, height // 4, width // 4)),
        "weights": weights + 0.1 * rng.normal(size=weights.shape),
        "cotangent": rng.normal(size=(2, 3, height, width)),
    }


def by_reference(model, names, values):
    evaluator = ReferenceEvaluator(ir.serde.serialize_model(model))
    wanted = {name: values[name] for name in evaluator.input_names}
    return evaluator.run(names, wanted)


def by_onnx_runtime(model, names, values):
    session = open_session(
        ir.serde.serialize_model(model).SerializeToString(), choose_engine("cpu")
    )
    wanted = {one.name: values[one.name] for one in session.get_inputs()}
    return session.run(names, wanted)


def there_and_back(run, values, dtype, **how):
    graphs = training_graphs(SMALL, dtype=dtype, **how)
    names = [str(value.name) for value in graphs.forward.graph.outputs]
    there = dict(zip(names, run(graphs.forward, names, values), strict=True))
    (gradient,) = run(graphs.pullback, ["gradient"], values | there)
    return there["styled"], gradient


def torch_there_and_back(torch, painted_by_torch, feeds, grey):
    values = {name: torch.tensor(array) for name, array in feeds.items()}
    weights = values["weights"].requires_grad_()
    parts = divided(feeds["weights"], SMALL)
    shares = weights.split([part.size for part in parts.values()])
    parameters = {
        name: share.view(part.shape)
        for (name, part), share in zip(parts.items(), shares, strict=True)
    }
    styled = painted_by_torch(values["image"], values["noise"], parameters, SMALL.blocks)
    if grey:
        luma = (styled * torch.tensor(LUMA).view(1, 3, 1, 1)).sum(1, keepdim=True)
        styled = luma.expand(-1, 3, -1, -1)
    (styled * values["cotangent"]).sum().backward()
    return styled.detach().numpy(), weights.grad.numpy()


@pytest.mark.parametrize("grey", [False, True])
@pytest.mark.parametrize(
    ("run", "dtype", "kind", "tolerance"),
    [
        (by_reference, ir.DataType.DOUBLE, np.float64, 1e-7),
        (by_onnx_runtime, ir.DataType.FLOAT, np.float32, 1e-4),
    ],
    ids=["float64", "float32"],
)
def test_it_agrees_with_torch(torch, painted_by_torch, feeds, run, dtype, kind, tolerance, grey):
    wanted = torch_there_and_back(torch, painted_by_torch, feeds, grey)
    values = {name: array.astype(kind) for name, array in feeds.items()}
    for found, right in zip(there_and_back(run, values, dtype, grey=grey), wanted, strict=True):
        assert np.linalg.norm(found - right) < tolerance * np.linalg.norm(right)


def test_both_graphs_are_of_standard_operators():
    for model in training_graphs(SMALL):
        proto = ir.serde.serialize_model(model)
        onnx.checker.check_model(proto, full_check=True)
        assert {one.domain for one in proto.opset_import} == {""}
