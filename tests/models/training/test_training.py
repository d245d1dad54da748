import json

import numpy as np
import onnx
import pytest

from stylecore.errors import ModelError, SettingsError
from stylecore.models.prepare import build_for
from stylecore.models.training.history import curve
from stylecore.models.training.photographs import find_photographs
from stylecore.models.training.settings import LOOK, TrainingSettings
from stylecore.models.training.state import TrainingState
from stylecore.models.training.training import Training, looked_at
from stylecore.painter import Painter
from stylecore.scene import read_scene
from stylecore.settings import Settings


@pytest.fixture(scope="module")
def opened(album, painting, judging):
    photographs = album

    def opened(
        changes=None, styles=(painting,), resume=None, on_note=None, album=photographs, **how
    ):
        settings = Settings(
            **{**LOOK.as_dict(), "size": 128, "engine": "cpu", "threads": 1, **(changes or {})}
        )
        how = {"network": "tiny", "steps": 2, "coarse_crop": 64, "crop": 64} | how
        return Training(
            list(styles),
            find_photographs(album),
            model=judging,
            settings=settings,
            training=TrainingSettings(**how),
            resume=resume,
            on_note=on_note,
        )

    return opened


@pytest.fixture(scope="module")
def state(opened, tmp_path_factory):
    one = opened()
    one.run()
    path = tmp_path_factory.mktemp("state") / "a.state.npz"
    path.write_bytes(one.state())
    return path


def told_by(data):
    found = onnx.load_from_string(data).metadata_props
    return {one.key.removeprefix("stylecore."): one.value for one in found}


def test_a_network_that_says_how_it_was_trained(opened):
    one = opened()
    one.run()
    told = told_by(one.product())
    settings, losses = json.loads(told["settings"]), json.loads(told["losses"])
    assert told["style"] == "painting.png"
    assert settings["style_loss"] == "gram"
    assert settings["coarse_crop"] == 64
    assert losses["steps"] == 2
    assert [point["step"] for point in losses["curve"]] == [1, 2]
    assert losses["curve"][0]["loss"] == pytest.approx(
        losses["curve"][0]["content"] + losses["curve"][0]["style"], abs=1e-4
    )
    assert one.preview().shape == (96, 128, 3)


@pytest.mark.parametrize("color", ["luminance", "match"])
def test_colours_and_blends_reach_the_file(opened, painting, album, color):
    one = opened({"color": color, "blend": (3.0, 1.0)}, [painting, album / "a.png"], steps=1)
    one.run()
    told = told_by(one.product())
    assert json.loads(told["settings"])["color"] == color
    assert told["style"] == "painting.png, a.png"
    assert one.preview().std() > 1


def test_without_a_model_the_one_of_this_machine_serves(
    album, painting, narrow_weights, tmp_path, monkeypatch
):
    monkeypatch.setenv("STYLECORE_HOME", str(tmp_path))
    settings = Settings(**{**LOOK.as_dict(), "size": 256, "engine": "cpu"})
    how = {"settings": settings, "training": TrainingSettings(network="tiny", steps=1)}
    with pytest.raises(ModelError, match="no artefact with average pooling, style loss gram"):
        Training([painting], album, **how)
    build_for(looked_at(settings), narrow_weights, tmp_path / "artefacts" / "vgg19-average-mine")
    one = Training([painting], album, **how)
    one.step()
    assert one.steps == 1


def test_going_on(opened, state):
    one = opened(resume=state, steps=3)
    assert one.steps == 2
    one.run()
    assert one.steps == 3


@pytest.mark.parametrize(
    ("changes", "how", "words"),
    [
        ({}, {"network": "small"}, "a training with network tiny, not small; give what it was"),
        ({"content_weight": 0.5}, {}, "with content_weight 0.2, not 0.5"),
        ({"color": "content"}, {}, "with color style, not content"),
        ({"style_scale": (2.0,)}, {}, r"with style_scale \[\], not \[2.0\]"),
    ],
)
def test_it_goes_on_with_nothing_else(opened, state, changes, how, words):
    with pytest.raises(SettingsError, match=words):
        opened(changes, resume=state, **how)


def test_nor_with_another_painting(opened, state, album):
    with pytest.raises(SettingsError, match=r"a.state.npz is of a training with style"):
        opened(styles=[album / "a.png"], resume=state)


def test_a_file_that_is_no_state_is_refused(opened, painting):
    with pytest.raises(ModelError, match=r"painting.png is no training to go on from"):
        opened(resume=painting)


def test_large_pictures_want_no_content_layers_of_coarse_scales():
    assert looked_at(LOOK).all_content_layers == ("relu4_2",)
    small = Settings(size=160)
    assert looked_at(small) == small


def strong(strength):
    return {"strength": strength, "content_weight": Settings().content_weight}


def test_a_strength_comes_to_one_weight_for_all_photographs(opened, album, painting, judging):
    notes = []
    one = opened(strong(0.6), steps=1, on_note=notes.append)
    settings = Settings(
        **{**LOOK.as_dict(), "size": 128, "engine": "cpu", "threads": 1, **strong(0.6)}
    )
    with Painter(judging, settings) as painter:
        found = [
            painter.calibrated(read_scene(path, [painting], settings)).settings.content_weight
            for path in find_photographs(album)
        ]
    one.run()
    told = json.loads(told_by(one.product())["settings"])
    assert told["content_weight"] == pytest.approx(np.exp(np.mean(np.log(found))), rel=1e-3)
    assert told["strength"] == 0.6
    assert notes == [f"a strength of 0.6 comes to a content weight of {told['content_weight']:.3g}"]


def test_a_training_with_a_strength_goes_on_with_the_weight_that_it_had(opened, painting, tmp_path):
    begun = opened(strong(0.6), steps=1)
    begun.run()
    path = tmp_path / "a.state.npz"
    path.write_bytes(begun.state())
    weight = json.loads(told_by(begun.product())["settings"])["content_weight"]
    gone_on = opened(strong(0.6), resume=path, album=painting)
    gone_on.run()
    told = json.loads(told_by(gone_on.product())["settings"])
    assert (told["content_weight"], gone_on.steps) == (weight, 2)
    with pytest.raises(SettingsError, match=r"with strength 0\.6, not 0\.3"):
        opened(strong(0.3), resume=path)
    with pytest.raises(SettingsError, match=r"with strength 0\.6, not null"):
        opened(resume=path)


@pytest.mark.parametrize(("steps", "points"), [(0, 0), (1, 1), (16, 16), (100, 16)])
def test_a_curve_has_few_points_that_are_means(steps, points):
    past = np.array([[step + 1, step, step / 4, step * 3 / 4] for step in range(steps)])
    state = TrainingState.first(np.zeros(1, np.float32), 2)
    state = TrainingState(state.weights, state.adam, past.reshape(steps, 4))
    found = curve(state, ("content", "style"))
    assert len(found) == points
    if found:
        assert found[-1]["step"] == found[-1]["seconds"] == steps
        mean = np.mean([point["loss"] for point in found])
        assert mean == pytest.approx(past[:, 1].mean(), abs=2)
