"""``stylecore rerun``: a picture made again, or otherwise, from what its file tells."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from .. import files
from ..errors import StylecoreError
from ..settings import Settings, apart
from .common import Metadata, Model, NoMetadata, Offline, Quiet, argument, output
from .errors import complain
from .life import Life, with_life
from .options import with_changes
from .order import Manner, Order, start_of
from .outputs import Outputs, model_files
from .painting import carry_out
from .show import made_of
from .standard import given
from .strips import Strip, carry_out_strip
from .stylize import DryRun, Report, SaveEvery
from .where import Pair, Where

if TYPE_CHECKING:
    from ..painter import Painter
    from ..provenance.inputs import Inputs
    from ..provenance.provenance import Provenance
    from ..provenance.search import Found
    from ..strength.calibrated import Calibrated

_Output = Annotated[
    Path | None,
    output(
        "Where the new picture goes: .png, .jpg, .webp, .tif or .bmp. "
        "Left out, a new CONTENT-STYLE.png in the current folder; a folder gets it instead, and - "
        "is standard output, as PNG."
    ),
]
_Folders = Annotated[
    list[Path] | None,
    typer.Option(
        "--inputs",
        metavar="DIR",
        help="Look for inputs here first, then beside PICTURE and in the current folder; "
        "repeatable.",
        show_default=False,
    ),
]
_Anyway = Annotated[
    bool,
    typer.Option(
        "--anyway", help="Take inputs and weights that have changed since, as they are now."
    ),
]


@with_changes
@with_life
def rerun(
    picture: Annotated[Path, argument("PICTURE", "What stylecore has made; - is standard input.")],
    changes: dict[str, Any],
    life: Life,
    output: _Output = None,
    inputs: _Folders = None,
    anyway: _Anyway = False,
    save_every: SaveEvery = 0,
    report: Report = None,
    dry_run: DryRun = False,
    model: Model = None,
    offline: Offline = False,
    quiet: Quiet = False,
    metadata: Metadata = "no-gps",
    no_metadata: NoMetadata = False,
) -> None:
    """Make PICTURE again, from what its file says of its inputs and settings.

    Options for settings change these, and leave the others as they were: --size 2048 makes the same
    picture larger. Inputs are found by name, or else by their SHA-256 under another name.
    """
    there = given(picture)
    start = start_of(Settings(init=changes.get("init", "content")))
    early = Outputs([there, *start, *model_files(model)])
    if output is not None and not files.is_folder(output):
        early.expect_picture(output)
    made = made_of(there, picture)
    folders = [*(inputs or ()), there.parent, Path()]
    order = _order(made, changes, folders, anyway=anyway, quiet=quiet)
    how = Manner(
        output=output,
        save_every=save_every,
        report=report,
        dry_run=dry_run,
        model=model or _weights(made, folders),
        offline=offline,
        quiet=quiet,
        metadata=metadata,
        no_metadata=no_metadata,
        life=life,
    )
    check = partial(_check, made, anyway=anyway, quiet=quiet)
    if not made.strip:
        return carry_out(order, how, [there], check)
    if save_every or report is not None or dry_run:
        raise StylecoreError(
            f"{picture} is of a strip, which has neither --save-every nor --report nor --dry-run;"
            " leave them out"
        )
    return carry_out_strip(order, how, Strip(made.strip), [there], check)


def _order(
    made: Provenance,
    changes: dict[str, Any],
    folders: Sequence[Path],
    *,
    anyway: bool,
    quiet: bool,
) -> Order:
    """What is to be painted, from files that are there.

    Raises:
        StylecoreError: where one is missing, or has changed and is not taken anyway.
    """
    from ..provenance.search import search

    wanted = dict(made.inputs.named())
    if "init" in changes:
        wanted.pop("start", None)
        wanted.pop("init network", None)
    found = search(wanted, folders)
    _complain_of(found, anyway=anyway, quiet=quiet)
    settings, calibrated = _settings(made, changes, found)
    if "start" in found.files:
        settings = replace(settings, init=str(found.files["start"]))
    styles = [path for what, path in found.files.items() if what.split()[0] == "style"]
    return Order(
        content=found.files["content"],
        styles=styles,
        settings=replace(settings, **apart(changes)),
        where=_where(made.inputs, found.files),
        fine_style=found.files.get("fine style"),
        init_network=found.files.get("init network"),
        calibrated=calibrated,
    )


def _settings(
    made: Provenance, changes: dict[str, Any], found: Found
) -> tuple[Settings, Calibrated | None]:
    """Those that a picture was asked for with, and what their strength comes to, if that is known.

    Another picture, of another size say, has another pair of weights for the same strength.
    """
    from ..provenance.identity import ELSEWHERE

    if made.calibrated is None:
        return made.settings, None
    same = not found.changed and set(changes) <= set(ELSEWHERE)
    return made.calibrated.asked(made.settings), made.calibrated if same else None


def _complain_of(found: Found, *, anyway: bool, quiet: bool) -> None:
    missing = [f"{what} ({one.name or 'no file'})" for what, one in found.missing.items()]
    changed = [f"{what} ({found.files[what]})" for what in found.changed]
    if missing:
        raise StylecoreError(
            f"not found: {', '.join(missing)}; give the folder with it by --inputs"
        )
    if changed and not anyway:
        raise StylecoreError(
            f"changed since: {', '.join(changed)}; give the folder with the former by --inputs, or"
            " take it as it is with --anyway"
        )
    if changed and not quiet:
        complain(f"changed since: {', '.join(changed)}; the picture will be another")


def _where(inputs: Inputs, there: dict[str, Path]) -> Where:
    """The masks of a picture, by the files that they are in now."""
    pairs: list[Pair] = []
    for number, region in enumerate(inputs.regions, start=1):
        content = there[f"region {number} of the content"]
        styles = region.styles
        for index in range(len(inputs.styles)) if styles is None else styles:
            mask = None if styles is None else styles[index]
            style = None if mask is None else there[f"region {number} of style {index + 1}"]
            pairs.append(Pair(content, index, style))
    labels = inputs.labels
    labelled = 0 if labels is None else len(labels.styles)
    weights = labels.weights if labels else tuple(region.weight for region in inputs.regions)
    return Where(
        pairs=tuple(pairs),
        content_labels=there.get("labels of the content"),
        style_labels=tuple(there[f"labels of style {i}"] for i in range(1, labelled + 1)),
        weights=weights,
        keep=there.get("keep"),
        content_map=there.get("content map"),
    )


def _weights(made: Provenance, folders: Sequence[Path]) -> str | None:
    """The weights of a picture, as --model takes them; None for the usual ones."""
    from ..models import sources
    from ..models.imported import imported

    source, sha256 = made.model["source"], made.model["sha256"]
    if source in sources.known():
        return None if source == sources.DEFAULT else source
    for name, entry in imported().items():
        if entry.sha256 == sha256:
            return name
    paths = [folder / source for folder in folders if Path(source).name == source]
    return next((str(path) for path in paths if _is_file_of(path, sha256)), None)


def _is_file_of(path: Path, sha256: str) -> bool:
    try:
        return path.is_file() and files.sha256_of(path) == sha256
    except (OSError, ValueError):
        return False


def _check(made: Provenance, painter: Painter, *, anyway: bool, quiet: bool) -> None:
    """Make sure that a painter has the picture's weights, and say what else is not as it was.

    Raises:
        StylecoreError: for other weights, unless they are taken anyway.
    """
    manifest, engine, others = painter.artefact.manifest, painter.engine, list[str]()
    if manifest.source_sha256 != made.model["sha256"] and not anyway:
        raise StylecoreError(
            f"the weights were {made.model['source']} ({made.model['sha256'][:12]}) and are"
            f" {manifest.source} ({manifest.source_sha256[:12]}); give the former by --model, or"
            " take these with --anyway"
        )
    if manifest.sha256 != made.model["artefact"]:
        others.append("the network was built or stored in another way")
    if made.engine != {"name": engine.name, "precision": engine.precision}:
        then = f"{made.engine['name']} in {made.engine['precision']}"
        others.append(f"it was made on {then}, and this is {engine.name} in {engine.precision}")
    if others and not quiet:
        complain(f"{'; '.join(others)}: single levels may differ")
