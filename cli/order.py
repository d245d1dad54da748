"""An order: what is to be painted, and in which manner, as a command line asks for it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from ..settings import Settings
from .common import Carried
from .life import Life
from .networks import painted_by
from .where import Where

if TYPE_CHECKING:
    from ..pictures.tensors import Picture
    from ..provenance.inputs import Inputs
    from ..scene import Scene
    from ..strength.calibrated import Calibrated


@dataclass(frozen=True)
class Order:
    """What is to be painted.

    Attributes:
        content: the photograph.
        styles: the paintings, in their order.
        settings: how.
        where: regions and masks.
        fine_style: whose strokes the first style is given before, or None.
        init_network: what the run starts from is painted by it, or None.
        calibrated: what the settings' strength comes to, where that is known.
    """

    content: Path
    styles: Sequence[Path]
    settings: Settings
    where: Where
    fine_style: Path | None = None
    init_network: Path | None = None
    calibrated: Calibrated | None = None

    def paths(self) -> list[Path]:
        """Every file that is read."""
        single = [one for one in (self.fine_style, self.init_network) if one is not None]
        further = [*start_of(self.settings), *single, *self.where.paths()]
        return [self.content, *self.styles, *further]

    def inputs(self) -> Inputs:
        """The same by their names and SHA-256.

        Raises:
            StylecoreError: for one that cannot be read.
        """
        from ..provenance.given import input_of, inputs_of, maybe_input
        from ..provenance.inputs import LabelInputs

        where, labels = self.where, None
        if where.content_labels is not None:
            of_styles = tuple(input_of(path) for path in where.style_labels)
            of_content = input_of(where.content_labels)
            labels = LabelInputs(of_content, of_styles, where.weights)
        inputs = inputs_of(
            self.content,
            self.styles,
            start=next(iter(start_of(self.settings)), None),
            keep=where.keep,
            content_map=where.content_map,
            regions=() if labels is not None else where.from_masks(),
        )
        return replace(
            inputs,
            fine_style=maybe_input(self.fine_style),
            init_network=maybe_input(self.init_network),
            labels=labels,
        )

    def read(
        self,
        inputs: Inputs,
        styles: Sequence[Path | Picture] | None = None,
        *,
        quiet: bool = False,
    ) -> Scene:
        """Read all of it, but for the fine style.

        Args:
            inputs: as from :meth:`inputs`.
            styles: in the place of its own.
            quiet: to say nothing of the network that the start is painted by.

        Raises:
            StylecoreError: for what cannot be read, or does not fit.
        """
        from ..scene import read_scene

        controls = self.where.controls(len(self.styles), self.settings.size)
        if self.init_network is not None:
            controls["start"] = painted_by(
                self.init_network, self.content, self.settings, quiet=quiet
            )
        styles = self.styles if styles is None else styles
        scene = read_scene(self.content, styles, self.settings, inputs=inputs, **controls)
        return replace(scene, calibrated=self.calibrated)


@dataclass(frozen=True)
class Manner:
    """How an order is carried out, beside its settings.

    Attributes:
        output: where the picture goes, or None for a new name.
        model: which network, or None for the usual one.
        offline: never to touch the network.
        quiet: to say nothing but errors.
        metadata: what is carried of the photograph.
        no_metadata: to write pixels alone.
        life: checkpoint and preview.
        save_every: steps between pictures that are kept on the way; 0 keeps none.
        report: where the report goes, or None.
        dry_run: to tell what it would take, and paint nothing.
    """

    output: Path | None
    model: str | None
    offline: bool
    quiet: bool
    metadata: Carried
    no_metadata: bool
    life: Life
    save_every: int = 0
    report: Path | None = None
    dry_run: bool = False


def start_of(settings: Settings) -> list[Path]:
    """The picture that the run starts from, where it starts from one."""
    return [] if settings.init in {"content", "noise"} else [Path(settings.init)]
