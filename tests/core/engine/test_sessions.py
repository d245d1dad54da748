"""The two forms of a graph: the same numbers, and each where it belongs."""

from dataclasses import replace

import numpy as np
import pytest

from stylecore.engine import sessions
from stylecore.engine.artefact import load_artefact
from stylecore.engine.engines import Engine, choose_engine
from stylecore.engine.session import Session
from stylecore.engine.sessions import Sessions
from stylecore.engine.targets import prepare_targets
from stylecore.models.making.build import build_artefact
from stylecore.settings import Settings

OUTPUTS = ("loss", "content", "style", "tv", "gradient")


@pytest.fixture
def engine():
    return choose_engine("cpu")


@pytest.fixture
def opened(monkeypatch):
    """Which files are opened, and on what, where nothing is run."""
    files = []

    class Noted:
        def __init__(self, path, engine, **how):
            files.append((path.name, engine.name))

        def held_outputs(self):
            return {"winograd.conv3_1": None}

        def share(self, held):
            assert held

    monkeypatch.setattr(sessions, "Session", Noted)
    return files


def picture(height, width, seed):
    rng = np.random.default_rng(seed)
    return rng.uniform(0, 255, (1, 3, height, width)).astype(np.float32)


@pytest.mark.parametrize("size", [(32, 64), (45, 37), (24, 90)], ids=str)
def test_both_forms_give_the_same(narrow_artefact, pooling, engine, size):
    artefact, x = narrow_artefact[pooling], picture(*size, 0)
    settings = Settings(pooling=pooling, tv_weight=0.01)
    found = []
    for objective, features in (
        (Session(artefact.path(f"{name}.onnx"), engine) for name in ("objective", "features")),
        (getattr(Sessions(artefact), name)(engine) for name in ("objective", "features")),
    ):
        given = picture(*size, 1), [picture(40, 56, 2)]
        targets = prepare_targets(features, artefact.manifest, *given, settings)
        objective.hold(targets)
        found.append((targets, *objective(OUTPUTS, image=x)))
    (wanted, *direct), (targets, *winograd) = found
    for name, value in wanted.items():
        np.testing.assert_allclose(targets[name], value, rtol=1e-3, atol=1e-5 * np.abs(value).max())
    for ours, theirs in zip(winograd, direct, strict=True):
        assert np.linalg.norm(ours - theirs) <= 1e-4 * np.linalg.norm(theirs)


def test_the_cpu_multiplies_less_and_makes_its_kernels_once(narrow_artefact, engine, opened):
    both = Sessions(narrow_artefact["max"])
    both.objective(engine)
    both.features(engine)
    wanted = ["winograd-kernels.onnx", "winograd-objective.onnx", "winograd-features.onnx"]
    assert [name for name, _ in opened] == wanted


def test_other_devices_choose_their_algorithms_themselves(narrow_artefact, opened):
    Sessions(narrow_artefact["max"]).objective(Engine("cuda", "CUDAExecutionProvider", "tf32", 2))
    assert opened == [("objective.onnx", "cuda")]


@pytest.mark.parametrize("missing", ["winograd-kernels.onnx", "winograd-objective.onnx"])
def test_what_the_artefact_does_not_vouch_for_is_not_opened(
    narrow_artefact, engine, opened, missing
):
    artefact = narrow_artefact["max"]
    files = {name: sha for name, sha in artefact.manifest.files.items() if name != missing}
    known = replace(artefact, manifest=replace(artefact.manifest, files=files))
    Sessions(known).objective(engine)
    assert opened == [("objective.onnx", "cpu")]


def test_weights_are_expanded_from_any_storage(narrow_weights, tmp_path, engine):
    folders = {
        storage: build_artefact(narrow_weights, tmp_path / storage, storage=storage)
        for storage in ("float32", "float16")
    }
    x, guides = picture(32, 32, 0), {}
    for block, layer in enumerate(Settings().style_layers):
        size = 32 >> block
        guides[f"style.{layer}.guide"] = np.full((1, size, size), size**-2.0, np.float32)
    name = "content.relu4_2.features"
    single, half = (
        Sessions(load_artefact(folder)).features(engine)([name], image=x, **guides)[0]
        for folder in folders.values()
    )
    difference = np.linalg.norm(single - half) / np.linalg.norm(single)
    assert 1e-6 < difference < 1e-2


def test_giving_memory_back_changes_nothing(narrow_artefact, engine):
    path = narrow_artefact["max"].path("features.onnx")
    guides = {
        f"style.{layer}.guide": np.full((1, 256 >> b, 256 >> b), (256 >> b) ** -2.0, np.float32)
        for b, layer in enumerate(Settings().style_layers)
    }
    name = "style.relu1_1.gram"
    plain, spare = (Session(path, engine, spare=spare) for spare in (False, True))
    x = picture(256, 256, 0)
    assert np.array_equal(plain([name], image=x, **guides)[0], spare([name], image=x, **guides)[0])
