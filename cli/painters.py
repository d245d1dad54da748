"""What paints: a painter whose network was fetched and built, and a style mixed by it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from ..engine.cores import notes_on
from ..errors import StylecoreError
from ..results import Interrupted, UnfinishedError
from ..settings import Settings
from .blas import calm_scipy
from .order import Order
from .progress import Progress

if TYPE_CHECKING:
    from ..checkpoints.checkpoint import Checkpoint
    from ..painter import Painter
    from ..pictures.tensors import Picture


def artefact_for(settings: Settings, model: str | None, offline: bool, progress: Progress) -> Path:
    """The folder of a network for settings, fetched and built where it is not there yet.

    Raises:
        StylecoreError: where there is none to be had.
    """
    from ..models.prepare import ensure_artefact

    return ensure_artefact(
        settings,
        model=model,
        offline=offline,
        on_progress=progress.fetched,
        on_note=progress.say,
    )


def open_painter(
    settings: Settings, model: str | None, offline: bool, progress: Progress, keep: int = 0
) -> Painter:
    """A painter for these settings, its network fetched and built where it is not there yet.

    Args:
        settings: of what is painted.
        model: another source of weights.
        offline: whether nothing is fetched.
        progress: shows what is fetched.
        keep: how many bytes of what it finds out about pictures it keeps for further ones.
    """
    from ..engine.engines import choose_engine
    from ..painter import Painter

    if settings.optimizer == "lbfgs":
        calm_scipy()  # now that NumPy came with the painter
    choose_engine(settings.engine, settings.threads)  # fails now, rather than after a download
    artefact = artefact_for(settings, model, offline, progress)
    for note in notes_on(settings.threads):  # now, rather than after a slow run
        progress.say(f"stylecore: {note}")
    return Painter(artefact, settings, keep)


def read_fine(path: Path) -> Picture:
    """The style whose fine strokes another is given.

    Raises:
        ImageError: when it cannot be read.
    """
    from ..pictures.images import read_with_alpha

    return read_with_alpha(path)


def mixed_style(
    order: Order,
    fine: Picture,
    painter: Painter,
    progress: Progress,
    checkpoint: Checkpoint | None,
) -> Picture:
    """The first style of an order, with fine strokes that are not its own.

    Raises:
        KeyboardInterrupt: on Ctrl-C; of what is there then, nothing is kept.
        StylecoreError: when anything else ends it.
    """
    from ..mixing import mix_scales
    from ..pictures.tensors import eight_bits

    # Of what ends it early nothing is kept: a style is no picture to deliver.
    try:
        mixed = mix_scales(
            order.styles[0],
            fine,
            model=painter,
            settings=order.settings,
            on_step=progress.step,
            checkpoint=checkpoint,
        )
        return eight_bits(mixed.picture)
    except Interrupted as end:
        raise end.__cause__ or KeyboardInterrupt() from None
    except UnfinishedError as error:
        raise StylecoreError(str(error)) from error.__cause__
