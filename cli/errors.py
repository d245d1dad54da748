"""How the command line ends badly: one line on stderr and an exit status, in one place."""

from __future__ import annotations

import warnings
from collections.abc import Generator
from contextlib import contextmanager
from signal import SIGINT
from typing import Any

import typer
from typer.core import TyperGroup

from ..errors import ImageWarning, StylecoreError
from ..memory import REMEDY, is_shortage
from ..results import UnfinishedError
from ..silence import native_silence
from .signals import told_by

FAILED = 1
_BY_SIGNAL = 128  # and its number, as shells count


class Root(TyperGroup):
    """The command group under which every command runs.

    What stylecore raises on purpose becomes one line; anything else keeps its traceback, because
    it is a mistake of ours.
    """

    def invoke(self, ctx: Any) -> Any:
        """Run the chosen command."""
        try:
            return super().invoke(ctx)
        except Exception as error:
            line = _line_for(error)
            if line is None:
                raise
            complain(line)
            raise typer.Exit(FAILED) from None
        except KeyboardInterrupt as end:
            words, status = how_it_ended(end)
            complain(words)
            raise typer.Exit(status) from None


def _line_for(error: BaseException) -> str | None:
    """What to say of an error; nothing where it is a mistake of ours."""
    if is_shortage(error):
        return f"out of memory; {REMEDY}"
    if isinstance(error, StylecoreError):
        return str(error)
    if isinstance(error, ModuleNotFoundError) and error.name in {"onnx", "onnx_ir"}:
        return f"the command line needs {error.name}: pip install 'stylecore[models]'"
    return None


def complain(message: str) -> None:
    """Say what went wrong, as one line on stderr."""
    typer.echo(f"stylecore: {' '.join(message.split())}", err=True)


def how_it_ended(end: BaseException) -> tuple[str, int]:
    """What to say of a run that ended early, and the exit status.

    Raises:
        BaseException: what ended it, where that is a mistake of ours.
    """
    if isinstance(end, KeyboardInterrupt):
        told = told_by(end)
        by = "" if told is SIGINT else f" by {told.name}"
        return f"interrupted{by}", _BY_SIGNAL + told
    unfinished = isinstance(end, UnfinishedError)
    cause = (end.__cause__ or end) if unfinished else end
    line = str(cause) if isinstance(cause, OSError) else _line_for(cause)
    if line is None:
        raise cause
    return str(end) if unfinished else line, FAILED


@contextmanager
def while_reading(told: list[str] | None = None) -> Generator[None]:
    """Read pictures: C libraries keep silent, and what a file asks for in vain is a line each.

    Args:
        told: lines that were said before, to which new ones are added.
    """
    told = [] if told is None else told
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always", ImageWarning)
        with native_silence():
            yield
    for line in dict.fromkeys(str(one.message) for one in caught):
        if line not in told:
            complain(line)
            told.append(line)
