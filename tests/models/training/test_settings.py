import math

import pytest

from stylecore.errors import SettingsError
from stylecore.models.training.settings import LOOK, TrainingSettings
from stylecore.settings import Settings


def test_minutes_count_where_no_steps_are_given():
    assert TrainingSettings(minutes=2).seconds == 120
    assert TrainingSettings(minutes=2, steps=5).seconds == math.inf


def test_what_differs_from_stylize_is_the_loss_alone():
    own, usual = LOOK.as_dict(), Settings().as_dict()
    differing = {name for name in own if own[name] != usual[name]}
    assert differing == {"style_loss", "composition", "content_weight"}


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"network": "huge"}, "network is 'huge'; give one of tiny, small, full"),
        ({"minutes": 0}, "minutes is 0; give a number above 0"),
        ({"minutes": math.nan}, "minutes is nan; give a number above 0"),
        ({"minutes": "5"}, "minutes is '5'; give a number"),
        ({"learning_rate": 2}, "learning_rate is 2; give a number above 0, to 1"),
        ({"steps": -1}, "steps is -1; give a whole number from 0"),
        ({"batch": 0}, "batch is 0; give a whole number from 1 to 64"),
        ({"batch": 1.5}, "batch is 1.5; give a whole number"),
        ({"crop": 32}, "crop is 32; give a whole number from 64 to 1024"),
        ({"coarse_crop": 66}, "coarse_crop is 66; give a multiple of 4 pixels"),
    ],
)
def test_what_cannot_be_is_refused(changes, words):
    with pytest.raises(SettingsError, match=words):
        TrainingSettings(**changes)
