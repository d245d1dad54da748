"""What a batch tells on its way."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

from .bench import Told
from .jobs import Job


@dataclass(frozen=True)
class Looked:
    """It was looked whether a picture is there already.

    Attributes:
        done: how many were looked for.
        total: of so many.
    """

    done: int
    total: int


@dataclass(frozen=True)
class Planned:
    """All were looked for.

    Attributes:
        total: pictures of the batch.
        there: those that need not be painted.
        failed: those whose files cannot even be read.
    """

    total: int
    there: int
    failed: int


@dataclass(frozen=True)
class Stepped:
    """A picture that is painted stands here.

    Attributes:
        job: the picture.
        told: where it stands.
    """

    job: Job
    told: Told


@dataclass(frozen=True)
class Ended:
    """A picture is there, or could not be painted.

    Attributes:
        job: the picture.
        line: of the manifest.
        here: whether it was this batch, and not another process, that painted it.
        tried: whether it was among those that were to be painted: its files could be read.
    """

    job: Job
    line: Mapping[str, Any]
    here: bool = True
    tried: bool = True


@dataclass(frozen=True)
class Noted:
    """Something that the user should know, in one line."""

    text: str


Event: TypeAlias = Looked | Planned | Stepped | Ended | Noted
