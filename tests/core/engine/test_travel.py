"""What travels between host and device: targets once, then the picture and what comes of it.

On the CPU provider, by the calls that are the same on any device.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import onnxruntime
import pytest

from stylecore.control.guidance import Values
from stylecore.engine.engines import choose_engine
from stylecore.engine.sessions import Sessions
from stylecore.settings import Settings


class Watched:
    """A binding that notes what it is given."""

    def __init__(self, binding: Any, calls: list[tuple[str, str, Any]]) -> None:
        self._binding, self._calls = binding, calls

    def __getattr__(self, name: str) -> Any:
        return getattr(self._binding, name)

    def bind_cpu_input(self, name: str, value: Any) -> None:
        self._calls.append(("given", name, None))
        self._binding.bind_cpu_input(name, value)

    def bind_ortvalue_input(self, name: str, value: Any) -> None:
        self._calls.append(("held", name, value.data_ptr()))
        self._binding.bind_ortvalue_input(name, value)

    def bind_output(self, name: str, device: str) -> None:
        self._calls.append(("wanted", name, device))
        self._binding.bind_output(name, device)


@pytest.fixture
def uploads(monkeypatch) -> list[tuple[str, int]]:
    """Where values are put down, and how large they are."""
    noted: list[tuple[str, int]] = []
    real = onnxruntime.OrtValue.ortvalue_from_numpy

    def place(array: Any, device: str = "cpu", *more: Any) -> Any:
        noted.append((device, array.nbytes))
        return real(array, device, *more)

    monkeypatch.setattr(onnxruntime.OrtValue, "ortvalue_from_numpy", staticmethod(place))
    return noted


def test_targets_travel_once_and_then_picture_and_gradient(
    narrow_artefact, objective_of, aim_at, uploads
) -> None:
    artefact, engine = narrow_artefact["average"], choose_engine("cpu", 1)
    objective = objective_of(artefact, engine)
    rng = np.random.default_rng(0)
    content, style = rng.uniform(0, 255, (2, 1, 3, 48, 64)).astype(np.float32)
    features = Sessions(artefact).features(engine)
    targets: Values = aim_at(objective, features, artefact, content, [style], Settings())
    assert len(uploads) == len(targets), "every target, guide and weight once"
    assert {device for device, _ in uploads} == {engine.row.device}

    calls: list[tuple[str, str, Any]] = []
    session = objective._session
    binding = session._session.io_binding
    session._session.io_binding = lambda: Watched(binding(), calls)
    x = content.copy()
    for _ in range(3):
        _, gradient = objective(x)
        x = x - gradient
    assert [name for kind, name, _ in calls if kind == "given"] == ["image"] * 3
    held = {(name, place) for kind, name, place in calls if kind == "held"}
    assert {name for name, _ in held} == set(session.inputs) - {"image"}
    assert len(held) == len(session.inputs) - 1, "a value lies where it lay"
    assert len(uploads) == len(targets), "an evaluation uploads nothing but the picture"
    back = {name for kind, name, _ in calls if kind == "wanted"}
    assert back == {"loss", "content", "style", "tv", "gradient"}
    assert {device for kind, _, device in calls if kind == "wanted"} == {"cpu"}


def test_a_new_scale_uploads_its_targets_and_no_more(
    narrow_artefact, objective_of, aim_at, uploads
) -> None:
    artefact, engine = narrow_artefact["average"], choose_engine("cpu", 1)
    objective = objective_of(artefact, engine)
    features = Sessions(artefact).features(engine)
    rng = np.random.default_rng(0)
    counts: list[int] = []
    for size in (32, 48):
        content, style = rng.uniform(0, 255, (2, 1, 3, size, size)).astype(np.float32)
        aim_at(objective, features, artefact, content, [style], Settings())
        objective(content)
        counts.append(len(uploads))
    assert counts[1] == 2 * counts[0]
