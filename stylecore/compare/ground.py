"""The ground of a comparison: its pairs as scenes, its courses, and the runs made there."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from typing import TypeAlias

from ..feedforward.network import Network
from ..painter import Painter
from ..pictures.sizes import scaled_size
from ..pyramid import plan
from ..report import versions
from ..scene import Scene
from ..settings import Settings
from ..silence import native_silence
from .course import Course, course_at
from .events import Ended, Evaluated, OnEvent, Pace, Planned
from .onepass import one_pass
from .pairs import Pair, fingerprints
from .race import OnEvaluated, race
from .run import Run
from .shelf import Shelf
from .trial import Place, Trial, settings_for

Reading: TypeAlias = Callable[[], AbstractContextManager[None]]
"""Gives what surrounds the reading of pictures."""


@dataclass(frozen=True)
class _Known:
    """Of a pair: its pictures' SHA-256 by what they are, and height and width of the result."""

    inputs: dict[str, str]
    height: int
    width: int


class Ground:
    """Runs trials, or finds them where they were run before.

    Attributes:
        shelf: where runs are kept.

    Args:
        pairs: read once now, so that what cannot be painted is told of at the beginning.
        settings: of the comparison.
        painter: opened for the settings of the comparison.
        shelf: where runs are kept.
        tell: told of all that happens.
        reading: in which pictures are read.

    Raises:
        ImageError: when a picture cannot be read.
    """

    def __init__(
        self,
        pairs: Sequence[Pair],
        settings: Settings,
        painter: Painter,
        shelf: Shelf,
        tell: OnEvent,
        reading: Reading = native_silence,
    ) -> None:
        self.shelf = shelf
        self._pairs = {pair.name: pair for pair in pairs}
        self._painter, self._tell, self._reading = painter, tell, reading
        self._known = {pair.name: _known(self._scene(pair.name, settings)) for pair in pairs}
        self._courses: dict[tuple[Place, int], Course] = {}
        self._machinery = {
            **{name: str(value) for name, value in painter.engine.as_dict().items()},
            **versions(),
            "artefact": painter.artefact.manifest.sha256,
        }
        self._pace, self._done, self._total = Pace(0.0), 0, 0

    def expect(self, total: int, work: float) -> None:
        """So many runs, and so much work, are ahead."""
        self._pace, self._done, self._total = Pace(work), 0, total
        self._tell(Planned(total))

    def inputs(self, pair: str) -> dict[str, str]:
        """SHA-256 of a pair's pictures, by what they are."""
        return self._known[pair].inputs

    def work(self, place: Place, settings: Settings) -> float:
        """About how many pixels a run at a place evaluates."""
        known = self._known[place.pair]
        height, width = scaled_size(known.height, known.width, settings.size)
        # The weights that a strength comes to are the same for all: nobody corrects them.
        settings = replace(settings_for(settings, place.scales), strength=None)
        scales = plan(height, width, settings)
        return float(sum(scale.steps * scale.pixels for scale in scales))

    def run(self, trial: Trial, network: Network | None = None) -> Run:
        """The run of a trial, made now or before.

        Args:
            trial: of a contender.
            network: what paints, where the trial is of one.

        Raises:
            StylecoreError: when the engine fails, or it cannot be kept.
        """
        key = trial.key(self.inputs(trial.place.pair), self._machinery)
        found = self.shelf.find(trial, key)
        here = found is None
        if found is None:
            course = self._course(trial)
            if network is None:
                found, picture = race(trial, course, key, self._telling(trial))
            else:
                found, picture = one_pass(trial, course, key, network)
            self.shelf.keep(found, picture)
        self._done += 1
        work = self.work(trial.place, trial.settings) if network is None else 0.0
        self._pace.take(work, here=here)
        self._tell(Ended(found, self._done, self._total, here, self._pace.remaining()))
        return found

    def leave(self) -> None:
        """What was laid out is not needed any more."""
        self._courses.clear()

    def _course(self, trial: Trial) -> Course:
        at = (trial.place, trial.settings.size)
        if at not in self._courses:
            scene = self._painter.calibrated(self._scene(trial.place.pair, trial.settings))
            self._courses[at] = course_at(trial.place, scene, self._painter.problem(scene))
        return self._courses[at]

    def _scene(self, pair: str, settings: Settings) -> Scene:
        with self._reading():
            return self._pairs[pair].scene(settings)

    def _telling(self, trial: Trial) -> OnEvaluated:
        work = self.work(trial.place, trial.settings)

        def told(evaluation: int, loss: float) -> None:
            running = work * min(1.0, evaluation / trial.settings.steps)
            self._tell(
                Evaluated(
                    trial,
                    self._done,
                    self._total,
                    evaluation,
                    loss,
                    self._pace.share(running),
                    self._pace.remaining(running),
                )
            )

        return told


def _known(scene: Scene) -> _Known:
    return _Known(fingerprints(scene), scene.height, scene.width)
