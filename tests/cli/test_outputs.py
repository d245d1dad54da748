"""No command writes over what it reads, whichever of its options name the two."""

from __future__ import annotations

import ast
import inspect
import os
import re
from collections.abc import Iterator
from itertools import product
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pytest
from typer.main import get_command
from typer.testing import CliRunner

from stylecore.cli.app import app
from stylecore.cli.outputs import Outputs, model_files, weight_files
from stylecore.errors import StylecoreError
from stylecore.pictures.images import write_image

CLI = Path(__file__).parents[2] / "cli"


class Case(NamedTuple):
    """One command line: how it reads the file x.png, and how it would write it."""

    command: str
    reads: str
    writes: str


READS = {
    "stylize": {
        *("content", "style", "fine_style", "init", "init_network", "model"),
        *("region", "content_regions", "style_regions", "keep", "content_weight_map"),
    },
    "blend": {
        *("content", "first", "second", "init", "model"),
        *("region", "content_regions", "style_regions", "keep", "content_weight_map"),
    },
    "apply": {"network", "inputs", "keep", "region"},
    "mask": {"picture", "style", "foreground", "background"},
    "show": {"picture"},
    "rerun": {"picture", "init", "model"},
    "engines": {"model"},
    "models build": {"model"},
    "models export": {"name"},
    "models import": {"file"},
    "models check": {"name"},
}
LIFE = {"checkpoint": "x.png", "resume": "x.png", "preview": "x.png"}
WRITES = {
    "stylize": {
        "output": "x.png",
        "report": "x.png",
        "save_every": "x.0010.png",
        **LIFE,
    },
    "blend": {"output": "x.png", "each": "x.2.png", **LIFE},
    "rerun": {"output": "x.png"},
    "apply": {"output": "x.png"},
    "mask": {"output": "x.png", "style_output": "x.png", "sheet": "x.png"},
    "models build": {"output": "x.png"},
    "models export": {"folder": "x.png"},
}
"""What writes, and under which name the file that is read must lie for the two to meet."""

APART = {
    "stylize": {"settings_file"},
    "blend": {"settings_file"},
    "rerun": {"inputs", "report", "save_every", *LIFE},
    "batch": {
        *("contents", "styles", "list_", "settings_file", "init", "model", "output"),
    },
    "compare": {
        *(
            "content",
            "style",
            "list_",
            "contenders",
            "settings_file",
            "init",
            "model",
            "network",
            "output",
        ),
    },
    "tune": {"content", "style", "settings_file", "init", "model", "output"},
    "train": {"style", "photos", "output", "resume", "preview", "model"},
}
"""What is read before all else, or written after that; it is tested with what it does."""

CASES = [
    Case(command, reads, writes)
    for command, written in WRITES.items()
    for reads, writes in product(sorted(READS[command]), written)
]


def commands(command: Any = None, name: str = "") -> dict[str, Any]:
    """Every command that runs something, by its name."""
    command = command or get_command(app)
    if not hasattr(command, "commands"):
        return {name: command}
    found: dict[str, Any] = {}
    for key, part in command.commands.items():
        found |= commands(part, f"{name} {key}".strip())
    return found


def line(case: Case) -> list[str]:
    """The words of a case: x.png is what is read."""
    parts = {item.name: item for item in commands()[case.command].params}
    read = WRITES[case.command][case.writes]
    given = {case.reads: read}
    match case.writes:
        case "save_every":
            given |= {"output": "x.png", "save_every": "10"}
        case "each":
            given |= {"output": "x.png", "each": ""}
        case "report":
            given |= {"report": read, "output": "out.png"}
        case name:
            given[name] = read
    if case.writes == "style_output":
        given.setdefault("style", "other.png")
    if case.reads == "region":
        given["region"] = f"mask.png={'' if case.command == 'apply' else '1:'}{read}"
    if "offline" in parts:
        given["offline"] = ""  # a command that did not refuse would go and fetch
    words = [word for name, value in given.items() for word in option(parts[name], value)]
    arguments = [item for item in parts.values() if item.param_type_name == "argument"]
    return [*case.command.split(), *(given.get(one.name, "other.png") for one in arguments), *words]


def option(item: Any, value: str) -> list[str]:
    if item.param_type_name == "argument":
        return []
    return [item.opts[0]] if item.is_flag else [item.opts[0], value]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("STYLECORE_HOME", str(tmp_path / "home"))
    rng = np.random.default_rng(0)
    for name in ("x.png", "x.0010.png", "x.2.png", "other.png", "mask.png"):
        write_image(name, rng.integers(0, 256, (40, 40, 3), np.uint8))
    return tmp_path


def contents(folder: Path) -> dict[Path, bytes]:
    return {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.mark.parametrize("case", CASES, ids=lambda case: "-".join(case).replace(" ", "-"))
def test_no_input_is_overwritten(case: Case, folder: Path) -> None:
    before = contents(folder)
    result = CliRunner().invoke(app, line(case))
    assert result.exit_code == 1, result.output
    read = WRITES[case.command][case.writes]
    assert f"{read} would overwrite {read}" in result.stderr, result.stderr
    assert contents(folder) == before


@pytest.mark.parametrize("name", commands())
def test_it_is_known_of_every_option_whether_it_reads_or_writes(name: str) -> None:
    """A new option that names a file fails here, until it is in the cases above."""
    command = commands()[name]
    known = {*READS.get(name, ()), *WRITES.get(name, ())}
    paths = paths_of(command)
    files = {one.name for one in command.params if one.name in paths or names_a_file(one)}
    assert files - APART.get(name, set()) <= known, "say above whether it reads or writes"
    assert known <= {one.name for one in command.params}


def paths_of(command: Any) -> set[str]:
    """The parameters that a command takes as paths."""
    parameters = inspect.signature(command.callback, eval_str=True).parameters
    return {name for name, one in parameters.items() if "Path" in str(one.annotation)}


def names_a_file(item: Any) -> bool:
    """Whether the words of an option's help say that it names a file."""
    return bool(re.search(r"FILE|PATH|DIR|MASK|the path of", f"{item.metavar} {item.help}"))


def test_commands_write_by_outputs_alone() -> None:
    for path in sorted(CLI.glob("*.py")):
        if path.stem not in {"outputs", "standard", "reference"}:  # what writes, and a tool of ours
            assert not set(writers_in(path)), path


def writers_in(path: Path) -> Iterator[str]:
    """What is called in a module that writes files without a look at what is read."""
    writers = {"write_image", "write_atomically", "write_bytes", "write_text", "open", "dump"}
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call):
            holder, _, name = ast.unparse(node.func).rpartition(".")
            if name in writers and not holder.endswith("outputs") and holder != "os":
                yield name


def test_a_link_to_an_input_is_the_input(folder: Path) -> None:
    (folder / "link.png").symlink_to("x.png")
    with pytest.raises(StylecoreError, match=r"link\.png would overwrite x\.png"):
        Outputs([Path("x.png")]).expect_picture(Path("link.png"))


def test_two_names_of_one_file_are_one(folder: Path) -> None:
    os.link("x.png", "twin.png")
    with pytest.raises(StylecoreError, match=r"twin\.png would overwrite x\.png"):
        Outputs([Path("x.png")]).expect_picture(Path("twin.png"))


def test_an_output_that_became_an_input_on_the_way_is_not_written(folder: Path) -> None:
    outputs = Outputs([Path("x.png")])
    outputs.expect_picture(Path("out.png"))
    (folder / "out.png").symlink_to("x.png")
    before = contents(folder)
    for write in (
        lambda: outputs.write_picture(Path("out.png"), np.zeros((4, 4, 3), np.uint8)),
        lambda: outputs.write_text(Path("out.png"), "report"),
    ):
        with pytest.raises(StylecoreError, match="would overwrite"):
            write()
    assert contents(folder) == before


def test_no_output_is_written_over_another(folder: Path) -> None:
    outputs = Outputs([])
    outputs.expect_picture(Path("a.png"))
    with pytest.raises(StylecoreError, match=r"a\.png would overwrite \./a\.png|a\.png would"):
        outputs.expect_text(Path("./a.png"))


def test_the_files_of_a_network_are_inputs(folder: Path) -> None:
    network = folder / "model"
    network.mkdir()
    (network / "artefact.json").write_text("{}")
    outputs = Outputs(model_files(str(network)))
    with pytest.raises(StylecoreError, match="would overwrite"):
        outputs.expect_text(network / "artefact.json")
    outputs.expect_text(network / "report.json")


def test_what_is_cached_is_an_input(folder: Path) -> None:
    cached = folder / "home" / "artefacts" / "vgg19-average" / "artefact.json"
    cached.parent.mkdir(parents=True)
    cached.write_text("{}")
    for model in (None, "vgg19"):
        with pytest.raises(StylecoreError, match="would overwrite"):
            Outputs(model_files(model)).expect_text(cached)
    Outputs(weight_files(None)).expect_folder(cached.parent)


def test_a_folder_that_holds_an_input_is_not_replaced(folder: Path) -> None:
    network = folder / "model"
    network.mkdir()
    weights = network / "objective.onnx"
    weights.write_bytes(b"weights")
    for place in (network, folder):
        with pytest.raises(StylecoreError, match=r"would overwrite .*objective\.onnx"):
            Outputs(weight_files(str(weights))).expect_folder(place)
    Outputs(weight_files(str(weights))).expect_folder(folder / "new")
