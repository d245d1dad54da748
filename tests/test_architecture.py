"""Who may import whom: the core runs with four packages, and never reaches for its makers."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterable, Iterator
from functools import cache
from graphlib import TopologicalSorter
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from stylecore.settings import LAYERS

ROOT = Path(__file__).parents[1]
PACKAGES = {"stylecore": "stylecore", "models": "stylecore.models", "cli": "stylecore.cli"}
OPTIONAL = {
    "PIL": "stylecore.pictures",
    "pillow_heif": "stylecore.pictures",
    "tifffile": "stylecore.pictures",
    "distributed": "stylecore.batch.cluster",
    "matplotlib": "stylecore.compare.plots",
    "optuna": "stylecore.tune.study",
}
"""Libraries of extras by who alone imports them, and only when they are needed."""

CORE = {"numpy", "onnxruntime", "onnxruntime_ep_openvino", "cv2", "scipy"}
THIRD_PARTY = {
    "stylecore": CORE | set(OPTIONAL),
    # google: protobuf, which onnx stands on
    "models": {"numpy", "scipy", "onnx", "onnx_ir", "onnxruntime", "google", "h5py", "safetensors"},
    "cli": {"typer", "rich"},  # and, late, imageio_ffmpeg, for a program that it brings
}
# engine: an artefact is verified by running it
OF_THE_CORE_FOR_MODELS = {
    *("engine", "errors", "files", "locks", "losses", "pictures", "settings", "tiling", "version"),
}
# A training is a run: it looks at a scene and takes steps.
OF_THE_CORE_FOR_TRAINING = {"control", "optimizers", "painter", "pyramid", "scene"}
MAY_IMPORT = {
    "stylecore.batch": {
        *("checkpoints", "engine", "errors", "files", "locks", "memory", "painter", "pictures"),
        *("provenance", "results", "scene", "settings", "settingsfile", "silence", "version"),
    },
    "stylecore.pictures": {"errors", "files", "memory", "overlap"},
    "stylecore.pictures.formats": {"errors", "overlap", "pictures"},
    "stylecore.pictures.profiles": {"errors", "pictures"},
    "stylecore.control": {"contract", "errors", "pictures", "settings"},
    "stylecore.optimizers": {"contract", "pictures", "settings"},
    "stylecore.checkpoints": {"cadence", "errors", "files", "version"},
    "stylecore.compare": {
        *("contract", "engine", "errors", "feedforward", "files", "growth", "locks", "losses"),
        *("optimizers", "painter", "pictures", "problem", "pyramid", "report", "scene", "settings"),
        *("settingsfile", "silence", "workplace"),
    },
    "stylecore.measures": {"engine", "errors", "losses", "pictures", "settings"},
    "stylecore.presets": {"errors", "settings", "settingsfile"},
    "stylecore.tune": {
        *("compare.markup", "engine", "errors", "files", "inputs", "measures", "painter"),
        *("pictures", "pyramid", "report", "results", "scene", "settings", "settingsfile"),
        *("silence", "workplace"),
    },
    "stylecore.provenance": {
        *("control", "errors", "files", "pictures", "settings", "settingsfile", "strength"),
    },
    "stylecore.strength": {
        *("control", "engine", "errors", "losses", "pictures", "pyramid", "scene", "settings"),
    },
    "stylecore.engine": {"control", "errors", "files", "losses", "pictures", "settings"},
    "stylecore.detail": {"pictures"},
    "stylecore.feedforward": {
        *("control", "engine", "errors", "files", "memory", "pictures", "settings"),
    },
    "stylecore.forecast": {
        *("engine", "errors", "files", "pictures", "pyramid", "scene", "settings", "strength"),
        "tiling",
    },
    "stylecore.losses": {"pictures", "settings"},
    "stylecore.masks": {"errors", "pictures"},
    "stylecore.tiling": {
        *("control", "engine", "errors", "losses", "optimizers", "pictures", "settings"),
    },
    "stylecore.models.autodiff": {"errors"},
    "stylecore.models.autodiff.rules": {"errors", "models.autodiff"},
    "stylecore.models.readers": {"errors", "files", "models.sources"},
    "stylecore.models.fetching": {"engine", "errors", "files", "locks", "models.sources"},
    "stylecore.models.making": {
        *("engine", "errors", "files", "losses", "models.autodiff", "models.readers", "pictures"),
        *("settings", "tiling"),
    },
    "stylecore.models.networks": {
        *("errors", "models.autodiff", "pictures", "settings", "version"),
    },
    "stylecore.models.training": {
        *("engine", "errors", "files", "losses", "models.autodiff", "models.networks", "pictures"),
        *("settings", *OF_THE_CORE_FOR_TRAINING),
    },
}
"""What each wing may import of the rest, by the names under ``stylecore``; itself goes unsaid."""

FOR_NO_RUN = "stylecore.masks"
NETWORK = {"ftplib", "http", "socket", "ssl", "subprocess", "urllib"}


class Import(NamedTuple):
    """One imported name, made absolute, and where it stands."""

    importer: str
    name: str
    line: int
    deferred: bool

    @property
    def top(self) -> str:
        return self.name.partition(".")[0]


@cache
def modules() -> dict[str, Path]:
    """Every module of ours by its dotted name, however deep it lies."""
    found: dict[str, Path] = {}
    for folder, package in PACKAGES.items():
        for path in sorted((ROOT / folder).rglob("*.py")):
            parts = path.relative_to(ROOT / folder).with_suffix("").parts
            name = ".".join([package, *parts])
            found[name.removesuffix(".__init__")] = path
    return found


@cache
def imports(module: str) -> list[Import]:
    path = modules()[module]
    tree = ast.parse(path.read_text(encoding="utf-8"))
    top_level = {id(node) for node in tree.body}
    found: list[Import] = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Import | ast.ImportFrom):
            names = resolved(node, module, is_package=path.stem == "__init__")
            deferred = id(node) not in top_level
            found += [Import(module, name, node.lineno, deferred) for name in names]
    return found


def resolved(node: ast.Import | ast.ImportFrom, module: str, *, is_package: bool) -> list[str]:
    """The absolute names that a statement imports, as far down as they are modules of ours."""
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    base = node.module or ""
    if node.level:
        parts = module.split(".") if is_package else module.split(".")[:-1]
        kept = parts[: len(parts) - node.level + 1]
        base = ".".join([*kept, *filter(None, [node.module])])
    deeper = [f"{base}.{alias.name}" for alias in node.names]
    return [name if name in modules() else base for name in deeper]


def folder_of(module: str) -> str:
    """The folder of the top level that a module lies in."""
    return modules()[module].relative_to(ROOT).parts[0]


def of(folder: str) -> Iterator[Import]:
    for module in modules():
        if folder_of(module) == folder:
            yield from imports(module)


def under(name: str, package: str) -> bool:
    return name == package or name.startswith(f"{package}.")


def strays(wing: str, found: Iterable[Import]) -> list[Import]:
    """The imports of a wing that reach further than it may."""
    allowed = [wing, *(f"stylecore.{name}" for name in MAY_IMPORT[wing])]
    return [
        one
        for one in found
        if under(one.importer, wing)
        and one.top == "stylecore"
        and not any(under(one.name, package) for package in allowed)
    ]


def where(found: list[Import]) -> str:
    return "\n".join(f"{one.importer}:{one.line} imports {one.name}" for one in found)


@pytest.mark.parametrize("folder", PACKAGES)
def test_only_the_declared_packages_are_imported(folder: str) -> None:
    allowed = THIRD_PARTY[folder] | {"stylecore"} | set(sys.stdlib_module_names)
    stray = [one for one in of(folder) if one.top not in allowed]
    assert not stray, where(stray)


def test_optional_libraries_are_imported_late_and_by_those_who_need_them_alone() -> None:
    found = [one for one in of("stylecore") if one.top in OPTIONAL]
    stray = [one for one in found if not under(one.importer, OPTIONAL[one.top])]
    assert not stray + [one for one in found if not one.deferred], where(found)
    assert {one.top for one in found} == set(OPTIONAL)


def test_the_core_imports_nothing_of_models_or_cli() -> None:
    stray = [
        one for one in of("stylecore") if one.name.startswith(("stylecore.models", "stylecore.cli"))
    ]
    assert not stray, where(stray)


def test_models_reads_only_the_contract_of_the_core() -> None:
    allowed = [f"stylecore.{name}" for name in (*OF_THE_CORE_FOR_MODELS, "models")]
    trains = "stylecore.models.training"
    ours = [
        one for one in of("models") if one.top == "stylecore" and not under(one.importer, trains)
    ]
    stray = [one for one in ours if not any(under(one.name, name) for name in allowed)]
    assert not stray, where(stray)


def test_every_wing_says_what_it_may_import() -> None:
    wings = {
        module
        for module, path in modules().items()
        if path.stem == "__init__" and module not in PACKAGES.values()
    }
    assert wings == set(MAY_IMPORT)


@pytest.mark.parametrize("wing", MAY_IMPORT)
def test_a_wing_imports_no_more_than_it_may(wing: str) -> None:
    everything = [one for module in modules() for one in imports(module)]
    stray = strays(wing, everything)
    assert not stray, where(stray)


def test_an_arrow_planted_deep_in_a_wing_is_found(tmp_path: Path, monkeypatch: Any) -> None:
    planted = tmp_path / "stylecore" / "pictures" / "deeper" / "planted.py"
    planted.parent.mkdir(parents=True)
    planted.write_text("def late():\n    from ...control.regions import Region\n")
    known = {**modules(), "stylecore.pictures.deeper.planted": planted}
    monkeypatch.setattr(sys.modules[__name__], "modules", lambda: known)
    (stray,) = strays("stylecore.pictures", imports("stylecore.pictures.deeper.planted"))
    assert stray.name == "stylecore.control.regions"
    assert stray.deferred


def test_no_run_needs_what_finds_masks() -> None:
    stray = [
        one
        for one in of("stylecore")
        if under(one.name, FOR_NO_RUN) and not under(one.importer, FOR_NO_RUN)
    ]
    assert not stray, where(stray)


def test_nobody_imports_the_command_line() -> None:
    outside = [one for folder in ("stylecore", "models") for one in of(folder)]
    stray = [one for one in outside if one.name.startswith("stylecore.cli")]
    assert not stray, where(stray)


def test_the_core_reaches_for_no_network() -> None:
    stray = [one for one in of("stylecore") if one.top in NETWORK]
    assert not stray, where(stray)


def test_imports_at_the_top_make_no_circle() -> None:
    graph = {
        module: {one.name for one in imports(module) if not one.deferred and one.name in modules()}
        for module in modules()
    }
    for module, needs in graph.items():
        needs.discard(module)
    order = list(TopologicalSorter(graph).static_order())  # raises CycleError, naming the circle
    assert order.index("stylecore.errors") < order.index("stylecore.settings")


@pytest.mark.parametrize(
    "folder", ["stylecore", "models", "cli", "tests", "benchmarks", "examples"]
)
def test_folders_are_not_imported_by_their_bare_names(folder: str) -> None:
    for path in sorted((ROOT / folder).rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            if isinstance(node, ast.ImportFrom) and not node.level:
                names = [node.module or ""]
            bare = [name for name in names if name.partition(".")[0] in ("models", "cli")]
            assert not bare, f"{path}:{getattr(node, 'lineno', 0)} imports {bare}"


@pytest.mark.parametrize("folder", ["stylecore", "models"])
def test_the_library_neither_prints_nor_logs_nor_exits(folder: str) -> None:
    logging = [one for one in of(folder) if one.top == "logging"]
    assert not logging, where(logging)
    for module, path in modules().items():
        if folder_of(module) == folder:
            calls = {ast.unparse(node.func) for node in calls_in(path)}
            assert not calls & {"print", "exit", "quit", "sys.exit", "os._exit"}, module


def test_onnx_runtime_is_imported_in_one_place() -> None:
    """There its telemetry is turned off before it is loaded."""
    for module, path in modules().items():
        if module != "stylecore.engine.runtime":
            stray = [one for one in imports(module) if one.top == "onnxruntime"]
            assert not stray, where(stray)
            late = [ast.unparse(call) for call in calls_in(path) if imports_onnx_runtime(call)]
            assert not late, f"{module} has {late[0]}"


def imports_onnx_runtime(call: ast.Call) -> bool:
    name = ast.unparse(call.func).rpartition(".")[2]
    given = [one.value for one in call.args if isinstance(one, ast.Constant)]
    return name in {"import_module", "__import__"} and "onnxruntime" in given


def test_layers_are_listed_in_settings_alone() -> None:
    """Defaults live in Settings: a tuple or list of layer names anywhere else repeats one."""
    for module, path in modules().items():
        if module != "stylecore.settings":
            nodes = ast.walk(ast.parse(path.read_text(encoding="utf-8")))
            repeated = [ast.unparse(node) for node in nodes if lists_layers(node)]
            assert not repeated, f"{module} has {repeated[0]}"


def lists_layers(node: ast.AST) -> bool:
    if not isinstance(node, ast.Tuple | ast.List | ast.Set):
        return False
    names = [item.value if isinstance(item, ast.Constant) else None for item in node.elts]
    return bool(names) and set(names) <= set(LAYERS)


def calls_in(path: Path) -> Iterator[ast.Call]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call):
            yield node
