"""What an order begins with: outputs that no input is lost to, a checkpoint, and a place."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from .life import former_output
from .names import place_of
from .order import Manner, Order
from .outputs import Outputs, model_files

if TYPE_CHECKING:
    from ..checkpoints.checkpoint import Checkpoint


class Opening(NamedTuple):
    """What results are written by, what the run goes on from, and where its picture goes."""

    outputs: Outputs
    checkpoint: Checkpoint | None
    place: Path


@contextmanager
def opening(order: Order, how: Manner, reads: Sequence[Path]) -> Generator[Opening]:
    """Open an order; its place is held for the time of the block.

    Args:
        order: what is painted.
        how: it is done.
        reads: what the command reads besides.

    Raises:
        StylecoreError: for what cannot be read or written.
    """
    outputs = Outputs([*order.paths(), *reads, *model_files(how.model)])
    how.life.expect(outputs)
    checkpoint = how.life.opened(quiet=how.quiet)
    former = former_output(checkpoint, how.output, order.inputs)
    with place_of(how.output, order.content, order.styles, former=former) as place:
        yield Opening(outputs, checkpoint, place)
