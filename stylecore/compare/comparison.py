"""A comparison from rules to runs: parameters are found, then every contender runs everywhere."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ..errors import SettingsError, StylecoreError
from ..feedforward.network import Network
from ..files import sha256_of
from ..painter import Painter
from ..report import versions
from ..settings import Settings
from ..silence import native_silence
from .contenders import Contender
from .events import OnEvent
from .ground import Ground, Reading
from .onepass import remarks
from .pairs import Pair
from .rules import Rules
from .run import Run
from .schedule import schedule
from .shelf import RUNS, Shelf
from .sweep import PAIRS, Sweep, sweep
from .trial import Place, Scales, Trial


@dataclass(frozen=True)
class Comparison:
    """What was compared, and what came of it.

    Attributes:
        rules: by which.
        pairs: over which.
        inputs: SHA-256 of each pair's pictures, by what they are.
        sweeps: how parameters were found.
        runs: of all places, in their order; none of the sweeps'.
        passes: of networks, at the first start of each pair that has one.
        notes: on what these were trained for.
        engine: that computed, as plain values.
        model: name and SHA-256 of the network.
        versions: of stylecore and what it stands on.
    """

    rules: Rules
    pairs: tuple[Pair, ...]
    inputs: dict[str, dict[str, str]]
    sweeps: tuple[Sweep, ...]
    runs: tuple[Run, ...]
    engine: dict[str, Any]
    model: dict[str, str]
    versions: dict[str, str]
    passes: tuple[Run, ...] = ()
    notes: tuple[str, ...] = ()


def compare(
    pairs: Sequence[Pair],
    rules: Rules,
    painter: Painter,
    shelf: Shelf,
    tell: OnEvent,
    reading: Reading = native_silence,
    networks: Mapping[str, Network] | None = None,
) -> Comparison:
    """Let all contenders run at all places, once with so many evaluations, once with seconds.

    Every run is kept when it is done: what ends a comparison early loses the run that it was at,
    and the same call goes on with that.

    Args:
        pairs: over which.
        rules: by which.
        painter: opened for the rules' settings.
        shelf: where runs are kept.
        tell: told of all that happens.
        reading: in which pictures are read.
        networks: that paint a pair's content in one pass, by the names of the pairs.

    Raises:
        StylecoreError: when a picture cannot be read, the engine fails, nothing can be written, or
            what is kept was made on another objective.
    """
    if not pairs:
        raise SettingsError("there are no pairs to compare over; give a content and a style")
    networks = networks or {}
    ground = Ground(pairs, rules.settings, painter, shelf, tell, reading)
    with shelf.held():
        shelf.sweep_up()
        many = len(rules.scales) * sum(pair.name in networks for pair in pairs)
        ground.expect(*schedule(pairs, rules, ground, many))
        sweeps = tuple(_sweeps(pairs, rules, ground))
        runs, passes = _everywhere(pairs, rules, sweeps, networks, ground)
    return Comparison(
        rules=rules,
        pairs=tuple(pairs),
        inputs={pair.name: ground.inputs(pair.name) for pair in pairs},
        sweeps=sweeps,
        runs=tuple(runs),
        engine=painter.engine.as_dict(),
        model={
            "name": painter.artefact.manifest.name,
            "sha256": painter.artefact.manifest.source_sha256,
            "source": painter.artefact.manifest.source,
        },
        versions=versions(),
        passes=tuple(passes),
        notes=tuple(_remarks(pairs, networks, rules)),
    )


def _everywhere(
    pairs: Sequence[Pair],
    rules: Rules,
    sweeps: Sequence[Sweep],
    networks: Mapping[str, Network],
    ground: Ground,
) -> tuple[list[Run], list[Run]]:
    """The runs at all places, and the passes of networks, which one start is enough for."""
    runs: list[Run] = []
    passes: list[Run] = []
    for number, place in enumerate(rules.places(pairs)):
        found = _compete(place, number, rules, sweeps, ground)
        if place.pair in networks and not place.start:
            passes.append(_passed(place, networks[place.pair], rules, ground))
            objectives = {run.objective for run in (*found, passes[-1])}
            _check_same("objective", objectives, place.pair, ground.shelf)
        runs += found
        ground.leave()
    return runs, passes


def _remarks(pairs: Sequence[Pair], networks: Mapping[str, Network], rules: Rules) -> Iterable[str]:
    """What is to be said of the networks, once."""
    with_one = [pair for pair in pairs if pair.name in networks]
    return dict.fromkeys(
        line for pair in with_one for line in remarks(pair, networks[pair.name], rules.settings)
    )


def _passed(place: Place, network: Network, rules: Rules, ground: Ground) -> Run:
    """What a network makes of a place's content."""
    name, sha256 = network.path.name, sha256_of(network.path)
    return ground.run(Trial(place, name, rules.settings, network=sha256), network)


def _sweeps(pairs: Sequence[Pair], rules: Rules, ground: Ground) -> list[Sweep]:
    """Every tunable contender's parameters, for single scales and for coarse to fine."""
    found: list[Sweep] = []
    for scales in rules.scales:
        for contender in rules.tuned:

            def judge(
                settings: Settings, scales: Scales = scales, name: str = contender.name
            ) -> list[float]:
                places = (Place(pair.name, scales) for pair in pairs[:PAIRS])
                return [
                    ground.run(Trial(place, name, settings, sweep=True)).loss for place in places
                ]

            found.append(sweep(contender, scales, rules.small, judge))
        ground.leave()
    return found


def _compete(
    place: Place, number: int, rules: Rules, sweeps: Sequence[Sweep], ground: Ground
) -> list[Run]:
    """All runs at one place, by turns: who begins changes from place to place."""
    order = [*rules.contenders[number % len(rules.contenders) :]]
    order += rules.contenders[: number % len(rules.contenders)]
    settings = {one.name: one.settings(rules.settings, _chosen(one, place, sweeps))
                for one in order}  # fmt: skip
    by_number = [ground.run(Trial(place, one.name, settings[one.name])) for one in order]
    seconds = rules.seconds or min(run.seconds for run in by_number)
    by_clock = [ground.run(Trial(place, one.name, settings[one.name], seconds)) for one in order]
    check_alike([*by_number, *by_clock], ground.shelf)
    return [*by_number, *by_clock]


def _chosen(contender: Contender, place: Place, sweeps: Sequence[Sweep]) -> dict[str, Any]:
    found = (one for one in sweeps
             if (one.contender, one.scales) == (contender.name, place.scales))  # fmt: skip
    return next((dict(one.chosen) for one in found), dict[str, Any]())


def check_alike(runs: Sequence[Run], shelf: Shelf) -> None:
    """Make sure that runs at one place had one objective, one start and one budget.

    Raises:
        StylecoreError: where they had not.
    """
    for what, found in (
        ("objective", {run.objective for run in runs}),
        ("start", {run.begin for run in runs}),
        ("number of evaluations", {run.steps for run in runs}),
        ("number of seconds", {run.budget for run in runs} - {None}),
    ):
        _check_same(what, found, runs[0].place.pair, shelf)
    for run in runs:
        if run.budget is None and run.evaluations > run.steps:
            raise StylecoreError(
                f"{run.contender} made {run.evaluations} evaluations, and {run.steps} were allowed"
            )


def _check_same(what: str, found: set[Any], pair: str, shelf: Shelf) -> None:
    if len(found) > 1:
        raise StylecoreError(
            f"the runs at {pair} had not all the same {what}; remove {shelf.folder / RUNS}, or give"
            " another folder"
        )
