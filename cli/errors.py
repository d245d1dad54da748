"""How the command line ends badly: one line on stderr and an exit status, in one place."""

from __future__ import annotations

import os
from collections.abc import Generator
from contextlib import contextmanager, suppress
from typing import Any

import typer
from typer.core import TyperGroup

from ..errors import StylecoreError

FAILED = 1
INTERRUPTED = 130  # 128 + SIGINT, as shells count


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
        except KeyboardInterrupt:
            complain("interrupted")
            raise typer.Exit(INTERRUPTED) from None


def complain(message: str) -> None:
    """Say what went wrong, as one line on stderr."""
    typer.echo(f"stylecore: {' '.join(message.split())}", err=True)


@contextmanager
def native_silence() -> Generator[None]:
    """Drop what C libraries write to stderr; libpng tells of damage before an exception can."""
    with suppress(OSError):
        kept, nowhere = os.dup(2), os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, 2)
        os.close(nowhere)
        try:
            yield
        finally:
            os.dup2(kept, 2)
            os.close(kept)
        return
    yield
