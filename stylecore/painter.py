"""A painter: an artefact's graphs, opened once on an engine, that paint many scenes."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from functools import partial
from pathlib import Path
from time import perf_counter
from typing import Self, TypeAlias

from .aim import Aim
from .checkpoints.checkpoint import Checkpoint
from .descent import descend
from .engine.artefact import Artefact, default_artefact, fits, load_artefact
from .engine.cores import notes_on
from .engine.engines import choose_engine
from .engine.objective import Objective
from .engine.traits import Traits, traits_of
from .errors import EngineError, ModelError, SettingsError
from .fits import find_room, limit_for
from .journal import Journal
from .memory import is_shortage, let_go
from .outcome import Outcome
from .problem import Problem
from .provenance.identity import Identity
from .pyramid import Scale, plan
from .record import OnStep, Record
from .report import Report
from .results import Result
from .scene import Scene
from .settings import Settings
from .sketches import Sketches
from .strength.correction import Correction
from .strength.pilots import OnPilot, calibrate
from .strength.yardstick import Yardstick
from .tiling.fitting import Fit
from .tiling.graphs import Graphs
from .tiling.objective import TiledObjective
from .underway import OnWay, Way


class Painter:
    """Paints scenes; opening it takes half a second, which further pictures do not pay again.

    It may be used from several threads at once: what is loaded is shared, what steers a picture is
    each picture's own. They then share the cores too. Closed, or at the end of a ``with`` block, it
    gives its memory back.

    Args:
        model: the folder of an artefact, or an artefact; by default the one that was made on this
            machine for the settings' pooling, layers and style loss.
        settings: engine and threads count, and what the artefact must have; by default
            ``Settings()``.
        keep: how many bytes of what it finds out about contents and styles it keeps for pictures
            of the same size with the same ones.

    Raises:
        ModelError: when there is no artefact, or it does not fit the settings.
        EngineError: when ONNX Runtime or the engine asked for is missing.
    """

    def __init__(
        self,
        model: str | Path | Artefact | None = None,
        settings: Settings | None = None,
        keep: int = 0,
    ) -> None:
        settings = settings or Settings()
        self.artefact = _opened(model, settings)
        self.engine = choose_engine(settings.engine, settings.threads)
        self._graphs = Graphs(self.artefact, self.engine, keep)
        self._closed = False

    def __enter__(self) -> Self:
        """Open already; closed at the end of the block."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close it."""
        self.close()

    def close(self) -> None:
        """Give the memory back; it paints no more."""
        self._closed = True
        del self._graphs

    def objective(self, scene: Scene) -> Objective:
        """The objective that a run ends with: at the final size, on its canvas.

        With a strength it has the weights that pilots found, before a run corrects them.

        Raises:
            ModelError: when the artefact does not fit the scene's settings.
            SettingsError: where the memory that may be held does not suffice.
        """
        self._check(scene)
        traits = self._traits(scene)
        scene = self.calibrated(scene, traits=traits)
        objective = TiledObjective(self._graphs)
        scale = Scale(scene.height, scene.width, scene.settings.steps)
        (fit,) = self._room(scene, [scale])
        study = scene.at(scale)
        targets = Aim(self._graphs, traits).targets(study, side=fit.side)
        objective.aim(targets, scene.height, scene.width, study.canvas)
        return objective

    def problem(self, scene: Scene) -> Problem:
        """What a scene asks of an optimiser, at any scale.

        Raises:
            ModelError: when the artefact does not fit the scene's settings.
            SettingsError: for a strength in place of weights.
        """
        self._check(scene)
        if scene.settings.strength is not None:
            raise SettingsError(
                "a scene with a strength has no weights yet; take painter.calibrated(scene)"
            )
        aim = Aim.of(self._graphs, scene, self._traits(scene))
        objective = Objective(self._graphs.objective(), self.artefact.manifest, aim.exponent)
        return Problem(objective, aim.values, aim.losses)

    def paint(
        self,
        scene: Scene,
        on_step: OnStep | None = None,
        *,
        started: float | None = None,
        checkpoint: Checkpoint | None = None,
        on_pilot: OnPilot | None = None,
        on_way: OnWay | None = None,
    ) -> Result:
        """Paint a scene, coarse to fine.

        Args:
            scene: as from :func:`read_scene`.
            on_step: called after every evaluation of the objective.
            started: when the set-up began, by ``time.perf_counter``; by default now.
            checkpoint: kept up while it paints; where it is of a run that was stopped, that goes
                on, and where that was finished, its result is returned.
            on_pilot: called after every evaluation of the pilots that a strength is found by.
            on_way: called between steps that are done in parts, after each part.

        Raises:
            CheckpointError: for a checkpoint that is damaged, or of another run.
            ModelError: when the artefact does not fit the scene's settings.
            SettingsError: where the memory that may be held does not suffice.
            ImageError: for a region that vanishes, where the settings say so.
            Interrupted: on Ctrl-C, once there is a picture.
            UnfinishedError: when anything else ends the run, once there is a picture.
        """
        started = perf_counter() if started is None else started
        self._check(scene)
        report = self._report(scene)
        scales = plan(scene.height, scene.width, scene.settings)
        identity = Identity.of(scene.settings, scene.inputs, self.artefact.manifest.sha256)
        journal = Journal(checkpoint, identity, scales, report)
        if journal.result is not None:
            return journal.result
        fits, traits = self._room(scene, scales, report), self._traits(scene)
        scene = self._weighed(scene, traits, journal, report, on_pilot)
        way = Way(on_way)
        aim = Aim.of(self._graphs, scene, traits, way)
        objective = TiledObjective(self._graphs, aim.exponent, way)
        record = Record(scales, objective, scene.finish, report, on_step)
        if journal.standing is not None:
            record.recall(journal.standing.noted)
        outcome = Outcome(scene, report, started)
        try:
            correction = Correction(self.yardstick, partial(setattr, report, "calibrated"))
            run = scene, scales, objective, aim.targets, record, journal, fits, way, correction
            x, targets = descend(*run)
            moves = scene.calibrated is None or scene.calibrated.strength > 0
            report.warnings += [*record.finish(moves=moves), *journal.notes()]
            outcome.painted(x)
            del x
            objective.rest()  # the measurement wants the memory
            result = outcome.judged(partial(aim.losses, targets, shallow=scales[-1].shallow))
            journal.finish(result)
            return result
        except (Exception, KeyboardInterrupt) as end:
            if is_shortage(end):
                _make_room(end, objective)
            journal.keep()
            rescued = outcome.rescued(record.best, end)
            if rescued is None:
                raise
            # A bare Ctrl-C has nothing to add; a caller's own kind of it has.
            raise rescued from (None if type(end) is KeyboardInterrupt else end)

    def _report(self, scene: Scene) -> Report:
        report = Report(scene.settings, self.engine, self.artefact.manifest, scene.inputs)
        report.warnings += [*notes_on(self.engine.threads), *scene.notes()]
        return report

    def _weighed(
        self,
        scene: Scene,
        traits: Traits,
        journal: Journal,
        report: Report,
        on_pilot: OnPilot | None,
    ) -> Scene:
        """The scene with its weights, of the run that goes on or new ones; the report has them."""
        if journal.standing is not None:
            scene = replace(scene, calibrated=journal.standing.calibrated)
        scene = self.calibrated(scene, on_pilot, traits)
        report.settings, report.calibrated = scene.settings, scene.calibrated
        return scene

    def calibrated(
        self, scene: Scene, on_pilot: OnPilot | None = None, traits: Traits | None = None
    ) -> Scene:
        """The scene with the weights that its strength comes to in its settings; as it is, without.

        They are those of pilots; a run's last steps correct them.

        Args:
            scene: as from :func:`read_scene`.
            on_pilot: called after every evaluation of the pilots, which are painted where the scene
                does not know what its strength comes to.
            traits: of the scene, where they are known already.

        Raises:
            ModelError: when the artefact does not fit the scene's settings.
            SettingsError: where there is nothing to measure a strength by.
        """
        self._check(scene)
        if scene.settings.strength is None:
            return scene
        found = scene.calibrated
        if found is None:
            sketches = Sketches(self._graphs, self.engine, traits or self._traits(scene))
            found = calibrate(scene, sketches.paint, sketches.yardstick, on_pilot)
        return replace(scene, settings=found.applied(scene.settings), calibrated=found)

    def yardstick(self, scene: Scene) -> Yardstick:
        """What measures pictures of a scene's size against its styles.

        Raises:
            SettingsError: where there is nothing to measure by.
        """
        return Yardstick.of(self._graphs.features, self.artefact.manifest, scene)

    def fits(self, scene: Scene) -> tuple[list[Fit], float]:
        """How each scale of a run would find room, and the bytes that the process may hold.

        Raises:
            SettingsError: where one finds none.
        """
        self._check(scene)
        scales = plan(scene.height, scene.width, scene.settings)
        return self._room(scene, scales), limit_for(self.engine, scene.settings)

    def _room(
        self, scene: Scene, scales: Sequence[Scale], report: Report | None = None
    ) -> list[Fit]:
        return find_room(scene, scales, self.engine, self._graphs, report)

    def _traits(self, scene: Scene) -> Traits:
        styles = list(zip(scene.styles, scene.alphas, strict=True))
        manifest = self.artefact.manifest
        return traits_of(self._graphs.features, manifest, scene.settings, scene.content, styles)

    def _check(self, scene: Scene) -> None:
        if self._closed:
            raise EngineError("this painter is closed; open another")
        _check_fit(self.artefact, scene.settings)


Model: TypeAlias = str | Path | Artefact | Painter | None
"""What runs a network: the folder of an artefact, an artefact, or a painter that has opened one."""


def painter_for(model: Model, settings: Settings) -> Painter:
    """The painter that was given, or one that is opened for the settings.

    Raises:
        ModelError: as :class:`Painter`.
        EngineError: as :class:`Painter`.
    """
    return model if isinstance(model, Painter) else Painter(model, settings)


def _opened(model: str | Path | Artefact | None, settings: Settings) -> Artefact:
    if not isinstance(model, Artefact):
        model = load_artefact(default_artefact(settings) if model is None else Path(model))
    _check_fit(model, settings)
    return model


def _check_fit(artefact: Artefact, settings: Settings) -> None:
    if not fits(artefact.manifest, settings):
        raise ModelError(
            f"{artefact.folder} has {artefact.manifest.layout}, which the settings do not ask for;"
            " give the settings these or build another"
        )


def _make_room(end: BaseException, objective: Objective) -> None:
    """Give back what a run has taken, so that its best picture can be delivered."""
    let_go(end)
    with suppress(EngineError, MemoryError):
        objective.rest()
