"""A painter paints many scenes: the same pictures as one-off runs, from threads too."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import numpy as np
import pytest

from stylecore import Painter, Settings, objective_between, read_scene, stylize
from stylecore.engine.session import Session
from stylecore.errors import EngineError, ModelError

SETTINGS = Settings(size=64, coarsest=32, steps=8, pooling="max", engine="cpu", threads=1)
RNG = np.random.default_rng(0)
CONTENT = RNG.integers(0, 256, (48, 64, 3), np.uint8)
TALL = RNG.integers(0, 256, (64, 40, 3), np.uint8)
STYLE = RNG.integers(0, 256, (50, 50, 3), np.uint8)
OTHER = RNG.integers(0, 90, (40, 60, 3), np.uint8)
LEFT = np.zeros((48, 64), np.float32)
LEFT[:, :32] = 1


@pytest.fixture
def model(narrow_artefact):
    return narrow_artefact["max"].folder


@pytest.fixture
def scenes():
    return [
        read_scene(CONTENT, STYLE, SETTINGS),
        read_scene(TALL, [STYLE, OTHER], replace(SETTINGS, optimizer="adam")),
        read_scene(CONTENT, OTHER, SETTINGS, keep=LEFT),
        read_scene(TALL, OTHER, replace(SETTINGS, color="luminance", size=48)),
    ]


@pytest.fixture
def one_by_one(model, scenes):
    """The pictures of runs of their own."""
    return [Painter(model, SETTINGS).paint(scene).image for scene in scenes]


def test_one_painter_paints_what_many_do(model, scenes, one_by_one):
    with Painter(model, SETTINGS) as painter:
        for _ in range(2):
            for scene, wanted in zip(scenes, one_by_one, strict=True):
                assert (painter.paint(scene).image == wanted).all()


def test_what_is_kept_for_further_pictures_changes_none(model, scenes, one_by_one, monkeypatch):
    """Styles are looked at once at each size, and contents too."""
    runs, run = [], Session._run
    monkeypatch.setattr(
        Session, "_run", lambda self, *words: runs.append(self._spare) or run(self, *words)
    )
    needed = []
    with Painter(model, SETTINGS, keep=10**8) as painter:
        for _ in range(2):
            runs.clear()
            for scene, wanted in zip(scenes, one_by_one, strict=True):
                assert (painter.paint(scene).image == wanted).all()
            needed.append(sum(runs))
    assert needed[1] < needed[0] / 2


def test_threads_do_not_disturb_one_another(model, scenes, one_by_one):
    with Painter(model, SETTINGS) as painter, ThreadPoolExecutor(4) as pool:
        found = list(pool.map(painter.paint, scenes * 2))
    for result, wanted in zip(found, one_by_one * 2, strict=True):
        assert (result.image == wanted).all()


def test_graphs_are_opened_once(model, scenes, opened):
    with Painter(model, SETTINGS) as painter:
        for scene in scenes[:2]:
            painter.paint(scene)
    assert sorted(opened) == ["features.onnx", "objective.onnx"]


@pytest.mark.parametrize("kind", ["folder", "artefact", "painter"])
def test_a_run_takes_a_folder_an_artefact_or_a_painter(narrow_artefact, model, one_by_one, kind):
    given = {
        "folder": model,
        "artefact": narrow_artefact["max"],
        "painter": Painter(model, SETTINGS),
    }[kind]
    assert (stylize(CONTENT, STYLE, model=given, settings=SETTINGS).image == one_by_one[0]).all()


def test_a_scene_of_other_layers_is_refused(model):
    with Painter(model, SETTINGS) as painter:
        scene = read_scene(CONTENT, STYLE, replace(SETTINGS, pooling="average"))
        with pytest.raises(ModelError, match="which the settings do not ask for"):
            painter.paint(scene)


def test_a_closed_painter_says_so(model, scenes):
    with Painter(model, SETTINGS) as painter:
        pass
    with pytest.raises(EngineError, match="this painter is closed"):
        painter.paint(scenes[0])


@pytest.mark.parametrize("where", [{}, {"keep": LEFT}], ids=["free", "kept"])
@pytest.mark.parametrize("color", ["style", "luminance"])
def test_the_objective_between_is_the_one_that_a_run_ends_with(model, where, color):
    settings = replace(SETTINGS, color=color, coarsest=64)
    steps, objective = (
        [],
        objective_between(CONTENT, STYLE, model=model, settings=settings, **where),
    )
    stylize(CONTENT, STYLE, model=model, settings=settings, on_step=steps.append, **where)
    start = read_scene(CONTENT, STYLE, settings).content.transpose(2, 0, 1)[None]
    loss, gradient = objective(np.ascontiguousarray(start))
    assert loss == steps[0].loss
    if where:
        assert not gradient[..., :32].any()
        assert (objective.picture(255 - start)[..., :32] == start[..., :32]).all()
