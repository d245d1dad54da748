"""What an objective is aimed at: the targets of a scene's studies, and losses by these."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, Self

from .engine.afar import seen_from_afar
from .engine.targets import Values, prepare_targets
from .engine.traits import Traits
from .engine.unit import exponent_of, in_units
from .losses.table import Losses
from .pictures.tensors import Array
from .pictures.tiles import OnPart, unwatched
from .scene import Scene, Study
from .tiling.graphs import Graphs
from .tiling.measuring import measured
from .tiling.preparation import Targets, prepare


@dataclass(frozen=True)
class Aim:
    """Of one scene, at any scale.

    Attributes:
        graphs: that its pictures are looked at with.
        traits: of its content and its styles.
        exponent: weights are in units of 2^exponent.
        on_part: told of what is done in parts.
    """

    graphs: Graphs
    traits: Traits
    exponent: int = 0
    on_part: OnPart = unwatched

    @classmethod
    def of(cls, graphs: Graphs, scene: Scene, traits: Traits, on_part: OnPart = unwatched) -> Self:
        """In the unit that a run counts in, the same at every scale: Adam carries gradients."""
        regions = [area.weight for area in scene.steering.areas]
        exponent = exponent_of(scene.settings, max(regions, default=1.0))
        return cls(graphs, traits, exponent, on_part)

    def targets(self, study: Study, picture: Array | None = None, side: int = 0) -> Targets:
        """Those of a study; of one of shallow layers, with what deep ones see from afar.

        Args:
            study: of the scene.
            picture: (1, 3, H, W), by which neighbours are chosen; by default the content.
            side: of tiles, in pixels; 0 for a picture as a whole.
        """
        graphs, afar = self.graphs.at(shallow=study.shallow), None
        if study.shallow:
            looking = study.content if picture is None else picture
            whole = self.graphs.features, self.graphs.manifest
            afar = seen_from_afar(*whole, looking, study.styles)
        given = (*self._looked_at(study), picture, afar)
        return prepare(graphs.features, graphs.manifest, *given, side=side, on_part=self.on_part)

    def values(self, study: Study, picture: Array | None = None) -> Values:
        """The targets of a study of all layers, as a whole."""
        graphs, given = self.graphs, self._looked_at(study)
        return prepare_targets(graphs.features, graphs.manifest, *given, picture=picture)

    def losses(self, targets: Targets, image: Array, *, shallow: bool = False) -> Losses:
        """Those of a picture (1, 3, H, W) by targets, in fp32."""
        graphs = self.graphs.at(shallow=shallow)
        found = measured(graphs.features, graphs.manifest, image, targets, self.on_part)
        return {name: loss * math.ldexp(1.0, self.exponent) for name, loss in found.items()}

    def _looked_at(self, study: Study) -> tuple[Any, ...]:
        settings = in_units(study.settings, self.exponent)
        return study.content, study.styles, settings, study.guidance, study.views, self.traits
