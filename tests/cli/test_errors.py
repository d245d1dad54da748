"""Standard error is silent where a library would speak, and itself again afterwards."""

from __future__ import annotations

import os
import warnings

import pytest

from stylecore.cli.errors import while_reading
from stylecore.errors import ImageWarning


def speak(text: str) -> None:
    """Write to stderr as a C library does."""
    os.write(2, text.encode())


def test_what_a_file_asks_for_in_vain_is_a_line(capfd: pytest.CaptureFixture[str]) -> None:
    with while_reading():
        speak("a C library")
        for _ in range(2):
            warnings.warn("a.png has a damaged colour profile", ImageWarning, stacklevel=1)
    assert capfd.readouterr().err == "stylecore: a.png has a damaged colour profile\n"


def test_an_error_while_reading_is_handed_on(capfd: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(OSError, match="no room"), while_reading():
        raise OSError("no room")
    assert capfd.readouterr().err == ""
