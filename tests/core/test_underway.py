from stylecore import underway
from stylecore.pyramid import Scale
from stylecore.underway import Underway, Way


def test_parts_are_told_with_their_scale_and_the_time_that_is_left(monkeypatch):
    now, told = 10.0, []
    monkeypatch.setattr(underway, "perf_counter", lambda: now)
    way = Way(told.append)
    way.at(Scale(96, 128, 1))
    for done in (1, 2, 3):
        now += 2.0
        way("step", done, 5)
    assert told[-1] == Underway("step", 128, 96, 3, 5, 6.0)
    assert [part.remaining for part in told] == [8.0, 6.0, 4.0]


def test_what_is_done_at_once_is_not_told():
    told = []
    Way(told.append)("detail", 1, 1)
    Way()("detail", 1, 2)
    assert told == []
