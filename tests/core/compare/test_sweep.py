import math
from dataclasses import replace

import pytest

from stylecore.compare.contenders import Contender, parse_contender
from stylecore.compare.rules import Rules
from stylecore.compare.sweep import SWEPT, geometric_mean, sweep, trials, with_the_usual
from stylecore.settings import Settings

BASE = Settings(size=48)
ADAM = Contender("adam", "adam")


class Judge:
    """Likes one learning rate, and with it one averaging; it counts what it is asked."""

    def __init__(self, rate, averaging=0.8):
        self.rate, self.averaging, self.asked = rate, averaging, []

    def __call__(self, settings):
        self.asked.append(settings)
        far = abs(math.log(settings.learning_rate / self.rate))
        return [1 + far + abs(settings.averaging - self.averaging), 2.0]


def test_it_finds_the_best_of_each_parameter_in_turn():
    judge = Judge(4.0)
    found = sweep(ADAM, "single", BASE, judge)
    assert found.chosen == {"learning_rate": 4.0, "betas": (0.9, 0.99), "averaging": 0.8}
    assert len(judge.asked) == len(found.tried) == trials("adam", BASE)
    assert all(one.optimizer == "adam" and one.size == 48 for one in judge.asked)
    best = [one for one in found.tried if one.best]
    assert [one.parameter for one in best] == ["learning_rate", "betas", "averaging"]
    assert not any(one.at_the_end for one in found.tried)
    assert best[-1].mean == pytest.approx(math.sqrt(1.0 * 2.0))
    # What was found first holds for what is looked for next.
    assert all(one.parameters["learning_rate"] == 4.0 for one in found.tried[-3:])


@pytest.mark.parametrize(("rate", "end"), [(0.1, 0.5), (100.0, 32.0)])
def test_a_best_value_at_the_end_of_its_row_is_told_of(rate, end):
    found = sweep(ADAM, "coarse", BASE, Judge(rate))
    (last,) = [one for one in found.tried if one.at_the_end]
    assert (last.parameter, last.value) == ("learning_rate", end)
    assert found.as_dict()["tried"][0]["parameter"] == "learning_rate"


def test_no_averaging_is_no_end():
    found = sweep(ADAM, "single", BASE, Judge(4.0, averaging=-1.0))
    assert found.chosen["averaging"] == 0.0
    assert not any(one.at_the_end for one in found.tried)


def test_losses_that_are_no_numbers_are_never_best():
    def judge(settings):
        return [math.inf if settings.history_size < 50 else 3.0]

    found = sweep(Contender("lbfgs", "lbfgs"), "single", BASE, judge)
    assert found.chosen == {"history_size": 50}
    assert found.as_dict()["tried"][0]["mean"] is None
    assert geometric_mean([1.0, math.nan]) == math.inf


def test_what_the_settings_have_is_tried_too():
    assert with_the_usual("learning_rate", (1.0, 4.0), BASE) == [1.0, 3.0, 4.0]
    assert with_the_usual("learning_rate", (1.0, 3.0), BASE) == [1.0, 3.0]
    assert with_the_usual("betas", ((0.5, 0.9),), BASE) == [(0.5, 0.9), (0.9, 0.99)]


def test_every_parameter_that_is_swept_may_have_all_its_values():
    for optimizer, parameters in SWEPT.items():
        for name, values in parameters.items():
            for value in values:
                replace(BASE, optimizer=optimizer, **{name: value})


def test_those_with_parameters_of_their_own_are_not_swept():
    contenders = [ADAM, parse_contender("adam learning_rate=2")]
    assert Rules(BASE, contenders).tuned == [ADAM]
    assert Rules(BASE, contenders, sweep=0).tuned == []


def test_sweeps_are_small():
    assert Rules(Settings(size=512, coarsest=256), sweep=128).small == Settings(
        size=128, coarsest=128
    )
    assert Rules(Settings(size=96), sweep=128).small == Settings(size=96)
