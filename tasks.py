"""Every chore of this repository, on a machine that has only Python 3.11 or newer.

    python3 tasks.py demo     paint a picture from examples/ and say where it lies
    python3 tasks.py test     run the tests
    python3 tasks.py check    lint, format and types
    python3 tasks.py docs     write docs/cli.md from the commands, then run what the documents show
    python3 tasks.py bench    measure engines and sizes, beside torch where it is, into out/bench.md

Words after the command go to the tool behind it: ``python3 tasks.py test -k settings``.
The first run of a command makes ``.venv`` and installs into it; later runs find it there.
"""

from __future__ import annotations

import hashlib
import json
import os
import platform
import shlex
import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent
ENVIRONMENT = ROOT / ".venv"
BIN = ENVIRONMENT / ("Scripts" if os.name == "nt" else "bin")
PYTHON = BIN / ("python.exe" if os.name == "nt" else "python")
PACKAGES = {"stylecore": "stylecore", "models": "stylecore/models", "cli": "stylecore/cli"}
CONTENT, STYLE, PICTURE = "examples/pagoda.jpg", "examples/night.jpg", "out/pagoda-night.png"


def demo(words: Sequence[str]) -> None:
    """Paint a picture from examples/."""
    set_up("demo", ["cli", "openvino" if has_openvino_device() else "cpu"])
    picture = ROOT / PICTURE
    picture.parent.mkdir(exist_ok=True)
    call(PYTHON, "-m", "stylecore.cli", "stylize", CONTENT, STYLE, "--output", PICTURE, *words)
    print(f"The picture lies in {picture}")


def test(words: Sequence[str]) -> None:
    """Run the tests."""
    set_up("test", ["test"], then=install_oracle)
    call(PYTHON, "-m", "pytest", "-rs", *words)


def check(_: Sequence[str]) -> None:
    """Lint, format and types."""
    set_up("check", ["test", "lint"])
    call(PYTHON, "-m", "ruff", "check")
    call(PYTHON, "-m", "ruff", "format", "--check")
    check_types()


def docs(words: Sequence[str]) -> None:
    """Write docs/cli.md from the commands, then run what the documents show."""
    set_up("test", ["test"], then=install_oracle)
    call(PYTHON, "-m", "stylecore.cli.reference", "docs/cli.md")
    call(PYTHON, "-m", "pytest", "tests/test_docs.py", "tests/test_api.py", *words)


def bench(words: Sequence[str]) -> None:
    """Measure engines and sizes in one table, as Markdown and JSON."""
    set_up("demo", ["cli", "openvino" if has_openvino_device() else "cpu"])
    call(PYTHON, "benchmarks/table.py", *words)


def check_types() -> None:
    """Run basedpyright on a copy that lies as it installs: only there do ``..`` imports resolve."""
    copy = ENVIRONMENT / "types"
    shutil.rmtree(copy, ignore_errors=True)
    for folder, target in PACKAGES.items():
        ignored = shutil.ignore_patterns("__pycache__")
        shutil.copytree(ROOT / folder, copy / target, ignore=ignored)
    shutil.copy(ROOT / "pyproject.toml", copy)
    words = ["-m", "basedpyright", "--project", str(copy), "--pythonpath", str(PYTHON)]
    print(f"$ {shlex.join(['python', *map(shorten, words)])}", flush=True)
    run = subprocess.run([PYTHON, *words], capture_output=True, text=True, check=False)
    found = run.stdout + run.stderr
    for folder, target in reversed(PACKAGES.items()):
        found = found.replace(str(copy / target), folder)
    print(found, end="")
    run.check_returncode()


def set_up(name: str, extras: Sequence[str], then: Callable[[], None] | None = None) -> None:
    """Install stylecore with these extras, unless this pyproject.toml was installed before."""
    stamp = ENVIRONMENT / f".installed-{name}"
    wanted = fingerprint(extras)
    if stamp.is_file() and stamp.read_text() == wanted and PYTHON.is_file():
        return
    if not usable(PYTHON):
        make_environment()
    pip("install", "-qq", "--editable", f".[{','.join(extras)}]")
    if then:
        then()
    stamp.write_text(wanted)


def fingerprint(extras: Sequence[str]) -> str:
    """What the installed state depends on, in one line."""
    parts = ((ROOT / "pyproject.toml").read_text(encoding="utf-8"), sys.version, *extras)
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()


def make_environment() -> None:
    """Make .venv by the first way that works on this machine, none of which needs root."""
    for way in ways_to_make_it():
        shutil.rmtree(ENVIRONMENT, ignore_errors=True)
        try:
            for command in way:
                call(*command, quiet=True)
        except (OSError, subprocess.CalledProcessError):
            continue
        if usable(PYTHON):
            return
    shutil.rmtree(ENVIRONMENT, ignore_errors=True)
    sys.exit("No way to make .venv here: run `sudo apt install python3-venv`, then this again.")


def ways_to_make_it() -> list[list[list[str]]]:
    """Each way a list of commands; Debian's bare Python lacks what the first one needs."""
    python, folder = sys.executable, str(ENVIRONMENT)
    return [
        [[python, "-m", "venv", folder]],
        [["uv", "venv", "--seed", "--python", python, folder]],
        [["virtualenv", "--python", python, folder]],
        [
            [python, "-m", "venv", "--without-pip", folder],
            [python, "-m", "pip", "--python", str(PYTHON), "install", "--quiet", "pip"],
        ],
    ]


def usable(python: Path) -> bool:
    """Whether this interpreter runs and has pip."""
    if not python.is_file():
        return False
    probe = subprocess.run([python, "-m", "pip", "--version"], capture_output=True, check=False)
    return probe.returncode == 0


def has_openvino_device() -> bool:
    """Whether the OpenVINO plugin finds a CPU it runs on: Intel's, on Linux or Windows."""
    if platform.machine().lower() not in ("x86_64", "amd64"):
        return False
    if sys.platform == "linux":
        return "GenuineIntel" in Path("/proc/cpuinfo").read_text(encoding="utf-8")
    return sys.platform == "win32" and "GenuineIntel" in platform.processor()


def install_oracle() -> None:
    """Install torch to compare with, unless one is here, or it brings gigabytes of CUDA.

    In CI, where its tests are not skipped, it is installed at any size.
    """
    if has_oracle():
        return
    requirement = oracle_requirement()
    found = resolve(requirement)
    if found and (in_ci() or not brings_cuda(found)):
        pip("install", "-qq", requirement)
        return
    why = "brings gigabytes of CUDA" if found else "is not to be had for this Python"
    print(
        f"{requirement} {why}: the tests against torch will be skipped, unless you install"
        f" another build: {shorten(str(PYTHON))} -m pip install torch"
    )


def has_oracle() -> bool:
    """Whether some torch, of whatever build, can be imported here."""
    probe = subprocess.run([PYTHON, "-c", "import torch"], capture_output=True, check=False)
    return probe.returncode == 0


def in_ci() -> bool:
    """Whether this runs where nobody would read that tests were skipped."""
    return os.environ.get("CI", "").lower() not in ("", "0", "false")


def brings_cuda(found: dict[str, Any]) -> bool:
    """Whether a distribution needs NVIDIA's libraries on this machine."""
    needs = found["metadata"].get("requires_dist", [])
    return sys.platform == "linux" and any("nvidia" in need for need in needs)


def oracle_requirement() -> str:
    """The one requirement of the extra ``oracle``."""
    import tomllib

    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    return project["optional-dependencies"]["oracle"][0]


def resolve(requirement: str) -> dict[str, Any] | None:
    """What pip would install for this requirement, from its own dry run; None for nothing."""
    options = ["--dry-run", "--quiet", "--no-deps", "--ignore-installed", "--report", "-"]
    command = [PYTHON, "-m", "pip", "install", *options, requirement]
    run = subprocess.run(command, capture_output=True, text=True, check=False, cwd=ROOT)
    return json.loads(run.stdout)["install"][0] if run.returncode == 0 else None


def pip(*words: str) -> None:
    """Run the environment's pip."""
    call(PYTHON, "-m", "pip", "--disable-pip-version-check", *words)


def call(*words: str | Path, quiet: bool = False) -> None:
    """Show a command and run it in the repository; its failure is ours."""
    command = [str(word) for word in words]
    print(f"$ {shlex.join(shorten(word) for word in command)}", flush=True)
    output = subprocess.DEVNULL if quiet else None
    subprocess.run(command, check=True, cwd=ROOT, stdout=output, stderr=output)


def shorten(word: str) -> str:
    """A path inside the repository as seen from it."""
    return word.removeprefix(f"{ROOT}{os.sep}")


COMMANDS = {command.__name__: command for command in (demo, test, check, docs, bench)}


def main() -> int:
    """Run the command that the first word names."""
    if sys.version_info < (3, 11):  # noqa: UP036 - whoever has an older one learns it here
        sys.exit(f"This is Python {platform.python_version()}; stylecore needs 3.11 or newer.")
    if len(sys.argv) < 2 or sys.argv[1] not in COMMANDS:
        print(__doc__)
        return 0 if sys.argv[1:] in ([], ["--help"], ["-h"]) else 2
    try:
        COMMANDS[sys.argv[1]](sys.argv[2:])
    except subprocess.CalledProcessError as failure:
        return failure.returncode
    except KeyboardInterrupt:
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main())
