import numpy as np
import onnx_ir as ir
import pytest
from onnx.reference import ReferenceEvaluator

from stylecore.engine.artefact import load_artefact
from stylecore.engine.engines import choose_engine
from stylecore.engine.session import Session
from stylecore.losses.table import terms_with
from stylecore.models.autodiff.checks import check_vjp
from stylecore.models.making.build import build_artefact
from stylecore.models.making.objective import kernels_model, loss_model
from stylecore.settings import Settings


@pytest.mark.parametrize("size", [(32, 48), (37, 41)], ids=["even", "odd"])
@pytest.mark.parametrize("blocks", [(), (3, 4)], ids=["direct", "winograd"])
def test_the_whole_objective_agrees_with_central_differences(
    exact, narrow_weights, narrow_artefact, pooling, blocks, size
):
    settings = Settings(pooling=pooling, tv_weight=0.01)
    targets = exact.targets_for(narrow_artefact[pooling], *size, settings)
    feeds = {name: value.astype(np.float64) for name, value in targets.items()}
    feeds["image"] = exact.random_image(*size).astype(np.float64)
    spec = exact.in_float64(narrow_weights, pooling, blocks)
    if blocks:
        kernels = ReferenceEvaluator(ir.serde.serialize_model(kernels_model(spec)))
        feeds |= dict(zip(kernels.output_names, kernels.run(None, {}), strict=True))
    # Max pooling and ReLU have kinks close to any point, so the difference must be short.
    check_vjp(
        loss_model(spec),
        feeds,
        by="image",
        of="loss",
        step=1e-6,
        tolerance=1e-4,
    )


@pytest.mark.parametrize("regions", [1, 2])
def test_with_another_style_loss_it_does_too(
    exact, narrow_weights, artefact_with, style_loss, regions
):
    artefact = artefact_with[style_loss]
    settings = Settings(style_loss=style_loss)
    targets = exact.targets_for(artefact, 32, 48, settings)
    feeds = {name: value.astype(np.float64) for name, value in targets.items()}
    for name in [name for name in feeds if name.startswith("style.") and ".nearest" not in name]:
        feeds[name] = np.concatenate([feeds[name]] * regions)
        if name.endswith(".guide") and regions > 1:
            feeds[name] = exact.in_halves(feeds[name])
    feeds["image"] = exact.random_image(32, 48).astype(np.float64)
    spec = exact.in_float64(narrow_weights, "average", terms=terms_with(style_loss))
    check_vjp(loss_model(spec), feeds, by="image", of="loss", tolerance=1e-4)


def test_only_standard_operators_are_left(narrow_artefact, pooling):
    artefact = narrow_artefact[pooling]
    graphs = [file for file in artefact.manifest.files if file.endswith(".onnx")]
    assert len(graphs) == 12
    for file in graphs:
        model = ir.load(artefact.folder / file)
        assert {node.domain for node in model.graph} == {""}
        assert model.opset_imports == {"": 18}
        assert not model.functions


def test_the_sizes_are_symbolic(narrow_artefact):
    graph = ir.load(narrow_artefact["max"].path("objective.onnx")).graph
    shapes = {value.name: [str(dim) for dim in value.shape] for value in graph.inputs}
    assert shapes["image"] == ["1", "3", "height", "width"]
    assert shapes["style.relu1_1.gram"][0] == "regions"
    assert shapes["tv.weight"] == []


def test_where_no_layer_sees_things_there_are_no_neighbours(exact, narrow_weights, tmp_path):
    layers = ("relu1_1", "relu2_1")
    artefact = load_artefact(build_artefact(narrow_weights, tmp_path / "a", style_layers=layers))
    inputs = Session(artefact.path("objective.onnx"), choose_engine("cpu")).inputs
    assert not [name for name in inputs if "nearest" in name]
    assert artefact.manifest.style_loss == "gram+nearest"
    settings = Settings(style_layers=dict.fromkeys(layers, 1.0))
    assert set(exact.targets_for(artefact, 32, 48, settings)) == set(inputs) - {"image"}
