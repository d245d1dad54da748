"""The report in a real browser, headless: its script runs, and nothing is fetched."""

import os
import re
import shutil
import subprocess
from pathlib import Path

import cv2
import numpy as np
import pytest

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
FLAGS = [
    *("--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"),
    *("--no-first-run", "--disable-background-networking", "--disable-component-update"),
    *("--hide-scrollbars", "--window-size=1280,2400", "--force-device-scale-factor=1"),
    # Whatever the page asked for from elsewhere would fail, and show in its console.
    *("--host-resolver-rules=MAP * ~NOTFOUND", "--enable-logging=stderr", "--v=0"),
]


@pytest.fixture(scope="module")
def chromium():
    found = next(filter(None, map(shutil.which, NAMES)), None)
    if found is None:
        pytest.skip(f"none of {', '.join(NAMES)} is here to open the page with")
    return found


@pytest.fixture(scope="module")
def browse(chromium, report, tmp_path_factory):
    """Opens the report in the browser, with further flags; what it wrote on stdout and stderr."""
    folder = tmp_path_factory.mktemp("page")
    (folder / "report.html").write_bytes(report["report.html"])

    def browse(*flags):
        words = [chromium, *FLAGS, f"--user-data-dir={folder / 'profile'}", *flags]
        words.append((folder / "report.html").as_uri())
        return subprocess.run(
            words,
            capture_output=True,
            text=True,
            timeout=120,
            check=True,
            cwd=folder,
            env={**os.environ, "HOME": str(folder)},
        )

    browse.folder = folder
    return browse


@pytest.mark.browser
def test_its_script_runs_without_a_complaint(browse):
    run = browse("--dump-dom", "--virtual-time-budget=2000")
    assert '<html lang="en" class="scripted">' in run.stdout
    # One group of pictures is shown, and the curtain has two of its pictures.
    groups = re.findall(r'<div class="group"( hidden="")?>', run.stdout)
    assert groups == ["", *[' hidden=""'] * (len(groups) - 1)]
    curtain = run.stdout.partition('<div class="curtain')[2].partition("</div></div>")[0]
    assert len(re.findall(r'<img alt="[\w-]+" src="data:image/jpeg', curtain)) == 2
    assert "100 %" in run.stdout
    assert not re.search(r"CONSOLE.*(Error|Refused|Failed)", run.stderr)


@pytest.mark.browser
@pytest.mark.slow
def test_all_of_it_shows(browse):
    place = Path(browse.folder) / "page.png"
    browse(f"--screenshot={place}")
    picture = cv2.imread(str(place))
    assert picture.shape == (2400, 1280, 3)
    # Text, plots and pictures: no large part of the page is of one colour.
    for band in np.array_split(picture, 6):
        assert len(np.unique(band.reshape(-1, 3), axis=0)) > 30
