"""Bars on a terminal, all of one make: what goes on, how far it is, and a detail."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.console import Console
    from rich.progress import Progress


def bar_on(console: Console | None = None) -> Progress:
    """A bar that disappears at the end, on stderr; its tasks have a field ``detail``."""
    from rich import console as rich_console
    from rich import progress

    return progress.Progress(
        progress.TextColumn("{task.description}", markup=False),
        progress.BarColumn(),
        progress.TextColumn("{task.fields[detail]}", markup=False),
        console=console or rich_console.Console(stderr=True),
        transient=True,
    )


def start(bar: Progress) -> None:
    """Show a bar."""
    try:
        bar.start()
    except BaseException:  # Ctrl-C here would leave the terminal without its cursor
        bar.stop()
        raise
