"""Where the results of ``train`` go: the network, what to go on from, and a preview."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from .outputs import Outputs
from .rescue import placed

if TYPE_CHECKING:
    from ..models.training.training import Training

_STATE = ".state.npz"


@dataclass(frozen=True)
class Trained:
    """The files that a training writes.

    Attributes:
        outputs: by which they are written.
        network: the ``.onnx`` file.
        preview: a picture, or None.
    """

    outputs: Outputs
    network: Path
    preview: Path | None

    @property
    def state(self) -> Path:
        """What to go on from."""
        return self.network.with_suffix(_STATE)

    def expect(self) -> None:
        """Make sure that all of it can be written.

        Raises:
            StylecoreError: for an output that is an input or that cannot be written.
        """
        self.outputs.expect_network(self.network)
        self.outputs.expect_file(self.state)
        if self.preview is not None:
            self.outputs.expect_picture(self.preview)

    def keep(self, training: Training) -> None:
        """Write all of it, as it is on the way.

        Raises:
            StylecoreError: where something cannot be written.
        """
        self.outputs.write_file(self.network, training.product())
        self.outputs.write_file(self.state, training.state())
        if self.preview is not None:
            self.outputs.write_picture(self.preview, training.preview())

    def write(self, training: Training) -> tuple[Path, list[str]]:
        """Write all of it at the end, in another place where its own is gone.

        Returns:
            Where the network lies, and what went wrong.

        Raises:
            StylecoreError: where no place takes it.
        """
        write = self.outputs.write_file
        lies, reason = placed(self.network, ".onnx", partial(write, data=training.product()))
        failures = [f"{reason}; the network is in {lies}"] if reason else []
        there, reason = placed(self.state, _STATE, partial(write, data=training.state()))
        failures += [f"{reason}; what to go on from is in {there}"] if reason else []
        if self.preview is not None:
            picture = partial(self.outputs.write_picture, picture=training.preview())
            there, reason = placed(self.preview, ".png", picture)
            failures += [f"{reason}; the preview is in {there}"] if reason else []
        return lies, failures


def network_of(state: Path) -> Path | None:
    """The network that a state was written beside, by its name; None for another name."""
    if not state.name.endswith(_STATE):
        return None
    return state.with_name(f"{state.name.removesuffix(_STATE)}.onnx")
