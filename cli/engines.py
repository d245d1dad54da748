"""``stylecore engines``: what can compute here, what would, and how fast each is."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ..engine.cores import notes_on, usable_cores
from ..errors import SettingsError
from ..settings import Settings, default_of
from .common import Model, Offline, Quiet
from .errors import complain
from .options import HELP
from .painters import artefact_for
from .progress import progress_for
from .tally import tally_for

if TYPE_CHECKING:
    from ..contest import Placing
    from ..engine.survey import Finding, Survey

_ROUNDS = 5

Bench = Annotated[
    bool,
    typer.Option(
        "--bench",
        help="Let every engine that works compute the same iterations by turns: seconds of each, "
        "and the cosine of its gradient to that of fp32.",
    ),
]
Size = Annotated[
    int, typer.Option(metavar="PIXELS", help="Side of the picture of --bench, in pixels.")
]
Rounds = Annotated[int, typer.Option(help="Iterations of --bench, of which the median counts.")]
AsJson = Annotated[bool, typer.Option("--json", help="As JSON, with every detail.")]
Threads = Annotated[int, typer.Option(help=HELP["threads"][1])]


def engines(
    bench: Bench = False,
    size: Size = default_of("size"),
    rounds: Rounds = _ROUNDS,
    threads: Threads = default_of("threads"),
    as_json: AsJson = False,
    model: Model = None,
    offline: Offline = False,
    quiet: Quiet = False,
) -> None:
    """Show which engines work here, which one --engine auto takes, and why.

    Each is tried out by a small convolution: what ONNX Runtime lists need not load.

    Example: stylecore engines --bench
    """
    from ..engine.survey import survey

    settings = Settings(size=size, threads=threads)
    if rounds < 1:
        raise SettingsError(f"--rounds is {rounds}; give a number from 1")
    found = survey(threads)
    for note in () if quiet else notes_on(threads):
        complain(note)
    placings = _contested(found, settings, rounds, model, offline, quiet) if bench else {}
    if as_json:
        typer.echo(json.dumps(_as_dict(found, placings, settings), indent=2))
        return
    for line in _lines(found, placings):
        typer.echo(line)


def _contested(
    found: Survey, settings: Settings, rounds: int, model: str | None, offline: bool, quiet: bool
) -> dict[str, Placing]:
    from ..contest import contest
    from ..engine.artefact import load_artefact

    with progress_for(quiet=quiet) as progress:
        folder = artefact_for(settings, model, offline, progress)
    working = [one.engine for one in found.findings if one.engine is not None]
    with tally_for(quiet=quiet) as tally:
        tally.begin(f"iterations at {settings.size}×{settings.size}")

        def count(done: int, total: int) -> None:
            tally.count(done, total, "iteration")

        return contest(working, load_artefact(folder), settings, rounds, count)


def _as_dict(
    found: Survey, placings: Mapping[str, Placing], settings: Settings
) -> Mapping[str, Any]:
    told = found.as_dict() | {"cores": usable_cores()}
    if not placings:
        return told
    rows = [_row(one, placings.get(one.name)) for one in found.findings]
    return told | {"engines": rows, "size": settings.size}


def _row(one: Finding, placing: Placing | None) -> dict[str, Any]:
    from ..contest import Placing

    placing = placing or Placing()
    return one.as_dict() | {
        "seconds_per_iteration": placing.seconds,
        "cosine_to_fp32": placing.cosine,
        "complaint": one.complaint or placing.complaint or None,
    }


def _lines(found: Survey, placings: Mapping[str, Placing]) -> Iterator[str]:
    cores = usable_cores()
    yield f"ONNX Runtime {found.version} on {cores} {'core' if cores == 1 else 'cores'}"
    width = max(len(one.name) for one in found.findings)
    for one in found.findings:
        mark = "*" if one.name == found.chosen.name else " "
        yield f"{mark} {one.name:{width}}  {_state(one, placings.get(one.name))}"
    yield f"* is what --engine auto takes: {found.why}."


def _state(one: Finding, placing: Placing | None) -> str:
    if one.engine is None:
        return one.complaint.removesuffix("or take --engine cpu").rstrip(",; ")
    threads = "1 thread" if one.engine.threads == 1 else f"{one.engine.threads} threads"
    words = [one.engine.precision, threads]
    if not one.engine.row.auto:
        words.append(f"taken with --engine {one.name}")
    if placing is not None and placing.seconds is not None:
        words += [f"{placing.seconds:.3f} s an iteration", f"cosine {placing.cosine:.5f}"]
    if placing is not None and placing.complaint:
        words.append(placing.complaint)
    return ", ".join(words)
