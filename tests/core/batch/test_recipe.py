import json
from dataclasses import replace

import pytest

from stylecore.batch.recipe import InputFile, Recipe
from stylecore.settings import Settings

MODEL = {"name": "vgg19", "sha256": "m", "storage": "float32"}
RECIPE = Recipe(
    content=InputFile("a.png", "1"),
    styles=(InputFile("b.png", "2"), InputFile("c.png", "3")),
    start=None,
    settings=Settings(blend=(1, 2), style_layers={"relu1_1": 0.1}),
    metadata="no-gps",
    model=MODEL,
)
STARTED = replace(
    RECIPE, start=InputFile("s.png", "4"), settings=replace(RECIPE.settings, init="s.png")
)


def line_of(recipe):
    return json.loads(json.dumps(recipe.as_dict()))


@pytest.mark.parametrize("recipe", [RECIPE, STARTED])
def test_a_line_of_json_tells_of_the_same(recipe):
    assert recipe.is_that_of(line_of(recipe) | {"seconds": 1, "other": []})


@pytest.mark.parametrize(
    "change",
    [
        {"content": InputFile("elsewhere/x.png", "1")},
        {"styles": (InputFile("x", "2"), InputFile("y", "3"))},
        {"settings": replace(RECIPE.settings, threads=7)},
    ],
)
def test_where_files_lie_and_threads_do_not_count(change):
    assert replace(RECIPE, **change).is_that_of(line_of(RECIPE))


def test_where_the_start_lies_does_not_count():
    moved = replace(
        STARTED, start=InputFile("x.png", "4"), settings=replace(STARTED.settings, init="x.png")
    )
    assert moved.is_that_of(line_of(STARTED))


@pytest.mark.parametrize(
    "change",
    [
        {"content": InputFile("a.png", "9")},
        {"styles": (InputFile("b.png", "2"),)},
        {"styles": (InputFile("c.png", "3"), InputFile("b.png", "2"))},
        {"start": InputFile("s.png", "4")},
        {"metadata": "all"},
        {"model": MODEL | {"sha256": "n"}},
        {"model": MODEL | {"storage": "palette8"}},
        {"settings": Settings()},
        {"settings": replace(RECIPE.settings, seed=1)},
        {"settings": replace(RECIPE.settings, style_layers={"relu1_1": 0.1000001})},
    ],
)
def test_whatever_else_changes_makes_another_picture(change):
    assert not replace(RECIPE, **change).is_that_of(line_of(RECIPE))


def test_a_setting_that_is_newer_than_a_line_was_as_by_default():
    older = line_of(RECIPE)
    del older["settings"]["history_size"]
    assert RECIPE.is_that_of(older)
    changed = replace(RECIPE, settings=replace(RECIPE.settings, history_size=3))
    assert not changed.is_that_of(older)


@pytest.mark.parametrize(
    "line", [{}, {"settings": 3}, {"styles": [1, None]}, {"content": [], "styles": "x"}]
)
def test_a_line_of_something_else_is_that_of_no_picture(line):
    assert not RECIPE.is_that_of(line)


def test_every_file_is_an_input():
    assert [one.sha256 for one in STARTED.inputs()] == ["1", "2", "3", "4"]
