from dataclasses import replace

import numpy as np
import pytest

from stylecore.compare.course import NOISE, course_at, digest_of
from stylecore.compare.trial import Place
from stylecore.control.canvas import Canvas
from stylecore.growth import first
from stylecore.painter import Painter
from stylecore.pyramid import Scale
from stylecore.settings import Settings


@pytest.fixture
def course(pairs, painter, settings):
    def course(scales="coarse", start=0, pair=0, **changes):
        scene = pairs[pair].scene(replace(settings, **changes))
        place = Place(pairs[pair].name, scales, start)
        return course_at(place, scene, painter.problem(scene))

    return course


def test_laid_out_again_it_is_the_same(course):
    one, other = course(), course()
    assert (one.objective, one.begin) == (other.objective, other.begin)
    assert (one.start == other.start).all()


HEAVIER = {**Settings().style_layers, "relu1_1": 2.0}


@pytest.mark.parametrize(
    "changes", [{"content_weight": 0.06}, {"pair": 1}, {"style_layers": HEAVIER}, {"size": 46}]
)
def test_another_objective_is_told(course, changes):
    assert course().objective != course(**changes).objective


def test_what_a_contender_chooses_changes_neither_objective_nor_start(course):
    one = course()
    other = course(optimizer="adam", learning_rate=0.1, betas=(0.1, 0.2), history_size=3)
    assert (one.objective, one.begin) == (other.objective, other.begin)


def test_neighbours_are_the_same_for_all(pairs, artefact_with, settings):
    """They are chosen by the content; by its own picture each contender would have others."""
    settings = replace(settings, style_loss="nearest")
    with Painter(artefact_with["nearest"], settings) as painter:
        scene = pairs[0].scene(settings)
        problem = painter.problem(scene)
        place = Place(pairs[0].name, "single")
        found = course_at(place, scene, problem)
        (stage,) = found.stages
        elsewhere = problem.prepared(stage.study, np.zeros_like(found.start))
        assert found.objective == course_at(place, scene, painter.problem(scene)).objective
    changed = [name for name, one in elsewhere.items() if (one != stage.targets[name]).any()]
    assert changed


def test_a_canvas_is_part_of_the_objective(course):
    (stage,) = course("single").stages
    keep = np.zeros((1, 1, *stage.study.content.shape[2:]), np.float32)
    study = replace(stage.study, canvas=Canvas(stage.study.content, keep))
    assert digest_of([stage]) != digest_of([replace(stage, study=study)])


def test_scales_are_those_of_a_run(course, settings):
    sizes = [stage.scale.longest for stage in course().stages]
    assert sizes == [32, 48]
    assert sum(stage.scale.steps for stage in course().stages) == settings.steps
    (single,) = course("single").stages
    assert (single.scale.longest, single.scale.steps) == (48, settings.steps)
    assert sum(stage.share for stage in course().stages) == pytest.approx(1)


def test_the_first_start_is_that_of_a_run_and_the_others_lie_around_it(course):
    scene = course().scene
    assert (course().start == first(scene, Scale(24, 32, 0))).all()
    starts = [course("single", start).start for start in range(3)]
    for one in starts[1:]:
        moved = one - starts[0]
        assert NOISE / 2 < moved.std() < NOISE * 1.1  # the box holds some of it
        assert one.min() >= 0
        assert one.max() <= 255
    assert (starts[1] != starts[2]).any()


def test_noise_starts_are_further_noise(course):
    starts = [course("single", start, init="noise").start for start in range(2)]
    rng = np.random.default_rng(1)
    wanted = np.clip(rng.normal(127.5, 32.0, starts[1].shape), 0, 255).astype(np.float32)
    assert (starts[1] == wanted).all()
    assert (starts[0] != starts[1]).any()
