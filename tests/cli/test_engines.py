"""What ``stylecore engines`` tells."""

import json

import pytest
from typer.testing import CliRunner

from stylecore.cli.app import app
from stylecore.engine.table import ENGINES


@pytest.fixture
def engines():
    def engines(*words):
        return CliRunner().invoke(app, ["engines", *map(str, words)])

    return engines


def test_it_lists_every_engine_and_marks_what_would_be_taken(engines):
    result = engines("--threads", "1")
    assert result.exit_code == 0, result.output
    first, *rows, last = result.stdout.splitlines()
    assert first.startswith("ONNX Runtime ")
    assert [row[2:].split()[0] for row in rows] == list(ENGINES)
    assert len([row for row in rows if row.startswith("* ")]) == 1
    assert last.startswith("* is what --engine auto takes: ")


def test_bench_times_those_that_work(engines, tiny_model):
    words = ["--bench", "--size", 64, "--rounds", 2, "--threads", 1, "--model", tiny_model]
    result = engines(*words, "--offline", "--quiet", "--json")
    assert result.exit_code == 0, result.output
    told = json.loads(result.stdout)
    (cpu,) = [one for one in told["engines"] if one["name"] == "cpu"]
    assert cpu["seconds_per_iteration"] > 0
    assert cpu["cosine_to_fp32"] == pytest.approx(1, abs=1e-9)
    assert told["size"] == 64
    shown = engines(*words, "--offline").stdout
    assert "s an iteration, cosine 1.00000" in shown


@pytest.mark.parametrize("words", [("--rounds", 0), ("--size", 1), ("--threads", -1)])
def test_numbers_out_of_range_are_refused(engines, words):
    result = engines("--bench", *words)
    assert result.exit_code == 1
    assert len(result.stderr.splitlines()) == 1
