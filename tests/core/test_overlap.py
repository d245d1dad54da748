"""A change of the whole process holds while anybody wants it, and not a moment longer."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from stylecore.overlap import WhileWanted


class Level:
    """Something of the whole process: a number that is 5, and 0 while it is wanted so."""

    def __init__(self) -> None:
        self.now, self.changes = 5, 0
        self.lowered = WhileWanted(self.lower, self.restore)

    def lower(self) -> int:
        before, self.now = self.now, 0
        self.changes += 1
        return before

    def restore(self, before: int) -> None:
        self.now = before


def test_it_holds_inside_and_ends_with_the_outermost() -> None:
    level = Level()
    with level.lowered:
        with level.lowered:
            assert level.now == 0
        assert level.now == 0
    assert (level.now, level.changes) == (5, 1)


def test_an_error_inside_is_handed_on_and_the_change_taken_back() -> None:
    level = Level()
    with pytest.raises(OSError, match="inside"), level.lowered:
        raise OSError("inside")
    assert level.now == 5


def test_a_change_that_fails_is_not_taken_back_later() -> None:
    level = Level()
    failing = WhileWanted(lambda: 1 // 0, level.restore)
    for _ in range(2):
        with pytest.raises(ZeroDivisionError), failing:
            raise AssertionError("not reached")
    assert level.now == 5


def test_the_first_out_leaves_it_to_those_inside() -> None:
    level = Level()
    inside, leave = threading.Event(), threading.Event()

    def stay() -> None:
        with level.lowered:
            inside.set()
            leave.wait(10)

    with ThreadPoolExecutor(1) as pool:
        with level.lowered:
            staying = pool.submit(stay)
            assert inside.wait(10)
        assert level.now == 0
        leave.set()
        staying.result(10)
    assert level.now == 5
