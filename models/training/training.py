"""A training as a whole: opened from files, run for its time, and delivered as a network."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeAlias

from ...control.composition import MIXED
from ...engine.artefact import Artefact, default_artefact, load_artefact
from ...engine.engines import choose_engine, exact, open_session
from ...engine.table import Engine
from ...errors import SettingsError
from ...files import sha256_of
from ...pictures.images import resize, scaled_size
from ...pictures.tensors import Picture, to_picture, to_tensor
from ...scene import read_scene
from ...settings import Settings
from ..networks.product import About, product_file
from ..networks.sizes import SHAPES, Shape
from ..networks.weights import first_weights
from .history import curve
from .judge import Judge
from .network import TrainedNetwork
from .photographs import Photographs, find_photographs
from .schedule import Schedule
from .settings import LOOK, TrainingSettings
from .state import TrainingState, read_state
from .trainer import OnStep, Trainer, TrainingStep
from .weighing import FEW, weighed

Reading: TypeAlias = Callable[[], AbstractContextManager[None]]

_OF_THE_LOSS = (
    *("size", "content_weight", "style_weight", "tv_weight", "content_layers", "style_layers"),
    *("composition", "pooling", "style_loss", "loss_scale", "blend", "style_scale", "color"),
)
"""The settings that a training cannot change on its way."""


def looked_at(settings: Settings) -> Settings:
    """The settings without content layers that hold at coarse scales only, which crops do not have.

    An artefact for these is smaller, and quicker.
    """
    if settings.size <= MIXED:
        return settings
    return replace(settings, coarse_content=settings.content_layers)


class Training:
    """A training that is ready to run.

    Attributes:
        engine: what evaluates the loss.

    Args:
        styles: files of the pictures whose manner is learnt; several are blended.
        photographs: the pictures that are painted meanwhile: their files, or a folder of them.
        model: the folder of an artefact with the layers and the style loss of the settings; by
            default the one that was made on this machine for them.
        settings: of the loss, and of the machine; `LOOK` by default.
        training: how to train; ``TrainingSettings()`` by default.
        resume: a file of a training that is gone on with.
        on_note: told of files that are passed over, and of what a strength comes to.
        while_reading: made for each photograph that is read, to read it in.

    Raises:
        StylecoreError: for pictures that cannot be read, settings or an artefact that do not fit,
            or an engine that does not work here.
    """

    def __init__(
        self,
        styles: Sequence[Path],
        photographs: Sequence[Path] | Path,
        *,
        model: Path | None = None,
        settings: Settings = LOOK,
        training: TrainingSettings | None = None,
        resume: Path | None = None,
        on_note: Callable[[str], object] | None = None,
        while_reading: Reading = nullcontext,
    ) -> None:
        self._styles, self._strength = tuple(styles), settings.strength
        self._training = training or TrainingSettings()
        settings = looked_at(settings)
        chosen = choose_engine(settings.engine, settings.threads)
        # Four sessions take turns: one that spins would slow down the next.
        self.engine: Engine = replace(chosen, spins=False)
        in_grey = settings.color == "luminance"
        if isinstance(photographs, Path):
            photographs = find_photographs(photographs, self._styles)
        self._photographs = Photographs(
            photographs, settings.size, settings.seed, on_note, while_reading, grey=in_grey
        )
        artefact = load_artefact(model or default_artefact(settings))
        resumed, about = (None, {}) if resume is None else read_state(resume)
        self._settings = settings = self._weighed(settings, about, artefact, while_reading)
        if self._strength is not None and on_note is not None:
            on_note(
                f"a strength of {self._strength:g} comes to a content weight of"
                f" {settings.content_weight:.3g}"
            )
        self._check_same(about, resume)
        with while_reading():
            scene = read_scene(self._photographs.together(), self._styles, settings)
        self._judge = Judge(artefact, self.engine, scene)
        network = TrainedNetwork(self._shape, exact(self.engine), grey=in_grey)
        schedule = Schedule(self._training, settings.seed)
        state = resumed or self._first_state()
        self._trainer = Trainer(network, self._judge, self._photographs, schedule, state)

    @property
    def steps(self) -> int:
        """How many steps were taken."""
        return self._trainer.state.steps

    def run(self, on_step: OnStep | None = None) -> None:
        """Take all steps that are left; whatever ends it early, what was learnt is there.

        Raises:
            StylecoreError: as :meth:`Trainer.run`.
        """
        self._trainer.run(on_step)

    def step(self) -> TrainingStep:
        """Take one more step, even where none is left.

        Raises:
            StylecoreError: as :meth:`Trainer.run`.
        """
        return self._trainer.step()

    def product(self) -> bytes:
        """The network as it is now, as an ``.onnx`` file."""
        state = self._trainer.state
        return product_file(state.averaged, self._about(state), self._settings.seed)

    def state(self) -> bytes:
        """What the training can go on from, as a file."""
        return self._trainer.state.to_bytes(self._identity())

    def preview(self) -> Picture:
        """The first photograph, painted by the network as it is now, (H, W, 3)."""
        photograph = self._photographs.first()
        whole = photograph.shape
        height, width = scaled_size(whole[0], whole[1], self._settings.size)
        image = to_tensor(resize(photograph, width, height))
        session = open_session(self.product(), exact(self.engine), once=True)
        return to_picture(session.run(["styled"], {"image": image})[0])

    @property
    def _shape(self) -> Shape:
        return SHAPES[self._training.network]

    def _first_state(self) -> TrainingState:
        weights = first_weights(self._shape, self._settings.seed)
        return TrainingState.first(weights, len(self._judge.parts))

    def _weighed(
        self, settings: Settings, about: Mapping[str, Any], artefact: Artefact, reading: Reading
    ) -> Settings:
        """With weights in place of a strength: those of the training that is gone on with, if any.

        Its photographs may have been others, which a strength would come to other weights with.
        """
        if self._strength is None:
            return settings
        if about and about.get("strength") == self._strength:
            weights = {name: float(about[name]) for name in ("content_weight", "style_weight")}
            return replace(settings, strength=None, **weights)
        with reading():
            return weighed(settings, self._photographs.few(FEW), self._styles, artefact)

    def _check_same(self, about: Mapping[str, Any], path: Path | None) -> None:
        """Make sure that the training that is gone on with is of the same."""
        if path is None:
            return
        for name, value in self._identity().items():
            if about.get(name) != value:
                raise SettingsError(
                    f"{path} is of a training with {name} {_words(about.get(name))}, not"
                    f" {_words(value)}; give what it was begun with"
                )

    def _identity(self) -> dict[str, Any]:
        """What a training is of, ready for JSON."""
        settings = self._settings.as_dict()
        about = {
            "network": self._training.network,
            "style": [sha256_of(path) for path in self._styles],
            "strength": self._strength,
            **{name: settings[name] for name in _OF_THE_LOSS},
        }
        return json.loads(json.dumps(about))  # as it comes back from a file

    def _about(self, state: TrainingState) -> About:
        settings = self._settings.as_dict()
        return About(
            network=self._training.network,
            color=self._settings.color,
            styles=[path.name for path in self._styles],
            settings={
                **{name: settings[name] for name in (*_OF_THE_LOSS, "seed")},
                "strength": self._strength,
                **self._training.as_dict(),
            },
            losses={
                "steps": state.steps,
                "seconds": round(state.seconds, 1),
                "curve": curve(state, self._judge.parts),
            },
        )


def _words(value: object) -> str:
    """A setting, short enough for a message."""
    text = json.dumps(value).strip('"')
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"


_LONGEST = 40
