"""How a picture was made: settings, versions, network, inputs and losses, as JSON and back."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from os import PathLike
from pathlib import Path
from typing import Any, Self

from ..errors import SettingsError, StylecoreError
from ..pictures.metadata import read_made
from ..settings import Settings
from ..settingsfile import mapping_of, settings_of
from ..strength.calibrated import Calibrated
from .inputs import Inputs

FORMAT = 1
_STARTS = ("content", "noise")


@dataclass(frozen=True)
class Provenance:
    """How a picture was made.

    Two runs that give the same picture give the same of this: it holds no time and no place.

    Attributes:
        settings: all of them; ``init`` without a folder.
        inputs: what was looked at.
        versions: of stylecore and what it stands on, by name.
        model: name of the network, source and SHA-256 of its weights, SHA-256 of its files.
        engine: name and precision of what computed.
        losses: of the delivered picture, by name; None where they were not measured.
        steps: evaluations that were made, of those that were planned.
        finished: whether nothing ended the run early.
        strip: of how many pictures the strip is that it is, or is part of; 0 for a single one.
        calibrated: what its strength came to, which is in the settings; None without a strength.
    """

    settings: Settings
    inputs: Inputs
    versions: Mapping[str, str]
    model: Mapping[str, str]
    engine: Mapping[str, str]
    losses: Mapping[str, float | None] | None
    steps: int
    finished: bool
    strip: int = 0
    calibrated: Calibrated | None = None

    @classmethod
    def of_report(cls, report: Mapping[str, Any], where: str = "the report") -> Self:
        """What a run's report tells.

        Args:
            report: as :meth:`Report.as_dict` gives it.
            where: it stands, for messages.

        Raises:
            StylecoreError: for the report of something else.
        """
        steps = sum(len(scale["steps"]) for scale in report["scales"])
        finished = not report["interrupted"] and report["error"] is None
        settings = settings_of(report["settings"], where)
        return cls(
            settings=_without_folder(settings),
            inputs=Inputs.of_dict(report["inputs"]),
            versions=dict(report["versions"]),
            model={name: str(report["model"][name]) for name in _OF_MODEL},
            engine={name: str(report["engine"][name]) for name in _OF_ENGINE},
            losses=report["final"],
            steps=steps,
            finished=finished,
            calibrated=_calibrated(report),
        )

    @classmethod
    def of_strip(cls, reports: Sequence[Mapping[str, Any]], settings: Settings, count: int) -> Self:
        """What the reports of a strip's pictures tell.

        Args:
            reports: of those that are there, the first first.
            settings: of the strip.
            count: pictures that were planned.

        Raises:
            StylecoreError: as :meth:`of_report`.
        """
        parts = [cls.of_report(report) for report in reports]
        return replace(
            parts[0],
            settings=_without_folder(settings),
            losses=None,
            steps=sum(part.steps for part in parts),
            finished=len(parts) == count and all(part.finished for part in parts),
            strip=count,
            calibrated=None,  # each picture has one of its own
        )

    def as_dict(self) -> dict[str, Any]:
        """Plain values, ready for JSON."""
        return {
            "format": FORMAT,
            "versions": dict(self.versions),
            "inputs": self.inputs.as_dict(),
            "model": dict(self.model),
            "engine": dict(self.engine),
            "settings": mapping_of(self.settings),
            "steps": self.steps,
            "finished": self.finished,
            **({"strip": self.strip} if self.strip else {}),
            **({} if self.calibrated is None else {"strength": self.calibrated.as_dict()}),
            "losses": None if self.losses is None else dict(self.losses),
        }

    def to_json(self) -> str:
        """All of it on one line."""
        return json.dumps(self.as_dict(), ensure_ascii=False, separators=(",", ":"))

    @classmethod
    def of_json(cls, text: str, where: str) -> Self:
        """What was written by :meth:`to_json`.

        Args:
            text: that.
            where: it stands, for messages.

        Raises:
            StylecoreError: for something else, or by another version in another form.
        """
        try:
            given = json.loads(text)
            if given["format"] != FORMAT:
                raise StylecoreError(
                    f"{where} says how it was made in form {given['format']!r}, and this version"
                    f" reads form {FORMAT}; take a newer stylecore"
                )
            return cls._of_dict(given, where)
        except SettingsError as error:
            raise StylecoreError(str(error)) from None
        except (AttributeError, KeyError, RecursionError, TypeError, ValueError):
            raise StylecoreError(
                f"what {where} says of how it was made is damaged; take another copy of it"
            ) from None

    @classmethod
    def _of_dict(cls, given: Any, where: str) -> Self:
        losses = given["losses"]
        return cls(
            settings=settings_of(given["settings"], where),
            inputs=Inputs.of_dict(given["inputs"]),
            versions={str(name): str(one) for name, one in given["versions"].items()},
            model={name: str(given["model"][name]) for name in _OF_MODEL},
            engine={name: str(given["engine"][name]) for name in _OF_ENGINE},
            losses=None if losses is None else {str(name): one for name, one in losses.items()},
            steps=int(given["steps"]),
            finished=bool(given["finished"]),
            strip=int(given.get("strip", 0)),
            calibrated=_calibrated(given),
        )


def read_provenance(path: str | PathLike[str]) -> Provenance | None:
    """How the picture in a file was made, or None where it does not say.

    Raises:
        ImageError: for a file that cannot be read.
        StylecoreError: where what it says is damaged, or of a newer version.
    """
    made = read_made(path)
    return Provenance.of_json(made, str(path)) if made else None


_OF_MODEL = ("name", "source", "sha256", "artefact")
_OF_ENGINE = ("name", "precision")


def _calibrated(given: Mapping[str, Any]) -> Calibrated | None:
    found = given.get("strength")
    return None if found is None else Calibrated.of_dict(found)


def _without_folder(settings: Settings) -> Settings:
    if settings.init in _STARTS:
        return settings
    return replace(settings, init=Path(settings.init).name)
