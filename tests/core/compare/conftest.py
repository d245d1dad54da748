"""Small pictures, and a painter that compares in milliseconds."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from stylecore.compare.comparison import compare
from stylecore.compare.contenders import usual_contenders
from stylecore.compare.pairs import named_pairs
from stylecore.compare.report import files_of
from stylecore.compare.rules import Rules
from stylecore.compare.run import Curve, Run
from stylecore.compare.shelf import Shelf
from stylecore.compare.trial import Place
from stylecore.painter import Painter
from stylecore.pictures.images import write_image
from stylecore.settings import Settings

SETTINGS = Settings(
    size=48, coarsest=32, steps=8, style_loss="gram", engine="cpu", threads=1, detail="content"
)


@pytest.fixture(scope="session")
def settings() -> Settings:
    return SETTINGS


@pytest.fixture(scope="session")
def pictures(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder, rng = tmp_path_factory.mktemp("pictures"), np.random.default_rng(0)
    found: dict[str, Path] = {}
    for name in ("cat", "dog", "wave"):
        found[name] = folder / f"{name}.png"
        small = rng.integers(0, 256, (6, 8, 3), np.uint8)
        write_image(found[name], cv2.resize(small, (64, 48), interpolation=cv2.INTER_CUBIC))
    return found


@pytest.fixture(scope="session")
def pairs(pictures: dict[str, Path]) -> Any:
    return named_pairs([(pictures[name], [pictures["wave"]]) for name in ("cat", "dog")])


@pytest.fixture(scope="session")
def painter(artefact_with: Any) -> Any:
    with Painter(artefact_with["gram"], SETTINGS) as painter:
        yield painter


@pytest.fixture(scope="session")
def rules() -> Rules:
    return Rules(SETTINGS, usual_contenders(), starts=2, sweep=0)


@pytest.fixture(scope="session")
def comparison(pairs: Any, rules: Rules, painter: Any, tmp_path_factory: Any) -> Any:
    """A comparison over two pairs and two starts, with its shelf and what was told of it."""
    shelf, events = Shelf(tmp_path_factory.mktemp("shelf") / "out"), list[Any]()
    return compare(pairs, rules, painter, shelf, events.append), shelf, events


@pytest.fixture(scope="session")
def report(comparison: Any) -> Any:
    """The files of its report."""
    found, shelf, _ = comparison
    return files_of(found, shelf)


@pytest.fixture(scope="session")
def run_like() -> Any:
    """Makes runs up."""

    def run_like(contender: str, loss: float, pair: str = "a", **changes: Any) -> Run:
        run = Run(
            key=f"{contender}{pair}{loss}",
            place=Place(pair, "single"),
            contender=contender,
            optimizer="adam",
            parameters={"learning_rate": 3.0},
            steps=4,
            budget=None,
            sweep=False,
            sizes=((8, 8),),
            objective="o",
            begin="b",
            evaluations=4,
            seconds=2.0,
            objective_seconds=1.5,
            own_seconds=0.5,
            peak=None,
            above=None,
            running=loss,
            delivered={"loss": loss, "content": loss, "style": 0.0},
            curve=Curve(
                (0,) * 4, (0.5, 1.0, 1.5, 2.0), {"loss": (8 * loss, 4 * loss, 2 * loss, loss)}
            ),
            machine="here",
        )
        return replace(run, **changes)

    return run_like
