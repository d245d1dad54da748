"""How the command line ends badly: one line on stderr and an exit status, in one place."""

from __future__ import annotations

import os
from contextlib import AbstractContextManager
from signal import SIGINT
from typing import Any

import typer
from typer.core import TyperGroup

from ..errors import StylecoreError
from ..overlap import WhileWanted
from ..results import UnfinishedError
from .signals import told_by

FAILED = 1
_BY_SIGNAL = 128  # and its number, as shells count

_STDERR = 2


class Root(TyperGroup):
    """The command group under which every command runs.

    What stylecore raises on purpose becomes one line; anything else keeps its traceback, because
    it is a mistake of ours.
    """

    def invoke(self, ctx: Any) -> Any:
        """Run the chosen command."""
        try:
            return super().invoke(ctx)
        except StylecoreError as error:
            complain(str(error))
            raise typer.Exit(FAILED) from None
        except ModuleNotFoundError as error:
            if error.name not in {"onnx", "onnx_ir"}:
                raise
            complain(f"the command line needs {error.name}: pip install 'stylecore[models]'")
            raise typer.Exit(FAILED) from None
        except KeyboardInterrupt as end:
            words, status = how_it_ended(end)
            complain(words)
            raise typer.Exit(status) from None


def complain(message: str) -> None:
    """Say what went wrong, as one line on stderr."""
    typer.echo(f"stylecore: {' '.join(message.split())}", err=True)


def how_it_ended(end: KeyboardInterrupt | UnfinishedError) -> tuple[str, int]:
    """What to say of a run that ended early, and the exit status.

    Raises:
        Exception: what ended it, where that is a mistake of ours.
    """
    if isinstance(end, KeyboardInterrupt):
        told = told_by(end)
        by = "" if told is SIGINT else f" by {told.name}"
        return f"interrupted{by}", _BY_SIGNAL + told
    cause = end.__cause__
    if cause is not None and not isinstance(cause, StylecoreError | OSError | MemoryError):
        raise cause
    return str(end), FAILED


def native_silence() -> AbstractContextManager[None]:
    """Drop what C libraries write to stderr; libpng tells of damage before an exception can.

    It may be nested, and overlap with that of other threads.
    """
    return _SILENCE


def _lead_nowhere() -> int | None:
    """Lead standard error to nowhere; what it was, or None where that cannot be done."""
    kept = None
    try:
        kept = os.dup(_STDERR)
        nowhere = os.open(os.devnull, os.O_WRONLY)
    except OSError:
        if kept is not None:
            os.close(kept)
        return None
    os.dup2(nowhere, _STDERR)
    os.close(nowhere)
    return kept


def _lead_back(kept: int | None) -> None:
    if kept is not None:
        os.dup2(kept, _STDERR)
        os.close(kept)


_SILENCE = WhileWanted(_lead_nowhere, _lead_back)
