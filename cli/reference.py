"""Writes ``docs/cli.md`` from the commands themselves, so that it says what they do.

Run ``python -m stylecore.cli.reference docs/cli.md`` after a change.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from inspect import cleandoc
from pathlib import Path
from typing import Any

from typer.main import get_command

from ..files import write_atomically
from .app import app

INTRODUCTION = """\
# Command line

<!-- Written by `python -m stylecore.cli.reference docs/cli.md`: change the help texts instead. -->

What `stylize`, `blend`, `batch` and `rerun` are asked for under the headings *The picture*,
*The look*, *The search* and *The machine*, and by `--guides` and `--vanishing`, are settings of the
same name in Python (`--tv-weight` is `Settings(tv_weight=…)`), with the same default; `rerun`
leaves those as they were that it is not asked for. `stylecore --install-completion` teaches your
shell to complete them.

| exit status | means |
|---|---|
| 0 | done |
| 1 | it could not be done; the last line on stderr says what was wrong and what to do |
| 2 | the command was not written as below |
| 130, 143, 129 | ended by Ctrl-C, SIGTERM, SIGHUP; what there was by then is written |

A file appears whole or not at all, and what a command reads it never overwrites: neither pictures,
masks and weights that are given to it nor what is cached. Weights and networks are kept in the
cache folder of your platform, or in the one that the environment variable `STYLECORE_HOME` names.
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
    needed = [f"{item.opts[0]} {item.metavar}" for item in options if item.required]
    words = [path, "[OPTIONS]", *map(_word, arguments), *needed]
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
    for panel, group in _by_panel(options).items():
        rows = [[_flags(item), _default(item), item.help] for item in group]
        yield _table([panel or "option", "default", "meaning"], rows)


def _by_panel(options: list[Any]) -> dict[str | None, list[Any]]:
    """The options as ``--help`` groups them, in the order in which the groups begin."""
    panels: dict[str | None, list[Any]] = {}
    for item in options:
        if not item.name.endswith("_completion"):
            panels.setdefault(item.rich_help_panel, []).append(item)
    return panels


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
    shown = option.show_default and not option.is_flag and option.default not in (None, "")
    return f"`{option.default}`" if shown else ""


if __name__ == "__main__":
    write_atomically(Path(sys.argv[1]), reference().encode())
