"""Writes ``docs/cli.md`` from the commands themselves, so that it says what they do.

Run ``python -m stylecore.cli.reference docs/cli.md`` after a change.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from inspect import cleandoc
from itertools import groupby
from pathlib import Path
from typing import Any

from typer.main import get_command

from ..files import write_atomically
from .app import app

INTRODUCTION = """\
# Command line

<!-- Written by `python -m stylecore.cli.reference docs/cli.md`: change the help texts instead. -->

Every option below has a setting of the same name in Python (`--tv-weight` is
`Settings(tv_weight=…)`), with the same default. `stylecore --install-completion` teaches your
shell to complete them.

| exit status | means |
|---|---|
| 0 | done |
| 1 | it could not be done; one line on stderr says what was given, what was wanted, what to do |
| 2 | the command was not written as below |
| 130 | ended with Ctrl-C; `stylize` has written the best picture so far, if there was one |

A file appears whole or not at all, and an input is never overwritten. Weights and networks are
kept in the cache folder of your platform, or in the one that the environment variable
`STYLECORE_HOME` names.
"""


def reference() -> str:
    """The page as Markdown."""
    root: Any = get_command(app)
    pages = [INTRODUCTION, *(_page(path, command) for path, command in _walk("stylecore", root))]
    return "\n".join(pages)


def _walk(path: str, command: Any) -> Iterator[tuple[str, Any]]:
    yield path, command
    for name, child in getattr(command, "commands", {}).items():
        yield from _walk(f"{path} {name}", child)


def _page(path: str, command: Any) -> str:
    arguments = [item for item in command.params if item.param_type_name == "argument"]
    options = [item for item in command.params if item not in arguments]
    words = [path, "[OPTIONS]", *map(_word, arguments)]
    if hasattr(command, "commands"):
        words.append("COMMAND")
    usage = f"```text\n{' '.join(words)}\n```\n"
    return "\n".join(
        [f"## {path}\n", usage, f"{cleandoc(command.help or '')}\n", *_tables(arguments, options)]
    )


def _tables(arguments: list[Any], options: list[Any]) -> Iterator[str]:
    if arguments:
        rows = [[f"`{_word(item)}`", item.help] for item in arguments]
        yield _table(["argument", "meaning"], rows)
    ours = [item for item in options if not item.name.endswith("_completion")]
    for panel, group in groupby(ours, key=lambda item: item.rich_help_panel):
        rows = [[_flags(item), _default(item), item.help] for item in group]
        yield _table([panel or "option", "default", "meaning"], rows)


def _table(head: list[str], rows: Iterable[list[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "".join(f"| {' | '.join(cell.strip() for cell in line)} |\n" for line in lines)


def _word(argument: Any) -> str:
    word = argument.metavar or argument.name.upper()
    word += "..." if argument.nargs < 0 else ""
    return word if argument.required else f"[{word}]"


def _flags(option: Any) -> str:
    flags = ", ".join(f"`{flag}`" for flag in option.opts)
    value = (option.metavar or "").replace("|", "\\|")
    return f"{flags} {value}"


def _default(option: Any) -> str:
    shown = option.show_default and not option.is_flag and option.default is not None
    return f"`{option.default}`" if shown else ""


if __name__ == "__main__":
    write_atomically(Path(sys.argv[1]), reference().encode())
