import numpy as np
import pytest

from stylecore.engine.artefact import load_artefact
from stylecore.engine.engines import choose_engine
from stylecore.engine.session import Session
from stylecore.errors import ModelError
from stylecore.models.making.build import build_artefact
from stylecore.models.making.probe import features_of, relative_difference, sample_picture
from stylecore.models.making.storage import palette
from stylecore.models.making.verification import gradient_error


def normal(*shape, seed=0):
    return np.random.default_rng(seed).normal(size=shape).astype(np.float32)


def test_a_palette_of_few_values_is_exact():
    table = normal(256)
    array = table[np.random.default_rng(1).integers(0, 256, (16, 8, 3, 3))]
    values, indices = palette(array)
    np.testing.assert_array_equal(values[indices], array)
    assert (values.shape, values.dtype, indices.dtype) == ((256,), np.float32, np.uint8)


@pytest.mark.parametrize("count", [1, 2, 255])
def test_a_palette_of_fewer_values_is_exact_too(count):
    array = normal(count)[np.arange(count * 2) % count]
    values, indices = palette(array)
    np.testing.assert_array_equal(values[indices], array)


def test_a_palette_is_close_to_the_best_for_normal_weights():
    array = normal(300_000)
    values, indices = palette(array)
    error = np.sqrt(np.mean(np.square(values[indices] - array)))
    # Panter & Dite 1951: sqrt(√3 π / 2) σ / n is the least for n values.
    assert error < 1.05 * np.sqrt(np.sqrt(3) * np.pi / 2) / 256


def test_a_palette_keeps_the_few_large_weights():
    array = normal(50_000)
    array[:20] *= 10
    values, indices = palette(array)
    assert np.abs(values[indices] - array).max() < 1


@pytest.mark.parametrize(
    ("storage", "least", "most"), [("float16", 1e-5, 2e-3), ("palette8", 0, 0.1)]
)
def test_what_is_stored_smaller_runs_as_before(
    narrow_weights, narrow_artefact, pooling, tmp_path, storage, least, most
):
    folder = build_artefact(narrow_weights, tmp_path / "small", pooling=pooling, storage=storage)
    artefact = load_artefact(folder)
    assert artefact.manifest.storage == storage
    picture = sample_picture()
    wanted = features_of(narrow_artefact[pooling], picture)
    found = features_of(artefact, picture)
    errors = [relative_difference(found[name], wanted[name]) for name in wanted]
    assert least <= max(errors) <= most
    assert gradient_error(artefact) < 1e-2


@pytest.mark.parametrize(("storage", "bytes_per_weight"), [("float16", 2), ("palette8", 1)])
def test_what_is_stored_smaller_is_smaller(narrow_weights, tmp_path, storage, bytes_per_weight):
    folder = build_artefact(narrow_weights, tmp_path / "small", storage=storage)
    used = [name for name in narrow_weights.convolutions if name < "conv5_2"]
    count = sum(narrow_weights.convolutions[name][0].size for name in used)
    arrays = len(used) * (3 if storage == "palette8" else 2)
    size = (folder / "weights.bin").stat().st_size
    assert count * bytes_per_weight <= size <= count * bytes_per_weight + arrays * 2 * 4096


def test_nothing_is_left_to_expand_in_a_run(narrow_weights, tmp_path):
    """ONNX Runtime folds the expanding operators when it loads the graph."""
    import onnx
    import onnxruntime

    folder = build_artefact(narrow_weights, tmp_path / "small", storage="palette8")
    options = onnxruntime.SessionOptions()
    options.optimized_model_filepath = str(tmp_path / "optimised.onnx")
    level = onnxruntime.GraphOptimizationLevel.ORT_ENABLE_BASIC
    options.graph_optimization_level = level
    path = str(folder / "objective.onnx")
    onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])
    graph = onnx.load(tmp_path / "optimised.onnx", load_external_data=False).graph
    assert "Gather" not in {node.op_type for node in graph.node}


def test_weights_too_large_for_half_precision_are_refused(narrow_weights, tmp_path):
    from dataclasses import replace

    kernel, bias = narrow_weights.convolutions["conv2_1"]
    convolutions = dict(narrow_weights.convolutions) | {"conv2_1": (kernel + 1e5, bias)}
    weights = replace(narrow_weights, convolutions=convolutions)
    with pytest.raises(ModelError, match=r"conv2_1\.kernel holds weights too large"):
        build_artefact(weights, tmp_path / "small", storage="float16")
    assert not list(tmp_path.iterdir())


def test_the_file_of_weights_is_shared_by_both_graphs(narrow_weights, tmp_path):
    folder = build_artefact(narrow_weights, tmp_path / "small", storage="palette8")
    engine = choose_engine("cpu")
    assert Session(folder / "objective.onnx", engine).outputs[0] == "loss"
    assert "content.relu4_2.features" in Session(folder / "features.onnx", engine).outputs
