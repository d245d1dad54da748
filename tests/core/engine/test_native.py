"""OpenVINO's own runtime: the same loss and gradient as on ONNX Runtime, used in the same way."""

import sys
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from stylecore import Settings, stylize
from stylecore.engine import native
from stylecore.engine.engines import TRIAL, choose_engine, open_session
from stylecore.engine.objective import Objective
from stylecore.engine.session import Session
from stylecore.engine.sessions import Sessions
from stylecore.engine.table import Engine
from stylecore.errors import EngineError, ModelError
from stylecore.tiling.graphs import Graphs

NAME = "openvino-native"
SETTINGS = Settings(size=64, style_loss="gram", composition="style")


@pytest.fixture(scope="module", autouse=True)
def package():
    return pytest.importorskip("openvino")


def engine_in(precision):
    return Engine(NAME, native.PROVIDER, precision, 1)


@pytest.fixture(scope="module")
def artefact(artefact_with):
    return artefact_with["gram"]


@pytest.fixture(scope="module")
def evaluated(artefact, aim_at):
    """Loss and gradient of one objective on an engine, at two sizes in turn."""
    rng = np.random.default_rng(0)
    pictures = [rng.uniform(0, 255, (3, 1, 3, *size)).astype(np.float32) for size in
                ((48, 64), (80, 56), (48, 64))]  # fmt: skip

    def evaluated(engine):
        sessions = Sessions(artefact)
        features = sessions.features(choose_engine("cpu", 1))
        objective = Objective(sessions.objective(engine), artefact.manifest)
        found = []
        for content, style, x in pictures:
            aim_at(objective, features, artefact, content, [style], SETTINGS)
            found.append(objective(x))
            objective.rest()
        return found

    return evaluated


def cosine(one, other):
    return float(np.vdot(one, other) / np.linalg.norm(one) / np.linalg.norm(other))


def test_in_fp32_loss_and_gradient_are_those_of_the_cpu_engine(evaluated):
    wanted, found = evaluated(choose_engine("cpu", 1)), evaluated(engine_in("fp32"))
    for (loss, gradient), (its_loss, its_gradient) in zip(wanted, found, strict=True):
        assert its_loss == pytest.approx(loss, rel=1e-4)
        assert np.linalg.norm(its_gradient - gradient) < 1e-3 * np.linalg.norm(gradient)


def test_in_its_own_precision_the_gradient_points_the_same_way(evaluated):
    wanted, found = evaluated(choose_engine("cpu", 1)), evaluated(choose_engine(NAME, 1))
    for (loss, gradient), (its_loss, its_gradient) in zip(wanted, found, strict=True):
        assert its_loss == pytest.approx(loss, rel=0.05)
        assert cosine(gradient, its_gradient) > 0.98


def test_its_precision_is_what_the_processor_has(package):
    able = package.Core().get_property("CPU", "OPTIMIZATION_CAPABILITIES")
    assert choose_engine(NAME, 3) == Engine(
        NAME, "OpenVINO", "bf16" if "BF16" in able else "fp32", 3
    )


def test_auto_never_takes_it():
    assert choose_engine("auto").name != NAME


def test_a_picture_is_painted_whole_and_in_tiles(artefact):
    rng = np.random.default_rng(0)
    pictures = [rng.integers(0, 256, (*size, 3), np.uint8) for size in ((96, 128), (80, 96))]
    how = {"size": 128, "coarsest": 64, "steps": 8, "threads": 1, "style_loss": "gram"}
    wanted = stylize(*pictures, model=artefact, settings=Settings(engine="cpu", **how))
    found = stylize(*pictures, model=artefact, settings=Settings(engine=NAME, **how))
    assert found.report["engine"]["name"] == NAME
    assert found.report["final"]["loss"] == pytest.approx(wanted.report["final"]["loss"], rel=0.1)
    tiles = Graphs(artefact, engine_in("fp32")).tiles()
    assert (tiles.pullback.provider, tiles.features.provider) == (
        "OpenVINO",
        "CPUExecutionProvider",
    )


def test_what_is_amiss_is_one_line(artefact, tmp_path):
    broken = tmp_path / "broken.onnx"
    broken.write_bytes(b"no graph")
    with pytest.raises(ModelError, match="OpenVINO cannot load") as caught:
        Session(broken, engine_in("fp32"))
    assert "\n" not in str(caught.value)
    graph = Sessions(artefact).features(engine_in("fp32"))
    with pytest.raises(EngineError) as caught:
        graph(graph.outputs[:1], **{name: np.zeros(3, np.float32) for name in graph.inputs})
    assert "\n" not in str(caught.value)


def test_without_the_package_it_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "openvino", None)
    native._core.cache_clear()
    native._library.cache_clear()
    try:
        with pytest.raises(EngineError, match=r"pip install 'stylecore\[openvino-native\]'"):
            native.load(None)
    finally:
        native._core.cache_clear()
        native._library.cache_clear()


def test_threads_run_one_session_at_a_time_each_with_its_own():
    session = open_session(TRIAL, engine_in("fp32"))

    def run(value):
        (found,) = session.run(None, {"x": np.full((1, 1, 1, 1), value, np.float32)})
        return float(found.item())

    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(run, range(40))) == list(range(40))
