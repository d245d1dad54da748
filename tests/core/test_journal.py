"""A run that is stopped anywhere and goes on from its checkpoint ends in the same picture."""

import json
import time
from dataclasses import replace

import numpy as np
import pytest

from stylecore import (
    Interrupted,
    Painter,
    Region,
    Settings,
    blend_strip,
    journal,
    mix_scales,
    stylize,
)
from stylecore.checkpoints.archive import Saved, read_archive, write_archive
from stylecore.checkpoints.checkpoint import Checkpoint
from stylecore.engine.objective import Objective
from stylecore.errors import CheckpointError
from stylecore.results import UnfinishedError

SETTINGS = Settings(
    size=48, coarsest=32, steps=9, pooling="max", engine="cpu", threads=1, detail="content"
)
RNG = np.random.default_rng(0)
CONTENT = RNG.integers(0, 256, (40, 48, 3), np.uint8)
STYLE = RNG.integers(0, 256, (50, 50, 3), np.uint8)
OTHER = RNG.integers(0, 90, (40, 60, 3), np.uint8)
LEFT = np.zeros((40, 48), np.float32)
LEFT[:, :24] = 1
TRANSPARENT = np.dstack([CONTENT, (255 * LEFT).astype(np.uint8)])


@pytest.fixture(scope="module")
def painter(narrow_artefact):
    with Painter(narrow_artefact["max"], SETTINGS) as painter:
        yield painter


@pytest.fixture
def checkpoint(tmp_path):
    return lambda **how: Checkpoint(tmp_path / "run.checkpoint", **how)


class Stop:
    """Ctrl-C at a step; it counts all of them."""

    def __init__(self, at):
        self.at, self.seen = at, []

    def __call__(self, step):
        self.seen.append((step.scale, step.step, step.done, step.loss))
        if len(self.seen) == self.at:
            raise KeyboardInterrupt


def without_times(report):
    """A report, but for what two runs never have in common."""
    report = json.loads(json.dumps(report))
    del report["memory"]["limit_bytes"]
    for scale in report["scales"]:
        for step in scale["steps"]:
            del step["seconds"]
    return {name: one for name, one in report.items()
            if name not in ("seconds", "peak_memory_bytes", "resumed")}  # fmt: skip


RUNS = {
    "projected-lbfgs": {"detail": "example"},
    "lbfgs": {"optimizer": "lbfgs"},
    "adam": {"optimizer": "adam"},
    "noise": {"init": "noise"},
    "luminance": {"color": "luminance", "keep": LEFT},
    "regions": {"regions": [Region(LEFT, {0: None}), Region(1 - LEFT, {1: None}, 0.5)],
                "style": [STYLE, OTHER]},
    "alpha": {"content": TRANSPARENT},
    "start": {"start": CONTENT[::-1]},
}  # fmt: skip


@pytest.fixture
def run(painter):
    def run(given, on_step=None, checkpoint=None):
        given = dict(given)
        pictures = given.pop("content", CONTENT), given.pop("style", STYLE)
        controls = {name: given.pop(name) for name in ("keep", "regions", "start") if name in given}
        return stylize(*pictures, model=painter, settings=replace(SETTINGS, **given),
                       on_step=on_step, checkpoint=checkpoint, **controls)  # fmt: skip

    return run


@pytest.mark.parametrize(
    ("name", "stops"), [*((name, (5, 2)) for name in RUNS), ("projected-lbfgs", (1, 7))]
)
def test_stopped_and_gone_on_with_it_is_the_same_picture(run, checkpoint, name, stops):
    whole, seen = Stop(None), []
    wanted = run(RUNS[name], whole)
    for at in stops:
        stop = Stop(at)
        with pytest.raises(KeyboardInterrupt):
            run(RUNS[name], stop, checkpoint())
        seen += stop.seen[:-1]  # the step that was stopped in is made again
    stop = Stop(None)
    with checkpoint() as last:
        found = run(RUNS[name], stop, last)
    assert seen + stop.seen == whole.seen
    assert (found.picture == wanted.picture).all()
    assert without_times(found.report) == without_times(wanted.report)
    assert found.report["resumed"] == sum(at > 1 for at in stops)
    assert not last.is_there()


def test_between_steps_it_is_written_as_often_as_asked_for(run, checkpoint):
    sizes = []

    def look(step):
        there = checkpoint()
        sizes.append(there.path.stat().st_size if there.is_there() else 0)

    run({}, look, checkpoint(every=0))
    assert sizes[0] == 0
    assert all(sizes[1:])
    checkpoint().remove()
    sizes.clear()
    run({}, look, checkpoint())
    assert not any(sizes)  # it is over before the first is due


def test_what_a_step_takes_is_without_the_writing(run, checkpoint, monkeypatch):
    def slow(path, saved):
        time.sleep(0.1)

    monkeypatch.setattr("stylecore.checkpoints.checkpoint.write_archive", slow)
    steps = []
    run({}, steps.append, checkpoint(every=0))
    assert sorted(step.seconds for step in steps)[0] < 0.1


def test_a_mixed_style_goes_on_in_its_picture(run, painter, checkpoint):
    def mixed(checkpoint, *on_step):
        style = mix_scales(STYLE, OTHER, model=painter, settings=SETTINGS,
                           checkpoint=checkpoint, on_step=on_step[0])  # fmt: skip
        return run({"style": style.picture}, on_step[1], checkpoint)

    wanted = mixed(None, None, None)
    with pytest.raises(Interrupted):
        mixed(checkpoint(), Stop(2), None)
    with pytest.raises(Interrupted):
        mixed(checkpoint(), None, Stop(4))
    again, rest = Stop(None), Stop(None)
    assert (mixed(checkpoint(), again, rest).image == wanted.image).all()
    assert not again.seen
    assert rest.seen[0][2] == 4


def test_a_strip_goes_on_in_its_picture(painter, checkpoint):
    def strip(checkpoint, on_step, **changes):
        settings = replace(SETTINGS, steps=20, **changes)
        return blend_strip(CONTENT, STYLE, OTHER, count=3, model=painter, settings=settings,
                           checkpoint=checkpoint, on_step=on_step)  # fmt: skip

    wanted = strip(None, None)
    with pytest.raises(Interrupted):
        strip(checkpoint(), Stop(22))
    stop = Stop(2)
    with pytest.raises(Interrupted):
        strip(checkpoint(), stop)
    assert stop.seen[0][2] == 2  # of the second picture
    with pytest.raises(CheckpointError, match=r"content_weight was 0\.05, is 0\.5"):
        strip(checkpoint(), None, content_weight=0.5)
    found = strip(checkpoint(), None)
    for one, other in zip(found, wanted, strict=True):
        assert (one.image == other.image).all()
        assert without_times(one.report) == without_times(other.report)


DIFFERENT = {
    "steps was 9, is 10": {"steps": 10},
    "the content was no file, is another no file": {"content": OTHER[:, :48]},
    "there was no style 2": {"style": [STYLE, OTHER]},
    "there was no keep": {"keep": LEFT},
    "there was no start": {"start": CONTENT},
}


@pytest.mark.parametrize("words", DIFFERENT)
def test_another_run_is_told_from_it(run, checkpoint, words):
    with pytest.raises(Interrupted):
        run({}, Stop(4), checkpoint())
    before = checkpoint().path.read_bytes()
    with pytest.raises(CheckpointError, match=r"run\.checkpoint is of another run: ") as caught:
        run(DIFFERENT[words], None, checkpoint())
    assert words in str(caught.value)
    assert "\n" not in str(caught.value)
    assert checkpoint().path.read_bytes() == before


def test_another_network_is_told_from_it(run, checkpoint, painter):
    with pytest.raises(Interrupted):
        run({}, Stop(3), checkpoint())
    artefact = painter.artefact
    files = {**artefact.manifest.files, "more": "0"}
    other = replace(artefact, manifest=replace(artefact.manifest, files=files))
    with pytest.raises(CheckpointError, match="the network is another"):
        stylize(CONTENT, STYLE, model=other, settings=SETTINGS, checkpoint=checkpoint())


def test_on_another_engine_it_goes_on_and_says_so(run, checkpoint, monkeypatch):
    with pytest.raises(Interrupted):
        run({}, Stop(4), checkpoint())
    versions = journal.versions
    monkeypatch.setattr(journal, "versions", lambda: {**versions(), "numpy": "3.0"})
    (told,) = run({"threads": 2}, None, checkpoint()).report["warnings"]
    assert told.startswith("the run was begun elsewhere (numpy was ")
    assert told.endswith("is 3.0); its last digits may differ")


def test_what_cannot_be_written_is_said_once_and_ends_nothing(run, tmp_path):
    told = []
    lost = Checkpoint(tmp_path / "nothing" / "run", every=0, on_failure=told.append)
    result = run({}, None, lost)
    (line,) = told
    assert line.startswith(f"cannot write {tmp_path / 'nothing' / 'run'}: there is no folder")
    assert result.report["warnings"] == [line]


def test_a_second_wish_to_end_gives_up_the_checkpoint_alone(run, checkpoint, monkeypatch):
    def interrupted(path, saved):
        raise KeyboardInterrupt

    monkeypatch.setattr("stylecore.checkpoints.checkpoint.write_archive", interrupted)
    last = checkpoint()
    with pytest.raises(Interrupted) as caught:
        run({}, Stop(4), last)
    assert caught.value.result.image.shape == CONTENT.shape
    assert "was not written to the end" in last.failure


def test_an_error_leaves_a_checkpoint_too(run, checkpoint, monkeypatch):
    wanted, evaluate, count = run({}), Objective.__call__, iter(range(5))

    def failing(self, x):
        if next(count, None) is None:
            raise OSError("the disk is gone")
        return evaluate(self, x)

    monkeypatch.setattr(Objective, "__call__", failing)
    with pytest.raises(UnfinishedError, match="the disk is gone"):
        run({}, None, checkpoint())
    monkeypatch.undo()
    rest = Stop(None)
    assert (run({}, rest, checkpoint()).image == wanted.image).all()
    assert len(rest.seen) == SETTINGS.steps - 5


def test_interrupted_before_its_next_step_it_has_its_best_picture(run, checkpoint, monkeypatch):
    pictures = []

    def eighth(step):
        if step.done == 8:
            raise KeyboardInterrupt
        pictures.append((-step.scale, step.loss, step.picture()))

    with pytest.raises(Interrupted):
        run({}, eighth, checkpoint())

    def interrupted(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr("stylecore.descent.grown", interrupted)
    monkeypatch.setattr("stylecore.scene.Scene.at", interrupted)
    with pytest.raises(Interrupted) as caught:
        run({}, None, checkpoint())
    assert (caught.value.result.image == min(pictures, key=lambda one: one[:2])[2]).all()
    assert checkpoint().is_there()


def test_values_that_no_run_has_are_refused(run, checkpoint):
    with pytest.raises(Interrupted):
        run({}, Stop(6), checkpoint())
    path = checkpoint().path
    saved = read_archive(path)
    part = saved.values["parts"][0]
    for change in (
        {"scales": []},
        {"scales": None},
        {"noted": {**part["noted"], "index": 7}},
        {"noted": {**part["noted"], "steps": "many"}},
        {"mark": {}},
        {"identity": {}},
        {"identity": {**part["identity"], "inputs": 3}},
    ):
        parts = {"parts": [{**part, **change}]}
        write_archive(path, Saved({**saved.values, **parts}, saved.arrays))
        with pytest.raises(CheckpointError, match="does not hold what a checkpoint should"):
            run({}, None, checkpoint())
    for arrays in ({}, {**saved.arrays, "0.start": CONTENT}):
        write_archive(path, Saved(saved.values, arrays))
        with pytest.raises(CheckpointError, match="does not hold what a checkpoint should"):
            run({}, None, checkpoint())
