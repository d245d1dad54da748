"""A comparison as JSON, with everything, and as CSV, with a line for each run."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Sequence
from typing import Any

from .comparison import Comparison
from .contenders import shown
from .run import Run
from .summary import tables, those_of
from .trial import FORM, NETWORK
from .ways import first_at, least_by_place, running_of
from .worth import worth_in


def as_dict(comparison: Comparison) -> dict[str, Any]:
    """Plain values, ready for JSON."""
    rules = comparison.rules
    found = tables(comparison.runs, rules.contenders, rules.fractions)
    return {
        "format": FORM,
        "versions": comparison.versions,
        "engine": comparison.engine,
        "model": comparison.model,
        "machines": machines(comparison),
        "rules": rules.as_dict(),
        "pairs": [
            {
                "name": pair.name,
                "content": pair.content.name,
                "styles": [style.name for style in pair.styles],
                "sha256": comparison.inputs[pair.name],
            }
            for pair in comparison.pairs
        ],
        "sweeps": [one.as_dict() for one in comparison.sweeps],
        "tables": [table.as_dict() for table in found],
        "runs": [run.as_dict() for run in comparison.runs],
        "passes": [run.as_dict() for run in comparison.passes],
        "worth": [one.as_dict() for one in worth_in(comparison)],
        "notes": list(comparison.notes),
    }


def machines(comparison: Comparison) -> list[str]:
    """Those on which the runs were made."""
    return list(dict.fromkeys(run.machine for run in comparison.runs))


def as_json(comparison: Comparison) -> bytes:
    """All of it, curves too."""
    return json.dumps(as_dict(comparison), ensure_ascii=False, allow_nan=False).encode() + b"\n"


def as_csv(comparison: Comparison) -> bytes:
    """A line for each run and each pass; empty is what is no number, or was not reached."""
    parts = sorted({name for run in comparison.runs for name in run.delivered} - {"loss"})
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    fractions = comparison.rules.fractions
    ways = [f"{what}_to_{one:g}" for one in fractions for what in ("evaluations", "seconds")]
    names = [f"delivered_{part}" for part in parts]
    writer.writerow([*_COLUMNS, *names, *ways])
    for scales in comparison.rules.scales:
        for clock in (False, True):
            runs = those_of(comparison.runs, scales, clock=clock)
            least = least_by_place(runs, running_of)
            for run in runs:
                ends = [first_at(run, least[run.place] / one) or ("", "") for one in fractions]
                shares = [run.delivered[part] for part in parts]
                writer.writerow([*_line(run), *shares, *(one for end in ends for one in end)])
    for one in comparison.passes:
        shares = [one.delivered.get(part) for part in parts]
        writer.writerow([*_line(one), *shares, *("" for _ in ways)])
    return text.getvalue().encode()


_COLUMNS = (
    *("pair", "start", "scales", "budget", "contender", "optimizer", "parameters"),
    *("evaluations", "seconds", "objective_seconds", "own_seconds"),
    *("peak_bytes", "bytes_above", "running_loss", "delivered_loss"),
)


def _line(run: Run) -> Sequence[Any]:
    budget = f"{run.steps} evaluations" if run.budget is None else f"{run.budget} seconds"
    if run.optimizer == NETWORK:
        budget = "one pass"
    return (
        *(run.place.pair, run.place.start, run.place.scales, budget),
        *(run.contender, run.optimizer, shown(run.parameters)),
        *(run.evaluations, run.seconds, run.objective_seconds, run.own_seconds),
        *(run.peak, run.above, run.running, run.delivered.get("loss")),
    )
