"""What one pass of a network is worth: the evaluations after which optimisers come as far."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from .comparison import Comparison
from .run import Run, number
from .summary import those_of
from .trial import Place
from .ways import first_at, together


@dataclass(frozen=True)
class Overtaken:
    """When a contender's running loss was the network's.

    Attributes:
        contender: its name.
        runs: that came so far.
        of: so many runs.
        evaluations: until then, of all scales; infinite where half of the runs never came there.
        seconds: the same.
    """

    contender: str
    runs: int
    of: int
    evaluations: float
    seconds: float


@dataclass(frozen=True)
class Worth:
    """A network at a pair.

    Attributes:
        place: the pair, and which scales the contenders had.
        network: the name of its file.
        seconds: of a pass.
        loss: of what it made, in 8 bits.
        overtaken: by each contender.
    """

    place: Place
    network: str
    seconds: float
    loss: float
    overtaken: tuple[Overtaken, ...]

    def speedup(self, one: Overtaken) -> float:
        """How many times as long a contender took to come as far."""
        return one.seconds / self.seconds

    def as_dict(self) -> dict[str, Any]:
        """Plain values, ready for JSON."""
        return {
            "pair": self.place.pair,
            "scales": self.place.scales,
            "network": self.network,
            "seconds": self.seconds,
            "loss": number(self.loss),
            "overtaken": [
                {
                    "contender": one.contender,
                    "runs": one.runs,
                    "of": one.of,
                    "evaluations": number(one.evaluations),
                    "seconds": number(one.seconds),
                    "speedup": number(self.speedup(one)),
                }
                for one in self.overtaken
            ],
        }


def worth_in(comparison: Comparison) -> list[Worth]:
    """What every pass of a comparison is worth."""
    names = [one.name for one in comparison.rules.contenders]
    return worth_of(comparison.passes, comparison.runs, names)


def worth_of(passes: Sequence[Run], runs: Sequence[Run], names: Sequence[str]) -> list[Worth]:
    """What every pass is worth, beside the runs of its pair that had evaluations as their budget.

    Args:
        passes: of networks.
        runs: of contenders.
        names: of these, in their order.
    """
    return [_worth(one, runs, names) for one in passes]


def _worth(one: Run, runs: Sequence[Run], names: Sequence[str]) -> Worth:
    beside = [run for run in those_of(runs, one.place.scales, clock=False)
              if run.place.pair == one.place.pair]  # fmt: skip
    overtaken = (
        Overtaken(
            name, *together([first_at(run, one.loss) for run in beside if run.contender == name])
        )
        for name in names
    )
    return Worth(one.place, one.contender, one.seconds, one.loss, tuple(overtaken))
