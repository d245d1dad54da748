"""The loss of what a network paints: that of ``stylize``, each photograph its own content."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property

from ...control.guidance import Values
from ...engine.artefact import Artefact
from ...engine.distinctness import distinctness_of
from ...engine.engines import exact
from ...engine.evenness import composedness_of
from ...engine.looks import Look, look_at_all
from ...engine.objective import Objective
from ...engine.sessions import Sessions
from ...engine.table import Engine
from ...engine.targets import content_targets, style_targets
from ...engine.unit import exponent_of, in_units
from ...losses.table import Losses, parts_of
from ...pictures.tensors import Array, to_floats
from ...pyramid import Scale
from ...scene import Scene, Study


class Judge:
    """Judges crops of pictures: the styles are looked at once, at the size of a whole picture.

    Attributes:
        parts: of the loss, by name.
        losses: the last ``loss``, and its parts.

    Args:
        artefact: with the layers and the style loss of the scene's settings.
        engine: what evaluates the loss.
        scene: of the styles, with a picture in place of the content that shows how large pictures
            are and what colours they have.

    Raises:
        ModelError: when the artefact cannot be used.
        EngineError: when the engine does not work here.
    """

    def __init__(self, artefact: Artefact, engine: Engine, scene: Scene) -> None:
        self._manifest, self._scene = artefact.manifest, scene
        self.parts = parts_of(self._manifest.terms)
        self._exponent = exponent_of(scene.settings)
        sessions = Sessions(artefact)
        self._features = sessions.features(exact(engine))
        self._objective = Objective(sessions.objective(engine), self._manifest, self._exponent)
        self._size = (0, 0)

    @property
    def losses(self) -> Losses:
        """The last ``loss``, and the parts that sum to it."""
        return self._objective.losses

    def targets(self, crop: Array) -> Values:
        """What a crop (1, 3, H, W) asks for as content."""
        looks, settings = self._looks, in_units(self._study.settings, self._exponent)
        guidance = self._scene.steering.at(settings, crop.shape[2:], self._style_sizes)
        distinct = distinctness_of(self._features, self._manifest, to_floats(crop), settings)
        given = (self._features, self._manifest, crop, looks, settings, guidance)
        return content_targets(*given, distinct=distinct, more=True)

    def __call__(self, styled: Array, targets: Values) -> tuple[float, Array]:
        """The loss of what was made of a crop, and its gradient by that, (1, 3, H, W)."""
        size = (styled.shape[2], styled.shape[3])
        if size != self._size:
            self._objective.aim(self._style_targets(size), *size)
            self._size = size
        self._objective.aim(targets, *size)
        return self._objective(styled)

    def _style_targets(self, size: tuple[int, int]) -> Values:
        """What styles ask of crops of this size."""
        settings = in_units(self._study.settings, self._exponent)
        guidance = self._scene.steering.at(settings, size, self._style_sizes)
        return style_targets(self._manifest, self._looks, settings, guidance, size)

    @property
    def _style_sizes(self) -> Sequence[tuple[int, int]]:
        return [(style.shape[2], style.shape[3]) for style in self._study.styles]

    @cached_property
    def _study(self) -> Study:
        return self._scene.at(Scale(self._scene.height, self._scene.width, 0))

    @cached_property
    def _looks(self) -> list[Look]:
        study, scene = self._study, self._scene
        composed = composedness_of(
            self._features, self._manifest, scene.styles, scene.alphas, scene.settings
        )
        return look_at_all(
            self._features, self._manifest, study.styles, study.guidance, study.views, composed
        )
