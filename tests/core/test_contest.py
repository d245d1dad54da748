"""Engines side by side, on the real CPU provider."""

from dataclasses import replace

import pytest

from stylecore import contest as module
from stylecore.contest import contest
from stylecore.engine.engines import choose_engine
from stylecore.errors import EngineError
from stylecore.settings import Settings


@pytest.fixture
def settings():
    return Settings(size=64, threads=1)


def test_the_cpu_agrees_with_itself(narrow_artefact, settings):
    told = []
    engine = choose_engine("cpu", 1)
    found = contest(
        [engine], narrow_artefact["average"], settings, 3, lambda *one: told.append(one)
    )
    assert found["cpu"].seconds > 0
    assert found["cpu"].cosine == pytest.approx(1, abs=1e-9)
    assert told == [(1, 3), (2, 3), (3, 3)]


def test_another_gradient_is_told_by_its_cosine(narrow_artefact, settings, monkeypatch):
    real = module._objective

    def objective(engine, *given):
        found = real(choose_engine("cpu", 1), *given)
        if engine.name == "cpu":
            return found

        def turned(x):
            loss, gradient = found(x)
            gradient = gradient.copy()
            gradient[:, 0] *= -1
            return loss, gradient

        return turned

    monkeypatch.setattr(module, "_objective", objective)
    other = replace(choose_engine("cpu", 1), name="openvino")
    found = contest([other], narrow_artefact["average"], settings, 1)
    assert -1 < found["openvino"].cosine < 0.9


def test_one_that_fails_is_told_and_the_others_go_on(narrow_artefact, settings, monkeypatch):
    real = module._objective

    def objective(engine, *given):
        if engine.name != "cpu":
            raise EngineError("the device is gone")
        return real(engine, *given)

    monkeypatch.setattr(module, "_objective", objective)
    engine = choose_engine("cpu", 1)
    both = [replace(engine, name="webgpu"), engine]
    found = contest(both, narrow_artefact["average"], settings, 1)
    assert found["webgpu"].complaint == "the device is gone"
    assert found["webgpu"].seconds is None
    assert found["cpu"].seconds > 0
