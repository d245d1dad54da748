import json
import sys

import numpy as np
import psutil
import pytest

from stylecore import __version__
from stylecore.engine.engines import Engine
from stylecore.pyramid import Scale
from stylecore.report import Report, peak_memory
from stylecore.settings import Settings

ENGINE = Engine("cpu", "CPUExecutionProvider", "fp32", 3)


def losses(loss, content, style, tv):
    return {"loss": loss, "content": content, "style": style, "tv": tv}


@pytest.fixture
def report(narrow_artefact):
    return Report(Settings(size=96), ENGINE, narrow_artefact["max"].manifest)


def test_steps_belong_to_the_scale_that_is_open(report):
    report.begin(Scale(24, 32, 2))
    report.add(1, losses(6.0, 1.0, 2.0, 3.0), 0.5)
    report.add(2, losses(5.0, 1.0, 2.0, 2.0), 0.25)
    report.begin(Scale(72, 96, 1))
    report.add(1, losses(4.0, 1.0, 2.0, 1.0), 0.125)
    first, second = report.as_dict()["scales"]
    assert (first["width"], first["height"]) == (32, 24)
    assert (second["width"], second["height"]) == (96, 72)
    assert [step["step"] for step in first["steps"]] == [1, 2]
    assert second["steps"] == [
        {"step": 1, "loss": 4.0, "content": 1.0, "style": 2.0, "tv": 1.0, "seconds": 0.125}
    ]


def test_it_says_what_ran_on_what(report):
    report.final = losses(3.0, 1.0, 2.0, 0.0)
    report.setup, report.optimise, report.total = 1.0, 2.0, 3.5
    values = json.loads(json.dumps(report.as_dict()))
    assert values["version"] == __version__
    assert values["settings"]["size"] == 96
    engine = {"name": "cpu", "provider": "CPUExecutionProvider", "precision": "fp32", "threads": 3}
    assert values["engine"] == engine
    assert values["model"]["name"] == "vgg19"
    assert values["model"]["sha256"] == "0" * 64
    assert values["final"] == {"loss": 3.0, "content": 1.0, "style": 2.0, "tv": 0.0}
    assert values["seconds"] == {"setup": 1.0, "optimise": 2.0, "total": 3.5}


def test_what_is_no_number_is_nothing_in_json(report):
    report.begin(Scale(24, 32, 1))
    report.add(1, losses(float("nan"), float("inf"), 2.0, float("-inf")), 0.5)
    report.final = losses(float("inf"), 1.0, float("nan"), 0.0)
    values = json.loads(json.dumps(report.as_dict(), allow_nan=False))
    (step,) = values["scales"][0]["steps"]
    assert step == {**losses(None, None, 2.0, None), "step": 1, "seconds": 0.5}
    assert values["final"] == losses(None, 1.0, None, 0.0)


def test_before_the_end_there_is_no_final_loss(report):
    assert report.as_dict()["final"] is None


@pytest.mark.skipif(sys.platform == "win32", reason="Windows does not tell")
def test_the_peak_is_in_bytes_and_not_below_what_is_held():
    held = np.ones(8_000_000)
    now = psutil.Process().memory_info().rss
    # The kernel counts in batches: allow it a little.
    assert held.nbytes < now < 1.05 * peak_memory()
    assert peak_memory() < psutil.virtual_memory().total


def test_no_peak_where_the_platform_does_not_tell(monkeypatch):
    monkeypatch.setattr(sys, "platform", "win32")
    assert peak_memory() == 0
