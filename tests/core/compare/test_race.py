"""A race has the start, the objective and the budget of all others, and is judged by its bytes."""

import json
import math
from dataclasses import replace
from functools import partial

import numpy as np
import pytest

from stylecore.compare.contenders import usual_contenders
from stylecore.compare.course import course_at
from stylecore.compare.race import race
from stylecore.compare.run import Run
from stylecore.compare.stopwatch import Stopwatch
from stylecore.compare.trial import Place, Trial
from stylecore.pyramid import plan

NAMES = [one.name for one in usual_contenders()]


class Spy:
    """An objective that remembers where it was evaluated, and with what it was aimed."""

    def __init__(self, objective):
        self.real, self.points, self.aimed = objective, [], []

    def __getattr__(self, name):
        return getattr(self.real, name)

    def aim(self, targets, *size):
        self.aimed.append(targets)
        self.points.append([])
        self.real.aim(targets, *size)

    def __call__(self, x):
        self.points[-1].append(x.copy())
        return self.real(x)


@pytest.fixture
def raced(pairs, painter, settings):
    """Runs a contender over a course of its own; what came of it, and what the objective saw."""

    def raced(name, scales="coarse", seconds=None, **changes):
        changed = replace(settings, optimizer=name, **changes)
        scene, place = pairs[0].scene(changed), Place(pairs[0].name, scales)
        course = course_at(place, scene, painter.problem(scene))
        spy, told = Spy(course.problem.objective), []
        course = replace(course, problem=replace(course.problem, objective=spy))
        trial = Trial(place, name, changed, seconds)
        run, picture = race(trial, course, "key", lambda *one: told.append(one))
        return run, picture, spy, told

    return raced


@pytest.mark.parametrize("scales", ["single", "coarse"])
def test_all_begin_at_the_same_point_with_the_same_targets(raced, scales):
    found = [raced(name, scales) for name in NAMES]
    # The first time the objective is aimed is for warming up.
    firsts = [spy.points[1][0] for _, _, spy, _ in found]
    for one in firsts[1:]:
        assert (one == firsts[0]).all()
    for stages in zip(*(spy.aimed for _, _, spy, _ in found), strict=True):
        for targets in stages[1:]:
            assert targets.keys() == stages[0].keys()
            assert all((targets[name] == stages[0][name]).all() for name in targets)
    assert len({run.begin for run, *_ in found}) == 1
    assert len({run.objective for run, *_ in found}) == 1


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("scales", ["single", "coarse"])
def test_every_evaluation_counts(raced, settings, name, scales):
    run, _, spy, told = raced(name, scales, steps=24)
    made = [len(points) for points in spy.points[1:]]
    assert run.evaluations == sum(made) == len(run.curve.scale) == len(told) == 24
    assert [run.curve.scale.count(i) for i in range(len(made))] == made
    assert all(one == 1 for one in map(len, spy.points[:1]))  # warming up, which does not count
    assert [number for number, _ in told] == list(range(1, 25))


@pytest.mark.parametrize("scales", ["single", "coarse"])
def test_line_searches_count(raced, scales):
    """scipy's may look at points that it does not go to."""
    run, _, spy, _ = raced("lbfgs", scales, init="noise", steps=30)
    assert run.evaluations == 30 == sum(map(len, spy.points[1:]))


@pytest.mark.parametrize("name", NAMES)
def test_coarse_to_fine_it_is_the_run_that_a_painter_makes(raced, painter, pairs, settings, name):
    """With Grams alone, which have no neighbours, the objective is the very one."""
    run, picture, *_ = raced(name)
    result = painter.paint(pairs[0].scene(replace(settings, optimizer=name)))
    assert (picture == result.image).all()
    assert run.delivered == pytest.approx(result.report["final"])
    steps = [step for scale in result.report["scales"] for step in scale["steps"]]
    assert run.curve.losses["loss"] == pytest.approx([step["loss"] for step in steps])
    assert run.curve.losses["content"] == pytest.approx([step["content"] for step in steps])


def test_what_is_delivered_is_judged_as_bytes_and_in_fp32(raced, painter, pairs, settings):
    run, picture, *_ = raced("projected-lbfgs", "single")
    scene = pairs[0].scene(settings)
    objective = painter.objective(scene)
    wanted, _ = objective(picture.transpose(2, 0, 1)[None].astype(np.float32))
    assert run.loss == pytest.approx(wanted, rel=1e-4)
    assert sum(run.delivered[part] for part in ("content", "style", "tv")) == pytest.approx(
        run.loss
    )


def test_the_running_loss_is_the_least_at_the_last_scale(raced):
    run, *_ = raced("adam")
    last = [loss for scale, loss in zip(run.curve.scale, run.curve.losses["loss"], strict=True)
            if scale == 1]  # fmt: skip
    assert run.running == min(last)
    assert run.curve.at_last_scale()[: -len(last)] == [None] * (len(run.curve.scale) - len(last))


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("scales", ["single", "coarse"])
def test_a_clock_ends_a_run_whatever_its_steps(raced, settings, monkeypatch, name, scales):
    """Each look at the clock takes a second, so that no real one counts."""
    ticks = iter(range(10**9))
    monkeypatch.setattr(
        "stylecore.compare.race.Stopwatch", partial(Stopwatch, clock=lambda: float(next(ticks)))
    )
    run, picture, spy, _ = raced(name, scales, seconds=200.0, steps=3)
    assert run.seconds >= 200
    assert run.evaluations == sum(map(len, spy.points[1:]))
    assert run.evaluations > 3
    shares = work_of(pairs_scales(settings, scales))
    spent, before = [], 0.0
    for stage in range(len(shares)):
        last = max(i for i, scale in enumerate(run.curve.scale) if scale == stage)
        spent.append(run.curve.seconds[last] - before)
        before = run.curve.seconds[last]
    for one, share in zip(spent, shares, strict=True):
        assert one == pytest.approx(200 * share, abs=12)
    assert picture.shape == (36, 48, 3)
    assert run.budget == 200.0


def pairs_scales(settings, scales):
    changed = settings if scales == "coarse" else replace(settings, coarsest=settings.size)
    return plan(36, 48, replace(changed, steps=3))


def work_of(scales):
    works = [scale.steps * scale.pixels for scale in scales]
    return [work / sum(works) for work in works]


def test_seconds_are_those_of_objective_and_optimizer(raced):
    run, *_ = raced("projected-lbfgs")
    assert run.seconds == pytest.approx(run.objective_seconds + run.own_seconds)
    assert run.objective_seconds > 0
    assert run.own_seconds > 0
    assert list(run.curve.seconds) == sorted(run.curve.seconds)
    assert run.curve.seconds[-1] <= run.seconds


def test_a_run_comes_back_from_plain_values(raced):
    run, *_ = raced("adam")
    again = Run.of_dict(json.loads(json.dumps(run.as_dict(), allow_nan=False)))
    assert again == run
    assert again.place == run.place
    assert again.loss == run.loss


def test_a_loss_that_is_no_number_is_kept_as_none(raced, monkeypatch):
    real = Spy.__call__

    def sometimes(self, x):
        loss, gradient = real(self, x)
        if len(self.points[-1]) == 3:
            self.real.losses = dict.fromkeys(self.real.losses, math.nan)
            return math.nan, gradient * np.float32(np.nan)
        return loss, gradient

    monkeypatch.setattr(Spy, "__call__", sometimes)
    run, *_ = raced("adam", "single")
    assert run.curve.losses["loss"][2] is None
    assert run.running is not None
    assert math.isfinite(run.loss)
