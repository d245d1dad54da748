"""The report of a search: files for a folder, as bytes by their names."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from ..pictures.images import encoded_image
from .choices import Choice, choices_of, settings_text
from .page import as_html
from .portfolio import CHOICES, Portfolio
from .search import FORM
from .sheet import contact_sheet
from .tuner import Tuning

PAGE, SHEET, DATA = "tune.html", "contact-sheet.jpg", "tune.json"
NAMES = (DATA, SHEET, PAGE)
"""Of all files but those of choices, in the order in which they are written."""


def files_of(tuning: Tuning, portfolio: Portfolio) -> dict[str, bytes]:
    """All files, by their names within the folder; the page comes last."""
    choices = choices_of(tuning, portfolio)
    settings = {
        f"{CHOICES}/{one.name}.toml": settings_text(one, tuning).encode() for one in choices
    }
    return {
        **settings,
        DATA: _as_json(tuning, choices),
        SHEET: encoded_image(SHEET, contact_sheet(tuning, choices)),
        PAGE: as_html(tuning, choices),
    }


def _as_json(tuning: Tuning, choices: Sequence[Choice]) -> bytes:
    """Everything, ready for programs."""
    said: dict[str, Any] = {
        "format": FORM,
        "content": str(tuning.content),
        "style": str(tuning.style),
        "sha256": dict(tuning.inputs),
        "machinery": dict(tuning.machinery),
        "search": tuning.search.as_dict(),
        "choices": [
            {"number": one.tried.number, "settings": str(one.settings), "command": one.command}
            for one in choices
        ],
        "trials": [one.as_dict() for one in tuning.trials],
    }
    return json.dumps(said, ensure_ascii=False, allow_nan=False, indent=1).encode() + b"\n"
