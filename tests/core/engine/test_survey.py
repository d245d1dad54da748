"""What is told of the engines: what works, what is taken, and why."""

import json
from typing import get_args

import pytest

from stylecore.engine.survey import survey
from stylecore.engine.table import ENGINES
from stylecore.settings import EngineName

CPU, CUDA, DML = "CPUExecutionProvider", "CUDAExecutionProvider", "DmlExecutionProvider"


def of(found, name):
    (one,) = [one for one in found.findings if one.name == name]
    return one


def test_every_engine_is_told_of(machine):
    machine()
    found = survey(3)
    assert [one.name for one in found.findings] == list(ENGINES)
    assert {one.name for one in found.findings} == set(get_args(EngineName)) - {"auto"}
    assert all((one.engine is None) == bool(one.complaint) for one in found.findings)
    assert all("\n" not in one.complaint for one in found.findings)
    assert found.chosen.name == "cpu"
    assert found.chosen.threads == 3


def test_the_first_choice_needs_no_excuse(machine):
    machine(cuda=True, capabilities="BF16")
    found = survey()
    assert (found.chosen.name, found.why) == ("cuda", "cuda works, and is the first choice")


@pytest.mark.parametrize(
    ("how", "why"),
    [
        ({"plugin": False}, "cuda does not work here; openvino does not work here; cpu works"),
        (
            {"capabilities": "FP32"},
            "cuda does not work here; openvino has no bf16 here; cpu works",
        ),
        ({"capabilities": "BF16"}, "cuda does not work here; openvino works"),
    ],
)
def test_what_is_passed_over_is_named(machine, how, why):
    machine(**how)
    assert survey().why == why


def test_what_was_built_in_and_does_not_run_is_told(machine):
    machine(built=[DML], broken={DML: RuntimeError("no adapter\nhere")})
    found = of(survey(), "directml")
    assert found.engine is None
    assert found.complaint.startswith("ONNX Runtime says: no adapter; it wants Windows")


def test_what_works_and_is_not_preferred_is_told_and_not_taken(machine):
    machine(built=[DML], plugin=False)
    found = survey(2)
    assert of(found, "directml").engine.precision == "fp32"
    assert found.chosen.name == "cpu"


def test_the_real_one_as_json():
    told = json.loads(json.dumps(survey(1).as_dict()))
    (cpu,) = [one for one in told["engines"] if one["name"] == "cpu"]
    assert cpu["works"]
    assert cpu["precision"] == "fp32"
    assert cpu["threads"] == 1
    assert CPU in told["providers"]
    assert told["chosen"]["provider"] in {one["provider"] for one in told["engines"]}
