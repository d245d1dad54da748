"""The table: as many rows as engines, each complete, and nothing that depends on one elsewhere."""

import re
from pathlib import Path
from typing import get_args

import pytest

from stylecore.engine.table import CPU, ENGINES
from stylecore.settings import EngineName

ROOT = Path(__file__).parents[3]


def test_every_engine_has_its_row_and_the_last_one_works_everywhere():
    assert {*ENGINES, "auto"} == set(get_args(EngineName))
    assert [*ENGINES][-1] == "cpu"
    assert ENGINES["cpu"].provider == CPU


@pytest.mark.parametrize("name", ENGINES)
def test_a_row_holds_together(name):
    row = ENGINES[name]
    assert row.device in {"cpu", "cuda"}
    assert "pip install" in row.remedy
    measures = ENGINES[row.exact]
    assert measures.exact == row.exact, "what measures exactly measures for itself"
    assert [one.provider for one in ENGINES.values()].count(row.provider) == 1


def test_a_table_is_read_only():
    with pytest.raises(TypeError):
        ENGINES["abacus"] = ENGINES["cpu"]


@pytest.mark.parametrize("folder", ["stylecore", "models", "cli"])
def test_no_one_asks_which_engine_it_is(folder):
    asked = re.compile(r"engine\.name\s*(==|!=|in\b|not in\b)")
    for path in sorted((ROOT / folder).rglob("*.py")):
        assert not asked.search(path.read_text(encoding="utf-8")), path
