"""The runner: what it installs, and that it does so once."""

from __future__ import annotations

import importlib.util
import runpy
import subprocess
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

SCRIPT = Path(__file__).parents[1] / "tasks.py"
CONFTEST = Path(__file__).with_name("conftest.py")


@pytest.fixture
def tasks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """The runner, in a repository of its own whose environment is there already."""
    spec = importlib.util.spec_from_file_location("tasks", SCRIPT)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    (tmp_path / "pyproject.toml").write_text(
        '[project]\noptional-dependencies.oracle = ["torch==2.13.0"]\n', encoding="utf-8"
    )
    monkeypatch.setattr(module, "ROOT", tmp_path)
    monkeypatch.setattr(module, "ENVIRONMENT", tmp_path)
    monkeypatch.setattr(module, "PYTHON", Path(sys.executable))
    return module


@pytest.fixture
def calls(tasks: ModuleType, monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """The commands that the runner gives, none of which is run."""
    given: list[list[str]] = []
    monkeypatch.setattr(tasks, "call", lambda *words, **_: given.append([str(w) for w in words]))
    return given


def test_an_environment_is_set_up_once(tasks: ModuleType, calls: list[list[str]]) -> None:
    tasks.set_up("demo", ["cli", "cpu"])
    tasks.set_up("demo", ["cli", "cpu"])
    assert [words[-1] for words in calls] == [".[cli,cpu]"]


def test_a_changed_pyproject_is_installed_again(
    tasks: ModuleType, calls: list[list[str]], tmp_path: Path
) -> None:
    tasks.set_up("demo", ["cli"])
    (tmp_path / "pyproject.toml").write_text("[project]\n", encoding="utf-8")
    tasks.set_up("demo", ["cli"])
    assert len(calls) == 2


def test_a_failed_installation_is_tried_again(
    tasks: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*words: str) -> None:
        raise subprocess.CalledProcessError(1, words)

    monkeypatch.setattr(tasks, "pip", fail)
    for _ in range(2):
        with pytest.raises(subprocess.CalledProcessError):
            tasks.set_up("demo", ["cli"])


CUDA = "nvidia-cudnn-cu13==9.20; platform_system == 'Linux'"


@pytest.mark.parametrize(
    ("platform", "ci", "needs", "installs"),
    [
        ("linux", "", ["numpy"], True),
        ("linux", "", [CUDA], False),
        ("linux", "true", [CUDA], True),
        ("darwin", "", [CUDA], True),
    ],
)
def test_torch_is_installed_without_cuda_or_in_ci(
    tasks: ModuleType,
    calls: list[list[str]],
    monkeypatch: pytest.MonkeyPatch,
    platform: str,
    ci: str,
    needs: list[str],
    installs: bool,
) -> None:
    monkeypatch.setattr(tasks.sys, "platform", platform)
    monkeypatch.setenv("CI", ci)
    monkeypatch.setattr(tasks, "has_oracle", lambda: False)
    monkeypatch.setattr(tasks, "resolve", lambda _: {"metadata": {"requires_dist": needs}})
    tasks.install_oracle()
    assert [words[-1] for words in calls] == ["torch==2.13.0"] * installs


@pytest.mark.parametrize("there", [True, False])
def test_a_torch_of_any_build_serves(
    tasks: ModuleType,
    calls: list[list[str]],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    there: bool,
) -> None:
    (tmp_path / "torch.py").write_text("" if there else "raise ImportError", encoding="utf-8")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    monkeypatch.setattr(tasks, "resolve", lambda _: {"metadata": {}})
    tasks.install_oracle()
    assert bool(calls) is not there


def test_bench_runs_the_table_with_the_words_it_is_given(
    tasks: ModuleType, calls: list[list[str]]
) -> None:
    tasks.bench(["--sizes", "64"])
    assert calls[-1][1:] == ["benchmarks/table.py", "--sizes", "64"]
    assert (SCRIPT.parent / "benchmarks" / "table.py").is_file()


def test_without_a_wheel_torch_is_left_out(
    tasks: ModuleType,
    calls: list[list[str]],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(tasks, "has_oracle", lambda: False)
    monkeypatch.setattr(tasks, "resolve", lambda _: None)
    tasks.install_oracle()
    assert not calls
    assert "tests against torch will be skipped" in capsys.readouterr().out


@pytest.mark.parametrize(("ci", "outcome"), [("", "skipped"), ("true", "failed")])
def test_without_torch_its_tests_say_so_and_fail_in_ci(
    monkeypatch: pytest.MonkeyPatch, ci: str, outcome: str
) -> None:
    monkeypatch.setenv("CI", ci)
    monkeypatch.setitem(sys.modules, "torch", None)
    import_torch = runpy.run_path(str(CONFTEST))["import_torch"]
    wanted = {"skipped": pytest.skip.Exception, "failed": pytest.fail.Exception}[outcome]
    with pytest.raises(wanted, match=r"no torch to compare with .* pip install torch"):
        import_torch()


def test_the_next_way_to_an_environment_is_tried(
    tasks: ModuleType, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    tried: list[list[str]] = []

    def call(*words: Any, quiet: bool = False) -> None:
        tried.append(list(words))
        if "--without-pip" not in words and "pip" not in words:
            raise FileNotFoundError(words[0])

    monkeypatch.setattr(tasks, "ENVIRONMENT", tmp_path / ".venv")
    monkeypatch.setattr(tasks, "call", call)
    monkeypatch.setattr(tasks, "usable", lambda _: True)
    tasks.make_environment()
    assert len(tried) == 5
    assert tried[-1][1:4] == ["-m", "pip", "--python"]


def test_an_environment_that_cannot_be_made_ends_in_one_line(
    tasks: ModuleType, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def fail(*words: Any, quiet: bool = False) -> None:
        raise FileNotFoundError(words[0])

    monkeypatch.setattr(tasks, "ENVIRONMENT", tmp_path / ".venv")
    monkeypatch.setattr(tasks, "call", fail)
    with pytest.raises(SystemExit, match="python3-venv"):
        tasks.make_environment()


@pytest.mark.parametrize(("words", "status"), [(["--help"], 0), (["brew"], 2)])
def test_usage(words: list[str], status: int) -> None:
    run = subprocess.run(
        [sys.executable, SCRIPT, *words], capture_output=True, text=True, check=False
    )
    assert run.returncode == status
    assert "tasks.py demo" in run.stdout
