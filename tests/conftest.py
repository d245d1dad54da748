"""What tests of every part share: a narrow network with random weights, and its artefacts."""

import importlib
import os
import runpy
import tracemalloc
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from stylecore.engine.artefact import load_artefact
from stylecore.engine.engines import choose_engine
from stylecore.engine.objective import Objective
from stylecore.engine.sessions import Sessions
from stylecore.engine.targets import prepare_targets
from stylecore.measures.held_out import held_out, settings_to_measure
from stylecore.models.making.build import build_artefact
from stylecore.settings import Settings

# Test modules import onnxruntime themselves; it should not call home for them either.
os.environ.setdefault("ORT_DISABLE_TELEMETRY", "1")

_HERE = Path(__file__).parent
_NARROW = runpy.run_path(str(_HERE / "embedding" / "build_artefact.py"))
_FEEDFORWARD = runpy.run_path(str(_HERE / "core" / "feedforward" / "networks.py"))


NO_TORCH = (
    "no torch to compare with ({}): any build of it serves, "
    "`.venv/bin/python -m pip install torch` brings one"
)


def pytest_collection_modifyitems(items: list[Any]) -> None:
    """Mark what needs torch, so that `-m "not oracle"` leaves it out by intent."""
    for item in items:
        if "torch" in getattr(item, "fixturenames", ()):
            item.add_marker("oracle")


@pytest.fixture(scope="session")
def torch() -> Any:
    """The other implementation, of whatever build."""
    return import_torch()


def import_torch() -> Any:
    """Import torch; where it is missing, its tests are skipped, but never in CI."""
    try:
        return importlib.import_module("torch")
    except (ImportError, OSError) as error:
        missing = NO_TORCH.format(" ".join(str(error).split()))
    if os.environ.get("CI", "").lower() in ("", "0", "false"):
        pytest.skip(missing)
    pytest.fail(missing)


@pytest.fixture(scope="session")
def narrow_weights():
    """Weights of VGG-19's shape with few channels, He-initialised by a seed."""
    return _NARROW["random_weights"](0)


@pytest.fixture(scope="session", params=["max", "average"])
def pooling(request):
    return request.param


@pytest.fixture(scope="session")
def narrow_artefact(narrow_weights, tmp_path_factory):
    """Loaded artefacts of the narrow network, one for each pooling."""
    folder = tmp_path_factory.mktemp("artefacts")
    return {
        pooling: load_artefact(build_artefact(narrow_weights, folder / pooling, pooling=pooling))
        for pooling in ("max", "average")
    }


@pytest.fixture(scope="session", params=["gram", "moments", "wasserstein", "nearest"])
def style_loss(request):
    return request.param


@pytest.fixture(scope="session")
def artefact_with(narrow_weights, tmp_path_factory):
    """Loaded artefacts of the narrow network, one for each style loss but the default."""
    folder = tmp_path_factory.mktemp("style-losses")
    return {
        name: load_artefact(build_artefact(narrow_weights, folder / name, style_loss=name))
        for name in ("gram", "moments", "wasserstein", "nearest")
    }


@pytest.fixture(scope="session")
def measuring_artefact(narrow_weights, tmp_path_factory):
    """A loaded artefact of the narrow network that shows what measures look at."""
    settings = settings_to_measure(held_out(Settings()))
    folder = build_artefact(
        narrow_weights,
        tmp_path_factory.mktemp("measuring") / "artefact",
        content_layers=settings.all_content_layers,
        style_layers=tuple(settings.style_layers),
        style_loss=settings.style_loss,
    )
    return load_artefact(folder)


@pytest.fixture(scope="session")
def objective_of():
    """Opens the objective of an artefact, on the CPU or another engine."""

    def objective_of(artefact, engine=None):
        session = Sessions(artefact).objective(engine or choose_engine("cpu"))
        return Objective(session, artefact.manifest)

    return objective_of


@pytest.fixture(scope="session")
def aim_at():
    """Prepares targets from pictures, aims an objective at them and returns them."""

    def aim_at(objective, features, artefact, content, styles, settings, guidance=None):
        manifest = artefact.manifest
        targets = prepare_targets(features, manifest, content, styles, settings, guidance)
        objective.aim(targets, *content.shape[2:])
        return targets

    return aim_at


@pytest.fixture
def opened(monkeypatch):
    """The names of the graphs that are opened from here on."""
    opened, open_one = [], Sessions._open

    def noted(self, name, *how, **options):
        opened.append(name)
        return open_one(self, name, *how, **options)

    monkeypatch.setattr(Sessions, "_open", noted)
    return opened


@pytest.fixture(scope="session")
def held_at_peak():
    """How many float32 pictures of so many pixels some work allocates beside one another."""

    def held_at_peak(work, pixels):
        tracemalloc.start()
        try:
            work()
            return tracemalloc.get_traced_memory()[1] / (12 * pixels)
        finally:
            tracemalloc.stop()

    return held_at_peak


@pytest.fixture(scope="session")
def feedforward():
    """Writers of small networks that paint in one pass, by name: ``build``, ``zoo`` and more."""
    return SimpleNamespace(**_FEEDFORWARD)


@pytest.fixture(scope="session")
def painter_file(feedforward, tmp_path_factory):
    """A small network of ours as a file."""
    return feedforward.build(tmp_path_factory.mktemp("network") / "style.onnx")


@pytest.fixture(scope="session")
def zoo_file(feedforward, tmp_path_factory):
    """A small network in the form of the ONNX Model Zoo, for 224×224 pixels."""
    return feedforward.zoo(tmp_path_factory.mktemp("zoo") / "mosaic.onnx")
