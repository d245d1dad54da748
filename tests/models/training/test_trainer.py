from types import SimpleNamespace

import numpy as np
import pytest

from stylecore.engine.engines import choose_engine
from stylecore.errors import EngineError
from stylecore.models.networks.sizes import Shape
from stylecore.models.networks.weights import first_weights
from stylecore.models.training.judge import Judge
from stylecore.models.training.network import TrainedNetwork, noise_for
from stylecore.models.training.photographs import Photographs, find_photographs
from stylecore.models.training.schedule import Schedule
from stylecore.models.training.settings import LOOK, TrainingSettings
from stylecore.models.training.state import TrainingState
from stylecore.models.training.trainer import Trainer
from stylecore.scene import read_scene
from stylecore.settings import Settings

SMALL = Shape((6, 8, 12), blocks=2)
ENGINE = choose_engine("cpu", 1)


@pytest.fixture(scope="module")
def network():
    return TrainedNetwork(SMALL, ENGINE)


@pytest.fixture(scope="module")
def trainer_of(network, judging_artefact, painting, album):
    settings = Settings(**{**LOOK.as_dict(), "size": 128, "style_layers": LOOK.style_layers})
    photographs = Photographs(find_photographs(album), 128)
    scene = read_scene(photographs.together(), painting, settings)
    judge = Judge(judging_artefact, ENGINE, scene)

    def trainer_of(state=None, judge=judge, **how):
        how = {"steps": 6, "coarse_crop": 64, "crop": 64} | how
        state = state or TrainingState.first(first_weights(SMALL, 0), len(judge.parts))
        schedule = Schedule(TrainingSettings(**how), 0)
        return Trainer(network, judge, photographs, schedule, state)

    return trainer_of


def test_the_loss_falls(trainer_of):
    one = trainer_of(steps=40)
    losses = []
    one.run(lambda step: losses.append(step.losses["loss"]))
    assert len(losses) == 40
    assert np.mean(losses[-8:]) < 0.75 * np.mean(losses[:8])


def test_the_same_seed_gives_the_same_weights(trainer_of):
    one, other = trainer_of(), trainer_of()
    for each in (one, other):
        each.run()
    np.testing.assert_array_equal(one.state.weights, other.state.weights)
    np.testing.assert_array_equal(one.state.averaged, other.state.averaged)


def test_what_is_gone_on_with_ends_where_the_whole_does(trainer_of):
    class Stop(Exception):
        pass

    def stop(step):
        if step.step == 3:
            raise Stop

    whole, part = trainer_of(), trainer_of()
    whole.run()
    with pytest.raises(Stop):
        part.run(stop)
    rest = trainer_of(part.state)
    rest.run()
    assert rest.state.steps == whole.state.steps == 6
    np.testing.assert_array_equal(rest.state.weights, whole.state.weights)
    np.testing.assert_array_equal(rest.state.past[:, 1:], whole.state.past[:, 1:])
    assert (np.diff(rest.state.past[:, 0]) > 0).all()


def test_a_finished_training_takes_no_more_steps(trainer_of):
    one = trainer_of()
    one.run()
    again = trainer_of(one.state)
    again.run()
    assert again.state is one.state


def test_the_loss_of_a_batch_is_the_mean_of_its_pictures(trainer_of):
    """And so is its gradient: a step of two against one of each, from the same weights."""
    step = trainer_of(batch=2).step()
    several = trainer_of(batch=2)
    numbers = several._schedule.crops(0)
    weights = several.state.weights
    rng = np.random.default_rng([0, 2, 0])
    crops = [several._photographs.crop(number, 64) for number in numbers]
    noise = noise_for(rng, np.concatenate(crops))
    losses, gradients = [], []
    for index, (number, crop) in enumerate(zip(numbers, crops, strict=True)):
        styled = several._network.paint(weights, crop, noise[index : index + 1])
        _, cotangent = several._judge(styled, several._targets_of(number, crop))
        losses.append(several._judge.losses["loss"])
        gradients.append(several._network.pull_back(cotangent))
    assert step.losses["loss"] == pytest.approx(np.mean(losses), rel=1e-5)
    _, gradient = several._evaluated(0, 64)
    wanted = np.mean(gradients, axis=0)
    assert np.linalg.norm(gradient - wanted) < 1e-4 * np.linalg.norm(wanted)


def test_it_tells_where_it_stands(trainer_of):
    told = []
    trainer_of(coarse_crop=64, crop=68).run(told.append)
    assert [step.step for step in told] == [1, 2, 3, 4, 5, 6]
    assert [step.side for step in told] == [64, 64, 68, 68, 68, 68]
    assert told[-1].progress == 1
    assert told[2].progress == 0.5
    assert told[2].remaining == pytest.approx(told[2].seconds)
    assert set(told[0].losses) == {"loss", "content", "style", "tv"}


def judge_that_loses(parts, when):
    """A judge that has no number for some of its calls."""
    calls = []

    def judge(styled, _targets):
        calls.append(1)
        loss = np.nan if len(calls) in when else 1.0
        judge.losses = dict.fromkeys(("loss", *parts), loss)
        return loss, np.full_like(styled, loss)

    judge.parts, judge.targets = parts, lambda crop: {}
    return judge


def test_a_loss_that_is_no_number_now_and_then_is_passed_over(trainer_of):
    one = trainer_of(judge=judge_that_loses(("content",), {2, 4}))
    one.run()
    assert one.state.steps == 6
    assert np.isfinite(one.state.weights).all()


def test_one_that_stays_so_ends_the_training(trainer_of):
    one = trainer_of(judge=judge_that_loses(("content",), range(2, 99)))
    with pytest.raises(EngineError, match="no finite number from step 2 on; give other weights"):
        one.run()
    assert np.isfinite(one.state.weights).all()


def test_minutes_end_it(trainer_of, monkeypatch):
    from stylecore.models.training import trainer

    clock = SimpleNamespace(now=0.0)

    def tick():
        clock.now += 1.0
        return clock.now

    monkeypatch.setattr(trainer, "perf_counter", tick)
    one = trainer_of(steps=0, minutes=0.5)
    one.run()
    assert 5 < one.state.steps < 20
    assert 27 <= one.state.seconds <= 31
