from collections import Counter

import pytest

from stylecore.models.training.schedule import Schedule
from stylecore.models.training.settings import TrainingSettings


def schedule(seed=0, **settings):
    return Schedule(TrainingSettings(**settings), seed)


def test_progress_is_by_steps_where_there_are_some_and_by_time_otherwise():
    assert schedule(steps=200).progress(50, 1e9) == 0.25
    assert schedule(minutes=2).progress(50, 30) == 0.25
    assert schedule(minutes=2).progress(50, 500) == 1
    assert schedule(steps=200).progress(300, 0) == 1


def test_the_rate_warms_up_and_falls_to_little():
    one = schedule(learning_rate=0.01)
    warming = [one.rate(step, 0.0) for step in range(40)]
    assert warming == sorted(warming)
    assert warming[0] < 0.001
    assert max(warming) == pytest.approx(0.01)
    falling = [one.rate(1000, progress / 10) for progress in range(11)]
    assert falling == sorted(falling, reverse=True)
    assert falling[-1] == pytest.approx(0.0002)


def test_crops_grow():
    one = schedule(coarse_crop=64, crop=256)
    progresses = (0, 0.14, 0.15, 0.42, 0.43, 1)
    assert [one.side(progress) for progress in progresses] == [64, 64, 128, 128, 256, 256]


@pytest.mark.parametrize(
    ("coarse_crop", "crop", "sides"),
    [(64, 64, {64}), (64, 192, {64, 96, 192}), (128, 64, {128, 64}), (72, 300, {72, 148, 300})],
)
def test_sizes_that_are_no_doubles_of_one_another(coarse_crop, crop, sides):
    one = schedule(coarse_crop=coarse_crop, crop=crop)
    assert {one.side(progress / 100) for progress in range(101)} == sides


def test_each_crop_comes_twice_among_a_few_others():
    one = schedule(batch=4)
    numbers = [number for step in range(24) for number in one.crops(step)]
    assert Counter(numbers) == dict.fromkeys(range(48), 2)
    assert len(one.crops(0)) == 4
    away = [
        places[1] - places[0]
        for crop in range(48)
        if (places := [place for place, number in enumerate(numbers) if number == crop])
    ]
    assert max(away) < 32
    assert sum(away) / len(away) > 5


def test_the_order_depends_on_the_seed_and_the_step_alone():
    assert schedule(3).crops(1234) == schedule(3).crops(1234)
    one, other = ([schedule(seed).crops(step) for step in range(32)] for seed in (3, 4))
    assert one != other
