"""The documents hold: their code runs, their commands exist, their links lead somewhere."""

from __future__ import annotations

import inspect
import json
import re
import shlex
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any, NamedTuple

import cv2
import numpy as np
import pytest
import typer.main
from typer.testing import CliRunner

import stylecore
from stylecore.cli.app import app
from stylecore.engine.artefact import fits, read_manifest

ROOT = Path(__file__).parents[1]
READ = ("README.md", "CONTRIBUTING.md", "CHANGELOG.md")
DOCUMENTS = [
    *(ROOT / name for name in READ),
    *sorted((ROOT / "docs").glob("*.md")),
    *sorted((ROOT / "examples").glob("*.md")),
    *sorted((ROOT / "benchmarks").glob("*.md")),
]
FENCE = re.compile(r"^```(\w*)\n(.*?)^```", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"\]\(([^)\s]+)\)|<(?:img|source)[^>]*\ssrc(?:set)?=\"([^\"]+)\"")
HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)
REGISTRY = re.compile(r"\b(files\.pythonhosted|pythonhosted|pypi|test\.pypi|anaconda)\.(org|com)\b")
MACHINE_PATH = re.compile(r"(?<![\w.~])/(root|home|Users|work|opt|mnt)/")
LANGUAGES = {"mermaid", "console", "dockerfile", "json", "python"}
"""Those whose blocks are tried below; ``text`` shows what is written or printed."""

PLAIN_TOOLS = {"cd", "git", "source"}


class Block(NamedTuple):
    """A fenced block of a document."""

    path: Path
    line: int
    language: str
    text: str

    def __str__(self) -> str:
        return f"{self.path.relative_to(ROOT).as_posix()}:{self.line}"


def blocks(*languages: str) -> list[Block]:
    return [block for path in DOCUMENTS for block in blocks_of(path) if block.language in languages]


def blocks_of(path: Path) -> Iterator[Block]:
    text = path.read_text(encoding="utf-8")
    for match in FENCE.finditer(text):
        line = text.count("\n", 0, match.start()) + 1
        yield Block(path, line, match[1], match[2])


def commands() -> list[tuple[str, list[str]]]:
    """Every command of the documents' console blocks, with where it stands."""
    found: list[tuple[str, list[str]]] = []
    for block in blocks("console"):
        joined = block.text.replace("\\\n", " ")
        lines = [line for line in joined.splitlines() if line.startswith("$ ")]
        found += [(f"{block} {line}", shlex.split(line[2:], comments=True)) for line in lines]
    return found


def cli_commands(command: Any = None, name: str = "stylecore") -> Iterator[tuple[str, Any]]:
    """Every command by its full name; Typer's groups are known by their ``commands``."""
    command = command or typer.main.get_command(app)
    yield name, command
    for key, part in getattr(command, "commands", {}).items():
        yield from cli_commands(part, f"{name} {key}")


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A cache folder that holds the artefact of a small random network for the default settings."""
    home = tmp_path_factory.mktemp("home")
    folder = home / "artefacts" / f"vgg19-{stylecore.Settings().pooling}-random"
    script = ROOT / "tests" / "embedding" / "build_artefact.py"
    subprocess.run([sys.executable, script, folder], check=True)
    return home


@pytest.fixture
def workplace(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, home: Path, feedforward: Any
) -> Path:
    """A folder with small copies of the examples, where a run is short and finds a network."""
    monkeypatch.setenv("STYLECORE_HOME", str(home))
    shorten_runs(monkeypatch)
    (tmp_path / "examples" / "masks").mkdir(parents=True)
    examples = ROOT / "examples"
    for path in (*examples.glob("*.jpg"), *examples.glob("masks/*.png")):
        picture = cv2.resize(read(path), (72, 56), interpolation=cv2.INTER_AREA)
        cv2.imwrite(str(tmp_path / path.relative_to(ROOT)), picture)
    for number, name in enumerate(("style", "wave")):
        feedforward.build(tmp_path / f"{name}.onnx", seed=number)
    write_clip(tmp_path / "clip.mp4")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def write_clip(path: Path) -> None:
    """A short film to paint."""
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*"mp4v"), 12, (64, 48))
    for level in range(4):
        writer.write(np.full((48, 64, 3), 60 * level, np.uint8))
    writer.release()


def read(path: Path) -> np.ndarray:
    picture = cv2.imread(str(path))
    assert picture is not None, path
    return picture


def shorten_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make 48 pixels and 4 steps the defaults."""
    initialise = stylecore.Settings.__init__
    names = [
        name
        for name, one in inspect.signature(initialise).parameters.items()
        if one.default is not inspect.Parameter.empty
    ]
    values = dict(zip(names, initialise.__defaults__ or (), strict=True))
    short = tuple((values | {"size": 48, "steps": 4}).values())
    monkeypatch.setattr(initialise, "__defaults__", short)


PROGRAMS = [block for block in blocks("python") if "sys.argv" in block.text]


@pytest.mark.parametrize(
    "block", [block for block in blocks("python") if block not in PROGRAMS], ids=str
)
def test_python_runs(block: Block, workplace: Path) -> None:
    before = set(workplace.rglob("*"))
    run(block)
    for name in re.findall(r"write_image\(\"([^\"]+)\"", block.text):
        assert workplace / name in set(workplace.rglob("*")) - before


def usual_network(home: Path) -> Path:
    """The folder of the network for the defaults; commands of other settings have made others."""
    folders = (home / "artefacts").iterdir()
    return next(one for one in folders if fits(read_manifest(one), stylecore.Settings()))


@pytest.mark.parametrize("block", PROGRAMS, ids=str)
def test_programs_run(
    block: Block, workplace: Path, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What takes its pictures from the command line, beside a folder of the network."""
    artefact = usual_network(home)
    shutil.copytree(artefact, workplace / "model")
    monkeypatch.setenv("STYLECORE_HOME", str(workplace / "nothing"))
    words = ["paint.py", "examples/pagoda.jpg", "examples/night.jpg", "out.png"]
    monkeypatch.setattr(sys, "argv", words)
    run(block)
    assert read(workplace / "out.png").shape == (37, 48, 3)


def run(block: Block) -> None:
    """Execute a block with few steps and a small picture; its lines are those of the document."""
    short = block.text
    for name, few in (("size", 48), ("steps", 4), ("trials", 3)):
        short = re.sub(rf"\b{name}=\d+", f"{name}={few}", short)
    exec(compile("\n" * block.line + short, str(block.path), "exec"), {"__name__": "__main__"})


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.name)
def test_no_block_escapes_its_test(path: Path) -> None:
    """Every fence is one of a block that is found here, in a language that is looked at."""
    found = list(blocks_of(path))
    fences = re.findall(r"^[ >]*(?:```|~~~)", path.read_text(encoding="utf-8"), re.MULTILINE)
    assert len(fences) == 2 * len(found)
    assert {block.language for block in found} <= LANGUAGES | {"text"}


@pytest.mark.parametrize("block", blocks("mermaid"), ids=str)
def test_the_map_shows_what_is_there(block: Block) -> None:
    """Each box names a file of the core's top, a wing of it, or a folder of the repository."""
    boxes = re.findall(r'\["([\w/.]+)<br>', block.text)
    assert len(boxes) > 10
    for name in boxes:
        assert (ROOT / "stylecore" / name).exists() or (ROOT / name).exists(), name
    wings = {path.parent.name for path in (ROOT / "stylecore").glob("*/__init__.py")}
    assert wings <= {name.rstrip("/") for name in boxes}


def test_the_container_is_made_of_what_is_there() -> None:
    (block,) = blocks("dockerfile")
    (install,) = re.findall(r"pip install (.*?) &&", block.text)
    check_extras(shlex.split(install))
    program = block.path.read_text(encoding="utf-8").partition("## The program")[2]
    copied = re.findall(r"^COPY (\S+)", block.text, re.MULTILINE)
    assert copied == [".", "model", "paint.py"]
    assert "`paint.py`" in program.partition("```")[0]


def test_the_report_has_the_documented_form(workplace: Path) -> None:
    (block,) = [one for one in blocks("json") if one.path.name == "api.md"]
    result = stylecore.stylize("examples/cat.jpg", "examples/wave.jpg")
    check_form(json.loads(block.text), json.loads(json.dumps(result.report)), "report")


def check_form(shown: Any, real: Any, where: str) -> None:
    """Whether all that is shown is there, of the same type."""
    assert type(shown) is type(real), f"{where}: {shown!r} is shown, {real!r} is real"
    if isinstance(shown, dict):
        for key, value in shown.items():
            check_form(value, real[key], f"{where}.{key}")
    elif isinstance(shown, list):
        check_form(shown[0], real[0], f"{where}[0]")


def batches() -> list[list[str]]:
    """The commands of the page on batches, but for those that want a cluster."""
    found = [words for where, words in commands() if where.startswith("docs/batch.md")]
    return [words[1:] for words in found if "--scheduler" not in words and "batch" in words]


def test_batches_run_and_their_manifest_has_the_documented_form(
    workplace: Path, home: Path
) -> None:
    network = usual_network(home)
    text = text_of("docs/batch.md")
    for name, listed in re.findall(r"`(evening\.\w+)`:\n\n```text\n(.*?)```", text, re.DOTALL):
        short = re.sub(r"\bsteps = \d+", "steps = 4", listed.replace("256", "48"))
        (workplace / name).write_text(short)
    for folder, name in (("photographs", "cat.jpg"), ("paintings", "wave.jpg")):
        (workplace / folder).mkdir()
        shutil.copy(workplace / "examples" / name, workplace / folder)
    for words in batches():
        short = ["--steps", "4", "--size", "48"]  # of what is said twice the last counts
        short += ["--jobs", "1", "--model", str(network), "--offline"]
        done = CliRunner().invoke(app, [*words, *short])
        assert done.exit_code == 0, done.output
    (block,) = [one for one in blocks("json") if one.path.name == "batch.md"]
    line = (workplace / "evening" / "batch.jsonl").read_text().splitlines()[-1]
    check_form(json.loads(block.text), json.loads(line), "line")


@pytest.mark.parametrize(("where", "words"), commands(), ids=[where for where, _ in commands()])
def test_commands_exist(where: str, words: list[str]) -> None:
    check_command(words)


def check_command(words: list[str]) -> None:
    match words:
        case ["stylecore", *arguments]:
            parse(arguments)
        case ["python" | "python3", "tasks.py", name, *_]:
            assert f"def {name}(words" in text_of("tasks.py") or f"def {name}(_" in text_of(
                "tasks.py"
            )
        case ["python" | "python3" | "bash", script, *_] if not script.startswith("-"):
            assert (ROOT / script).is_file()
        case ["python" | "python3", "-m", "venv", _]:
            pass
        case ["pip", "install", *requirements] | ["python", "-m", "pip", "install", *requirements]:
            assert requirements
            check_extras(requirements)
        case [tool, *_]:
            assert tool in PLAIN_TOOLS or (ROOT / tool).is_file(), tool


def parse(arguments: list[str]) -> None:
    """Let the command line parse these words, and run nothing."""
    name, command = "stylecore", typer.main.get_command(app)
    while hasattr(command, "commands") and arguments and not arguments[0].startswith("-"):
        name, *arguments = arguments
        command = vars(command)["commands"][name]
    with suppress(typer.Exit):  # --help and --version
        command.make_context(name, list(arguments))


def check_extras(requirements: list[str]) -> None:
    project = tomllib.loads(text_of("pyproject.toml"))["project"]
    for requirement in requirements:
        for extra in re.findall(r"[\w-]+", "".join(re.findall(r"\[(.*?)\]", requirement))):
            assert extra in project["optional-dependencies"]


def text_of(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("name", "command"), [pytest.param(*one, id=one[0]) for one in cli_commands()]
)
def test_every_command_and_option_is_documented(name: str, command: Any) -> None:
    section = sections(text_of("docs/cli.md"))[name]
    for option in command.params:
        flags = [flag for flag in option.opts if flag.startswith("--")]
        if flags and not option.name.endswith("_completion"):
            row = next(line for line in section.splitlines() if f"`{flags[0]}`" in line)
            assert option.is_flag or option.default in (None, "") or f"`{option.default}`" in row


def sections(text: str) -> Mapping[str, str]:
    """A document's text by heading."""
    parts = HEADING.split(text)
    return dict(zip(parts[1::2], parts[2::2], strict=True))


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.name)
def test_links_lead_somewhere(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    for match in LINK.finditer(FENCE.sub("", text)):
        target = match[1] or match[2]
        if not target.startswith(("https://", "http://", "mailto:")):
            check_link(path, target)


def check_link(path: Path, target: str) -> None:
    name, _, anchor = target.partition("#")
    aim = (path.parent / name).resolve() if name else path
    assert aim.exists(), f"{path.name} links to {target}"
    if anchor and aim.suffix == ".md":
        assert anchor in anchors(aim.read_text(encoding="utf-8")), f"{path.name} links to {target}"


def anchors(text: str) -> set[str]:
    """The names under which a document's headings are reached."""
    titles = HEADING.findall(FENCE.sub("", text))
    return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}


def test_the_readme_is_short() -> None:
    assert len(text_of("README.md").splitlines()) <= 150


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.name)
def test_documents_name_no_registry_and_no_machine(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert not REGISTRY.search(text)
    assert not MACHINE_PATH.search(text)


def test_the_version_is_the_same_everywhere() -> None:
    version = tomllib.loads(text_of("pyproject.toml"))["project"]["version"]
    assert f"\nversion: {version}\n" in text_of("CITATION.cff")
    assert stylecore.__version__ == version
