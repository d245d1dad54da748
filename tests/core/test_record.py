import numpy as np
import pytest

from stylecore.control.finish import Finish
from stylecore.engine.engines import choose_engine
from stylecore.errors import EngineError
from stylecore.pyramid import Scale
from stylecore.record import Record
from stylecore.report import Report
from stylecore.settings import Settings

SCALES = (Scale(4, 6, 2), Scale(8, 12, 3))


class Objective:
    """What a record asks of an objective."""

    losses = {"loss": 3.0, "content": 1.0, "style": 2.0}  # noqa: RUF012

    def picture(self, x):
        return x.reshape(1, 3, *self.size)


@pytest.fixture
def objective():
    return Objective()


@pytest.fixture
def report(narrow_artefact):
    return Report(Settings(), choose_engine("cpu"), narrow_artefact["max"].manifest)


@pytest.fixture
def told():
    return []


@pytest.fixture
def record(objective, report, told):
    finish = Finish(np.zeros((8, 12, 3), np.float32))
    return Record(SCALES, objective, finish, report, told.append)


def level(scale, value):
    return np.full((1, 3, scale.height, scale.width), value, np.float32)


def play(record, objective, scale, losses):
    """One scale, in which the picture of loss l has the level l."""
    objective.size = scale.height, scale.width
    record.begin()
    for loss in losses:
        record(level(scale, loss), loss)


def test_the_best_is_that_of_the_least_finite_loss(record, objective):
    play(record, objective, SCALES[0], [5.0, float("nan"), 2.0, float("-inf"), 3.0])
    assert (record.best == 2).all()


def test_a_finer_scale_counts_more_than_a_lower_loss(record, objective):
    play(record, objective, SCALES[0], [1.0])
    play(record, objective, SCALES[1], [float("nan")])
    assert record.best.shape[2:] == (4, 6)
    record(level(SCALES[1], 9.0), 9.0)
    assert record.best.shape[2:] == (8, 12)


NAN = float("nan")


@pytest.mark.parametrize(
    ("losses", "step"),
    [([NAN], 1), ([NAN, NAN], 1), ([5.0, 4.0, NAN, NAN, NAN], 3), ([5.0, NAN, 4.0, *[NAN] * 4], 2)],
)
def test_a_search_that_is_lost_names_scale_and_step(record, objective, losses, step):
    play(record, objective, SCALES[0], losses)
    with pytest.raises(EngineError) as caught:
        record.begin()
    told = f"the loss is no finite number at scale 1/2 (6×4), from step {step} on; give other"
    assert str(caught.value).startswith(told)


def test_the_last_scale_may_be_lost_too(record, objective):
    play(record, objective, SCALES[0], [2.0, 1.0])
    play(record, objective, SCALES[1], [float("inf")] * 3)
    with pytest.raises(EngineError, match=r"scale 2/2 \(12×8\), from step 1 on"):
        record.finish()
    assert (record.best == 1).all()


def test_a_way_back_is_worth_a_note(record, objective):
    play(record, objective, SCALES[0], [3.0, NAN, NAN, NAN, 2.0])
    play(record, objective, SCALES[1], [1.0, NAN])
    first, second = record.finish()
    assert first.startswith("the loss was no finite number at scale 1/2 (6×4), first at step 2")
    assert second.startswith("the loss was no finite number at scale 2/2 (12×8), first at step 2")


@pytest.mark.parametrize(("levels", "moved"), [([5.0, 4.0], True), ([4.0, 5.0], False)])
def test_a_picture_that_did_not_move_is_worth_a_note(record, objective, levels, moved):
    play(record, objective, SCALES[0], levels)
    play(record, objective, SCALES[1], [4.0])
    assert any("the picture did not move" in note for note in record.finish()) is not moved


def test_steps_tell_where_the_run_stands(record, objective, told, report):
    play(record, objective, SCALES[0], [5.0, 4.0])
    play(record, objective, SCALES[1], [3.0, 2.0, 1.0])
    where = [(step.scale, step.step, step.steps, step.width) for step in told]
    assert where == [(1, 1, 2, 6), (1, 2, 2, 6), (2, 1, 3, 12), (2, 2, 3, 12), (2, 3, 3, 12)]
    assert told[0].parts == {"content": 1.0, "style": 2.0}
    assert told[-1].remaining == 0
    assert (told[2].picture() == 3).all()
    assert [len(scale["steps"]) for scale in report.scales] == [2, 3]


def test_what_a_scale_started_from_is_forgotten_once_the_picture_has_moved(record, objective):
    play(record, objective, SCALES[0], [5.0])
    assert record._start is not None
    record(level(SCALES[0], 4.0), 4.0)
    assert record._start is None
    assert record.noted().moved
