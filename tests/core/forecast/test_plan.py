"""The plan: the scales that the run goes through, and what they add up to."""

import json
from dataclasses import replace

import numpy as np
import pytest

from stylecore import Settings, read_scene, stylize
from stylecore.engine.engines import choose_engine
from stylecore.forecast.plan import planned
from stylecore.forecast.speed import Speed
from stylecore.optimizers.pairs import Memory
from stylecore.tiling.fitting import Fit

RNG = np.random.default_rng(0)
CONTENT = RNG.integers(0, 256, (48, 64, 3), np.uint8)
STYLE = RNG.integers(0, 256, (50, 50, 3), np.uint8)
CPU = choose_engine("cpu", 1)
SETTINGS = Settings(size=64, coarsest=32, steps=8, engine="cpu", threads=1)


@pytest.fixture
def manifest(narrow_artefact):
    return narrow_artefact["average"].manifest


@pytest.fixture
def plan(manifest):
    def plan(speed, settings=SETTINGS, setup=0.0, side=0, engine=CPU):
        scene = read_scene(CONTENT, STYLE, settings)
        fits = [Fit(0, Memory(), 1e9), Fit(side, Memory(), 2e9)]
        return planned(scene, manifest, engine, fits, 3e9, speed, setup)

    return plan


def test_it_goes_through_the_scales_of_the_run(plan, narrow_artefact):
    result = stylize(CONTENT, STYLE, model=narrow_artefact["average"], settings=SETTINGS)
    ran = [(one["width"], one["height"], len(one["steps"])) for one in result.report["scales"]]
    stages = [stage.scale for stage in plan(Speed(1, 0)).stages]
    assert [(one.width, one.height, one.steps) for one in stages] == ran


def test_seconds_are_those_of_the_steps_and_of_what_stands_between_them(plan):
    found = plan(Speed(1.0, 0.0), setup=5.0)
    steps = sum(stage.scale.steps for stage in found.stages)
    assert steps + 5 < found.seconds < 2 * steps + 12
    twice = plan(Speed(2.0, 0.0), setup=5.0)
    assert twice.seconds - 5 == pytest.approx(2 * (found.seconds - 5))


def test_a_larger_scale_takes_longer_by_the_pixels_that_are_seen(plan, manifest):
    first, last = plan(Speed(0.0, 1e-6)).stages
    margin = 2 * manifest.margin
    seen = [(one.scale.height + margin) * (one.scale.width + margin) for one in (first, last)]
    each = [one.seconds / one.scale.steps for one in (first, last)]
    assert each[1] / each[0] > 0.5 * seen[1] / seen[0]


def test_tiles_are_looked_at_with_what_lies_around_them_and_twice(plan):
    whole, tiled = (plan(Speed(0.0, 1e-6), side=side).stages[-1] for side in (0, 32))
    # Each of the four tiles reads nearly the whole of so small a picture.
    assert 4 * 1.3 * 0.6 < tiled.seconds / whole.seconds < 4 * 1.5


def test_the_peak_is_that_of_the_scale_that_holds_most_and_known_for_one_engine(plan):
    assert plan(Speed(1, 0)).peak == 2e9
    other = replace(CPU, name="cuda", provider="CUDAExecutionProvider")
    assert plan(Speed(1, 0), engine=other).peak is None


def test_it_is_ready_for_json(plan):
    told = json.loads(json.dumps(plan(Speed(0.5, 1e-6), setup=1.5).as_dict(), allow_nan=False))
    assert told["scales"][-1]["width"] == 64
    assert told["seconds"]["total"] == pytest.approx(
        1.5 + sum(one["seconds"] for one in told["scales"])
    )
    assert told["settings"]["steps"] == 8
    assert told["engine"]["name"] == "cpu"
    assert (told["peak_memory_bytes"], told["memory_limit_bytes"]) == (2_000_000_000, 3_000_000_000)
    assert [one["tile"] for one in told["scales"]] == [None, None]
