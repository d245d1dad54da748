from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from typer.testing import CliRunner

from stylecore import Settings
from stylecore.cli import models
from stylecore.engine.artefact import default_artefact, load_artefact
from stylecore.errors import StylecoreError
from stylecore.models import prepare
from stylecore.models.readers import weights as weights_module

run = CliRunner().invoke


@pytest.fixture(autouse=True)
def weights(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, narrow_weights: object) -> Path:
    """A file that stands for the narrow network's weights, and an empty home."""
    monkeypatch.setenv("STYLECORE_HOME", str(tmp_path / "home"))
    for module in (weights_module, prepare):
        monkeypatch.setattr(module, "read_weights", lambda _: narrow_weights)
    path = tmp_path / "narrow.pth"
    path.write_bytes(b"weights")
    return path


def words(*parts: object) -> list[str]:
    return [str(part) for part in parts]


def test_build_puts_the_network_where_stylize_finds_it(weights: Path) -> None:
    result = run(models.app, words("build", "--model", weights))
    assert result.exit_code == 0, result.output
    assert Path(result.stdout.strip()) == default_artefact(Settings())


def test_build_takes_pooling_layers_and_a_folder(weights: Path, tmp_path: Path) -> None:
    layers = ["--content-layers", "relu3_1,relu3_2", "--style-layers", "relu1_1:0.5,relu2_1"]
    for pooling in ("average", "max"):
        folder = tmp_path / pooling
        choice = ["--model", weights, "--pooling", pooling, "--output", folder]
        assert run(models.app, words("build", *choice, *layers)).stdout.strip() == str(folder)
        manifest = load_artefact(folder).manifest
        assert manifest.pooling == pooling
        assert manifest.content_layers == ("relu3_1", "relu3_2")
        assert manifest.style_layers == ("relu1_1", "relu2_1")


def test_build_repairs_what_is_damaged(weights: Path) -> None:
    folder = Path(run(models.app, words("build", "--model", weights)).stdout.strip())
    (folder / "weights.bin").write_bytes(b"damaged")
    with pytest.raises(StylecoreError, match="models build"):
        load_artefact(folder)
    run(models.app, words("build", "--model", weights))
    load_artefact(folder)


@pytest.mark.parametrize("command", ["build", "export"])
def test_a_folder_with_anything_else_is_left_alone(
    command: str, weights: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "pictures"
    folder.mkdir()
    (folder / "holiday.jpg").write_bytes(b"precious")
    line = ["build", "--model", weights, "--output", folder]
    result = run(models.app, words(*(line if command == "build" else ["export", weights, folder])))
    assert result.exit_code == 1
    assert "no artefact; give a new folder" in str(result.exception)
    assert (folder / "holiday.jpg").read_bytes() == b"precious"


def test_a_folder_is_no_file_of_weights(tmp_path: Path) -> None:
    result = run(models.app, words("build", "--model", tmp_path))
    assert result.exit_code == 1
    assert "is a folder" in str(result.exception)


def test_the_training_gradient_needs_its_runtime(weights: Path, tmp_path: Path) -> None:
    result = run(models.app, words("build", "--model", weights, "--gradient", "ort-training"))
    assert result.exit_code == 1
    assert "onnxruntime-training-cpu 1.19.2" in str(result.exception)
    assert not list((tmp_path / "home").rglob("*.onnx"))


@pytest.mark.parametrize("storage", ["float32", "float16", "palette8"])
def test_export_says_what_the_storage_costs(weights: Path, tmp_path: Path, storage: str) -> None:
    folder = tmp_path / "model"
    result = run(models.app, words("export", weights, folder, "--storage", storage))
    assert result.exit_code == 0, result.output
    assert load_artefact(folder).manifest.storage == storage
    row = next(line for line in result.stdout.splitlines() if "style.relu5_1.gram" in line)
    assert (row.split()[-1] == "0") == (storage == "float32")
    assert result.stdout.splitlines()[-1].startswith(f"{folder}: 0.")
    assert sorted(item.name for item in tmp_path.iterdir()) == ["model", "narrow.pth"]


def test_an_exported_network_can_be_checked(weights: Path, tmp_path: Path) -> None:
    folder = tmp_path / "model"
    run(models.app, words("export", weights, folder, "--storage", "palette8"))
    result = run(models.app, words("check", folder))
    assert result.exit_code == 0, result.output
    assert "gradient" in result.stdout
    (folder / "weights.bin").write_bytes(b"damaged")
    result = run(models.app, words("check", folder))
    assert result.exit_code == 1
    assert "FAILED" in result.stdout


def test_the_licence_of_the_weights_is_shown(
    weights: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, narrow_weights: object
) -> None:
    credited = replace(narrow_weights, licence="CC BY 4.0 (somebody)")
    monkeypatch.setattr(weights_module, "read_weights", lambda _: credited)
    result = run(models.app, words("export", weights, tmp_path / "model"))
    assert "CC BY 4.0 (somebody)" in result.stdout
    assert "CC BY 4.0 (somebody)" in (tmp_path / "model" / "artefact.json").read_text()
