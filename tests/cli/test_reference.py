import inspect
import re
from dataclasses import fields
from pathlib import Path
from typing import Any, Literal, get_args, get_origin

import pytest
from typer.main import get_command

from stylecore.cli.app import app
from stylecore.cli.reference import INTRODUCTION, reference
from stylecore.feedforward.film import SUFFIXES as FILM_SUFFIXES
from stylecore.feedforward.filmwriter import check_suffix
from stylecore.models.training.settings import LOOK, TrainingSettings
from stylecore.pictures.images import check_writable
from stylecore.pictures.labels import check_lossless
from stylecore.settings import Settings, default_of, parse_layers, parse_numbers

PAGE = Path(__file__).parents[2] / "docs" / "cli.md"


def commands(name: str, command: Any):
    yield name, command
    for word, child in getattr(command, "commands", {}).items():
        yield from commands(f"{name} {word}", child)


EVERY = dict(commands("stylecore", get_command(app)))
WITH_SETTINGS = ("stylecore stylize", "stylecore blend", "stylecore rerun")
SETTINGS = {field.name for field in fields(Settings)}


def test_the_page_is_up_to_date():
    assert PAGE.read_text("utf-8") == reference(), (
        "renew it with: python -m stylecore.cli.reference docs/cli.md"
    )


@pytest.mark.parametrize(("name", "command"), EVERY.items())
def test_every_command_and_option_is_explained(name, command):
    assert command.help, name
    section = section_of(name)
    for parameter in command.params:
        assert parameter.help, f"{name}: {parameter.name}"
        if parameter.param_type_name == "option" and "completion" not in parameter.name:
            assert f"`{parameter.opts[0]}`" in section
            assert not parameter.required or parameter.opts[0] in section.split("```")[1]


def section_of(name: str) -> str:
    return reference().partition(f"## {name}\n")[2].partition("\n## ")[0]


@pytest.mark.parametrize("name", WITH_SETTINGS)
def test_the_options_that_the_page_calls_settings_are_settings(name):
    """By the headings and the names that the introduction gives, and no others."""
    headings = set(re.findall(r"\*(The [a-z]+)\*", INTRODUCTION))
    named = set(re.findall(r"`--(guides|vanishing)`", INTRODUCTION))
    promised = {
        item.name
        for item in EVERY[name].params
        if getattr(item, "rich_help_panel", None) in headings or item.name in named
    }
    # `blend` says as a command what the setting of its name says.
    assert promised == SETTINGS - ({"blend"} if name.endswith("blend") else set())


@pytest.mark.parametrize(("name", "command"), EVERY.items())
def test_an_option_with_the_name_of_a_setting_has_its_default(name, command):
    readers = dict.fromkeys(("content_layers", "style_layers", "coarse_content"), parse_layers)
    readers |= dict.fromkeys(("blend", "style_scale", "betas"), parse_numbers)
    for item in command.params:
        if item.name in SETTINGS:
            read = readers.get(item.name, lambda value: value)
            otherwise = default_for(name, item.name)
            assert item.default is otherwise or read(item.default) == otherwise


def default_for(command: str, setting: str) -> Any:
    # `rerun` leaves a setting as it was, and `apply` a size.
    if command.endswith(" rerun") or (command.endswith(" apply") and setting == "size"):
        return None
    if not command.endswith(" train"):
        return default_of(setting)
    training = TrainingSettings().as_dict()
    return training[setting] if setting in training else LOOK.as_dict()[setting]


@pytest.mark.parametrize(("name", "command"), EVERY.items())
def test_choices_are_shown(name, command):
    run = command.callback
    parameters = inspect.signature(run, eval_str=True).parameters if run else {}
    for item in command.params:
        kind = parameters[item.name].annotation if item.name in parameters else None
        choices = get_args(kind) if get_origin(kind) is Literal else ()
        assert not choices or item.metavar == "|".join(choices)


@pytest.mark.parametrize(("name", "command"), EVERY.items())
def test_the_suffixes_in_the_help_can_be_written(name, command, tmp_path):
    for item in command.params:
        if item.name == "output" and "FILE" in item.metavar:
            suffixes = re.findall(r"(\.\w+)(?=,| or|\. )", item.help)
            assert len(suffixes) >= 3
            for suffix in suffixes:
                check = check_lossless if name.endswith("mask") else check_writable
                check = check_suffix if suffix in FILM_SUFFIXES else check
                check(tmp_path / f"a{suffix}")


def test_styles_are_not_said_to_be_blended_in_one_way_only():
    help_of = {item.name: item.help for item in EVERY["stylecore stylize"].params}
    assert "--blend" in help_of["style"]


def test_completion_can_be_installed():
    flags = [flag for item in EVERY["stylecore"].params for flag in item.opts]
    assert "--install-completion" in flags
