import subprocess
import sys

import pytest
import typer
from typer.testing import CliRunner

from stylecore.cli import __main__ as starter
from stylecore.cli.app import app
from stylecore.cli.errors import Root
from stylecore.errors import EngineError

HEAVY = ("onnx", "onnx_ir", "onnxruntime", "scipy")


def invoke(*words):
    return CliRunner().invoke(app, words)


def failing(error):
    """An application whose commands fail with an error."""
    application = typer.Typer(cls=Root, pretty_exceptions_enable=False)

    @application.callback()
    def describe():
        pass

    @application.command()
    def fail():
        raise error

    return CliRunner().invoke(application, ["fail"])


def test_version():
    result = invoke("--version")
    assert result.exit_code == 0
    assert result.output.startswith("stylecore 0.")


def test_help_names_the_commands():
    result = invoke("--help")
    assert result.exit_code == 0
    for words in ("stylize", "models", "VGG-19"):
        assert words in result.output


def test_no_words_show_the_help():
    assert "Usage" in invoke().output


def test_errors_become_one_line_and_status_1():
    result = failing(EngineError("no engine:\n  install one"))
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr == "stylecore: no engine: install one\n"


@pytest.mark.parametrize("error", [MemoryError(), EngineError("cpu cannot run a: bad_alloc")])
def test_without_memory_one_line_says_what_to_do(error):
    result = failing(error)
    assert (result.exit_code, result.stdout) == (1, "")
    told = "stylecore: out of memory; give a smaller size, or close other programs\n"
    assert result.stderr == told


def test_without_onnx_one_line_says_what_to_install():
    result = failing(ModuleNotFoundError("No module named 'onnx_ir'", name="onnx_ir"))
    assert result.exit_code == 1
    assert result.stderr == (
        "stylecore: the command line needs onnx_ir: pip install 'stylecore[models]'\n"
    )


def test_interruption_is_status_130():
    result = failing(KeyboardInterrupt())
    assert result.exit_code == 130
    assert result.stderr == "stylecore: interrupted\n"


def test_mistakes_of_ours_keep_their_traceback():
    mistake = ZeroDivisionError("ours")
    assert failing(mistake).exception is mistake


@pytest.mark.parametrize("words", [["stylise"], ["stylize"], ["stylize", "a", "b", "--size", "x"]])
def test_wrong_usage_is_status_2(words):
    assert invoke(*words).exit_code == 2


@pytest.mark.parametrize("words", [["--help"], ["--version"], ["stylize", "--help"]])
def test_help_loads_nothing_heavy(words):
    program = (
        "import atexit, sys\n"
        f"heavy = {HEAVY}\n"
        "atexit.register(lambda: print('LOADED', [m for m in heavy if m in sys.modules]))\n"
        "from stylecore.cli.__main__ import main\n"
        f"sys.argv = ['stylecore', *{words}]\n"
        "main()\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert done.stdout.splitlines()[-1] == "LOADED []"


def test_python_m_runs_it():
    done = subprocess.run(
        [sys.executable, "-m", "stylecore.cli", "--version"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.startswith("stylecore 0.")


def test_without_typer_one_line_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "stylecore.cli.app", None)
    with pytest.raises(ModuleNotFoundError, match=r"cli\.app"):
        starter.main()
    program = (
        "import sys; sys.modules['typer'] = None\nfrom stylecore.cli.__main__ import main\nmain()\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert done.returncode == 1
    assert done.stderr == (
        "stylecore: the command line needs typer: pip install 'stylecore[cli,cpu]'\n"
    )
