from pathlib import Path

import pytest
from typer.main import get_command

from stylecore.cli.app import app
from stylecore.cli.reference import reference

PAGE = Path(__file__).parents[2] / "docs" / "cli.md"


def commands(name, command):
    yield name, command
    for word, child in getattr(command, "commands", {}).items():
        yield from commands(f"{name} {word}", child)


def test_the_page_is_up_to_date():
    assert PAGE.read_text("utf-8") == reference(), (
        "renew it with: python -m stylecore.cli.reference docs/cli.md"
    )


@pytest.mark.parametrize(("name", "command"), list(commands("stylecore", get_command(app))))
def test_every_command_and_option_is_explained(name, command):
    assert command.help, name
    assert f"## {name}\n" in reference()
    for parameter in command.params:
        assert parameter.help, f"{name}: {parameter.name}"
        if parameter.param_type_name == "option" and "completion" not in parameter.name:
            assert f"`{parameter.opts[0]}`" in reference()
