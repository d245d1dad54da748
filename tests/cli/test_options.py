from dataclasses import fields
from typing import get_args

import pytest
import typer
from typer.main import get_command
from typer.testing import CliRunner

from stylecore.cli.app import app
from stylecore.cli.errors import Root
from stylecore.cli.options import HELP, SettingsFile, with_settings
from stylecore.presets.library import preset, preset_names
from stylecore.settings import Optimizer, Settings


@pytest.fixture
def settings_of():
    """The settings that words on the command line give, or the result where they give none."""
    seen = []
    application = typer.Typer(cls=Root, pretty_exceptions_enable=False)

    @application.callback()
    def describe():
        pass

    @application.command()
    @with_settings
    def take(settings: Settings, name: str = "x", settings_file: SettingsFile = None):
        seen.append(settings)

    def settings_of(*words):
        result = CliRunner().invoke(application, ["take", *words])
        return seen.pop() if result.exit_code == 0 else result

    return settings_of


def test_every_setting_has_an_option():
    assert set(HELP) == {item.name for item in fields(Settings)}


def test_defaults_are_those_of_the_library(settings_of):
    assert settings_of() == Settings()


def test_every_option_reaches_its_setting(settings_of):
    given = Settings(
        size=256,
        steps=20,
        optimizer="adam",
        learning_rate=0.5,
        betas=(0.8, 0.999),
        epsilon=1e-6,
        averaging=0.0,
        history_size=25,
        content_weight=0.5,
        style_weight=2.0,
        tv_weight=0.25,
        content_layers={"relu3_1": 0.5, "relu4_2": 1.0},
        style_layers={"relu1_1": 2.0},
        pooling="average",
        init="noise",
        fit="crop",
        seed=7,
        engine="cpu",
        threads=3,
        coarsest=64,
        style_loss="moments",
        loss_scale="none",
        guides="inside",
        vanishing="error",
        blend=(2.0, 0.5),
        style_scale=(0.5, 2.0),
        color="match",
    )
    words = []
    for name, value in given.as_dict().items():
        if name == "strength":
            continue  # it excludes a content weight
        text = value
        if isinstance(value, dict):
            text = ",".join(f"{layer}:{weight}" for layer, weight in value.items())
        if isinstance(value, tuple):
            text = ",".join(map(str, value))
        words += [f"--{name.replace('_', '-')}", str(text)]
    assert settings_of(*words) == given
    assert settings_of("--strength", "0.25") == Settings(strength=0.25)


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--style-layers", "relu9_9"], "no layer 'relu9_9'; give some of relu1_1"),
        (["--style-layers", "relu1_1:much"], "'much' is no number"),
        (["--content-weight", "-1"], "content_weight is -1.0; give a finite number"),
        (["--style-weight", "nan"], "style_weight is nan; give a finite number"),
        (["--steps", "0"], "steps is 0; give a whole number from 1"),
        (["--blend", "1,two"], "'1,two' is no list of numbers; write 1,0.5"),
        (["--blend", "1,-2"], "blend is -2.0; give a finite number"),
        (["--style-scale", "0"], "style_scale is 0.0; give numbers from 0.1 to 10"),
        (["--blend", "0,0"], "blend is all zeros"),
        (["--size", "8"], "size is 8; give a whole number from 32"),
        (["--learning-rate", "0"], "learning_rate is 0.0; give a number above 0, to 255"),
        (["--betas", "0.9"], "betas is (0.9,); give two numbers from 0 to below 1"),
        (["--averaging", "1"], "averaging is 1.0; give a number from 0 to below 1"),
        (["--strength", "2"], "strength is 2.0; give a number from 0 to 1"),
        (["--strength", "0.5", "--content-weight", "0.05"], "both given; give one of them"),
    ],
)
def test_settings_out_of_range(settings_of, words, message):
    result = settings_of(*words)
    assert result.exit_code == 1
    assert message in result.stderr
    assert result.stderr.count("\n") == 1


@pytest.mark.parametrize("words", [["--optimizer", "magic"], ["--steps", "many"], ["--nonsense"]])
def test_wrong_usage(settings_of, words):
    assert settings_of(*words).exit_code == 2


def test_a_file_counts_more_than_defaults_and_less_than_what_is_said(settings_of, tmp_path):
    file = tmp_path / "run.toml"
    file.write_text("size = 64\nsteps = 7\nblend = [1, 2]\nstyle_layers = { relu1_1 = 0.5 }")
    said = Settings(size=64, steps=7, blend=(1, 2), style_layers={"relu1_1": 0.5})
    assert settings_of("--settings", str(file)) == said
    steps = str(Settings().steps)  # a default that is said, too
    words = ["--steps", steps, "--blend", "", "--style-layers", "relu2_1"]
    found = settings_of(*words, "--settings", str(file))
    assert found == Settings(size=64, style_layers={"relu2_1": 1})


def test_a_strength_and_a_content_weight_give_way_to_what_is_said(settings_of, tmp_path):
    file = tmp_path / "run.toml"
    file.write_text("size = 64\ncontent_weight = 0.2")
    found = settings_of("--settings", str(file), "--strength", "0.5")
    assert found == Settings(size=64, strength=0.5)
    file.write_text("strength = 0.5")
    found = settings_of("--settings", str(file), "--content-weight", "0.2")
    assert found == Settings(content_weight=0.2)


def test_a_bad_file_is_one_line(settings_of, tmp_path):
    file = tmp_path / "run.toml"
    for text, message in (
        ("sise = 64", "there is no setting 'sise'; the nearest is size"),
        ("size =", "is no TOML"),
        ("size = 8", "size is 8; give a whole number from 32"),
    ):
        file.write_text(text)
        result = settings_of("--settings", str(file), "--size", "64")
        assert result.exit_code == 1
        assert result.stderr.startswith(f"stylecore: {file}")
        assert message in result.stderr
        assert result.stderr.count("\n") == 1


def test_a_preset_counts_more_than_defaults_and_less_than_file_and_options(settings_of, tmp_path):
    assert settings_of("--preset", "large-strokes") == preset("large-strokes")
    file = tmp_path / "run.toml"
    file.write_text("tv_weight = 0.5\nstyle_scale = [1.5]")
    both = ["--preset", "keep-colours", "--settings", str(file)]
    assert settings_of(*both) == preset("keep-colours", tv_weight=0.5, style_scale=[1.5])
    found = settings_of(*both, "--style-scale", "3", "--color", "style")
    assert found == Settings(tv_weight=0.5, style_scale=(3.0,))


def test_a_wrong_preset_is_one_line_with_those_there_are(settings_of):
    result = settings_of("--preset", "blod")
    assert result.exit_code == 1
    assert result.stderr == (
        f"stylecore: there is no preset 'blod'; give one of {', '.join(preset_names())}\n"
    )


@pytest.mark.parametrize("command", ["stylize", "blend", "batch", "compare", "tune"])
def test_what_takes_a_settings_file_takes_a_preset(command):
    options = {item.name: item for item in get_command(app).commands[command].params}
    assert "settings_file" in options
    assert [item.value for item in options["preset"].shell_complete(None, "f")] == [
        "faithful",
        "fine-strokes",
    ]


def complete(name, incomplete):
    @with_settings
    def take(settings: Settings):
        raise AssertionError

    application = typer.Typer()
    application.command()(take)
    (option,) = (item for item in get_command(application).params if item.name == name)
    return [item.value for item in option.shell_complete(None, incomplete)]


def test_choices_are_completed():
    assert complete("optimizer", "") == list(get_args(Optimizer))


def test_layers_are_completed_one_after_another():
    assert complete("style_layers", "relu1_1,relu5") == [
        f"relu1_1,relu5_{index}" for index in (1, 2, 3, 4)
    ]
