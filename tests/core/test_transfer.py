import json
import shutil
from dataclasses import replace
from itertools import groupby
from time import sleep

import cv2
import numpy as np
import pytest

from stylecore import aim
from stylecore.engine.artefact import load_artefact
from stylecore.engine.engines import choose_engine
from stylecore.engine.objective import Objective
from stylecore.engine.session import Session
from stylecore.errors import EngineError, ImageError, ModelError, SettingsError
from stylecore.models.making.build import build_artefact
from stylecore.pictures.images import crop_to_aspect, write_image
from stylecore.pictures.tensors import to_tensor
from stylecore.pyramid import plan
from stylecore.results import Interrupted, Result, UnfinishedError
from stylecore.settings import Settings
from stylecore.transfer import stylize

SETTINGS = Settings(size=80, coarsest=32, steps=24, pooling="max", engine="cpu", tv_weight=1e-4,
                    composition="style", style_loss="gram")  # fmt: skip
HEIGHT, WIDTH = 60, 80


def blurred_noise(height, width, seed):
    """Something with the smooth and the sharp parts of a picture."""
    rng = np.random.default_rng(seed)
    soft = cv2.GaussianBlur(rng.uniform(-600, 855, (height, width, 3)), (0, 0), 4)
    return np.clip(soft + rng.normal(0, 8, soft.shape), 0, 255).astype(np.uint8)


def stripes(height, width):
    """A manner quite different from that: bright diagonals in two colours."""
    waves = np.sin(np.add.outer(np.arange(height), 2 * np.arange(width)) / 3)[..., None]
    return np.where(waves > 0, (250, 190, 20), (160, 20, 120)).astype(np.uint8)


CONTENT = blurred_noise(HEIGHT, WIDTH, 1)
STYLE = stripes(HEIGHT, WIDTH)


@pytest.fixture(scope="module")
def artefact(narrow_weights, tmp_path_factory):
    folder = tmp_path_factory.mktemp("plain") / "vgg19"
    return load_artefact(build_artefact(narrow_weights, folder, pooling="max", style_loss="gram"))


@pytest.fixture
def model(artefact):
    return artefact.folder


@pytest.fixture
def run(model):
    """A short run; options change the settings."""

    def run(content=CONTENT, style=STYLE, on_step=None, **options):
        settings = replace(SETTINGS, **options)
        return stylize(content, style, model=model, settings=settings, on_step=on_step)

    return run


@pytest.fixture
def start_of(run):
    """The picture that a run starts from, where it starts at the final size."""

    def start_of(**options):
        pictures = []
        run(steps=1, coarsest=80, on_step=lambda step: pictures.append(step.picture()), **options)
        return pictures[0]

    return start_of


@pytest.fixture(scope="module")
def watched(artefact):
    """A run with all that it told on the way."""
    steps, pictures = [], []

    def watch(step):
        steps.append(step)
        pictures.append(step.picture())

    folder = artefact.folder
    result = stylize(CONTENT, STYLE, model=folder, settings=SETTINGS, on_step=watch)
    return result, steps, pictures


def test_the_picture_has_the_size_that_was_asked_for(run, watched):
    image = watched[0].image
    assert image.shape == (HEIGHT, WIDTH, 3)
    assert image.dtype == np.uint8
    tall = run(content=blurred_noise(200, 110, 3), steps=3).image
    assert tall.shape == (80, 44, 3)


def test_the_same_seed_gives_the_same_picture_bit_for_bit(run, watched):
    assert (run().image == watched[0].image).all()
    assert (run(init="noise", seed=5).image == run(init="noise", seed=5).image).all()
    assert (run(init="noise", seed=5).image != run(init="noise", seed=6).image).any()


@pytest.mark.parametrize("optimizer", ["projected-lbfgs", "lbfgs", "adam"])
def test_every_optimizer_lowers_the_loss(run, optimizer):
    losses = []
    result = run(
        optimizer=optimizer, coarsest=80, steps=25, on_step=lambda step: losses.append(step.loss)
    )
    assert result.report["final"]["loss"] < 0.6 * losses[0]
    assert result.report["settings"]["optimizer"] == optimizer


def test_steps_are_told_in_order(watched):
    _, steps, pictures = watched
    scales = plan(HEIGHT, WIDTH, SETTINGS)
    assert len(scales) > 1
    found = [list(group) for _, group in groupby(steps, key=lambda step: step.scale)]
    assert [group[0].scale for group in found] == list(range(1, len(scales) + 1))
    for scale, group in zip(scales, found, strict=True):
        assert [step.step for step in group] == list(range(1, scale.steps + 1))
        for step in group:
            assert (step.width, step.height, step.steps) == (scale.width, scale.height, scale.steps)
            assert step.scales == len(scales)
    for step, picture in zip(steps, pictures, strict=True):
        assert picture.shape == (step.height, step.width, 3)
        assert picture.dtype == np.uint8


def test_steps_tell_the_loss_its_parts_and_the_time(watched):
    _, steps, _ = watched
    for step in steps:
        assert step.loss == pytest.approx(sum(step.parts.values()), rel=1e-5)
        assert step.seconds > 0
        assert step.remaining >= 0
    assert steps[0].remaining > 0
    assert steps[-1].remaining == 0


def test_a_steps_picture_is_the_one_that_was_evaluated(at_the_end, watched):
    _, steps, pictures = watched
    last = steps[-1]
    losses = at_the_end(to_tensor(pictures[-1]))
    assert losses["loss"] == pytest.approx(last.loss, rel=0.02)


@pytest.fixture
def at_the_end(artefact, objective_of, aim_at):
    """What measures pictures of the final size by the same targets, through the whole graph."""
    objective = objective_of(artefact)
    features = Session(artefact.path("features.onnx"), choose_engine("cpu"))
    # Both pictures have the final size already.
    aim_at(objective, features, artefact, to_tensor(CONTENT), [to_tensor(STYLE)], SETTINGS)

    def measure(x):
        objective(x)
        return objective.losses

    return measure


def test_the_final_loss_is_that_of_the_delivered_picture(at_the_end, watched):
    result, _, _ = watched
    losses = at_the_end(to_tensor(result.image))
    assert result.report["final"] == pytest.approx(losses, rel=1e-4)


def test_the_report_has_its_documented_shape(watched, artefact):
    result, _, _ = watched
    report = json.loads(json.dumps(result.report))
    assert set(report) >= {
        *("version", "settings", "engine", "model", "scales", "final", "seconds"),
        "peak_memory_bytes",
    }
    assert Settings(**report["settings"]) == SETTINGS
    assert report["engine"]["name"] == "cpu"
    assert report["engine"]["provider"] == "CPUExecutionProvider"
    assert report["engine"]["precision"] == "fp32"
    assert report["engine"]["threads"] >= 1
    manifest = artefact.manifest
    assert report["model"]["name"] == "vgg19"
    assert report["model"]["sha256"] == manifest.source_sha256
    assert set(report["final"]) == {"loss", "content", "style", "tv"}
    assert set(report["seconds"]) == {"setup", "optimise", "total"}
    assert report["peak_memory_bytes"] > 1e6
    assert not report["interrupted"]


def test_the_report_repeats_every_step(watched):
    result, steps, _ = watched
    told = iter(steps)
    for scale in result.report["scales"]:
        assert set(scale) == {"width", "height", "steps"}
        for entry in scale["steps"]:
            step = next(told)
            assert (scale["width"], scale["height"]) == (step.width, step.height)
            known = {key: getattr(step, key) for key in ("step", "loss", "seconds")}
            assert entry == {**known, **step.parts}
    assert next(told, None) is None


def test_the_seconds_add_up(watched):
    result, steps, _ = watched
    seconds = result.report["seconds"]
    assert 0 < seconds["setup"] < seconds["total"]
    assert seconds["setup"] + seconds["optimise"] <= seconds["total"]
    assert sum(step.seconds for step in steps) <= seconds["optimise"]


def test_the_callers_own_time_is_not_counted_as_a_steps(run):
    seconds = []

    def dawdle(step):
        seconds.append(step.seconds)
        sleep(0.1)

    run(coarsest=80, steps=5, on_step=dawdle)
    assert min(seconds[1:]) < 0.1


@pytest.mark.parametrize(("scale", "step"), [(1, 1), (1, 3), (2, 2)])
def test_an_interrupt_delivers_the_best_picture_so_far(run, scale, step):
    steps, pictures = [], []

    def interrupt(now):
        steps.append(now)
        pictures.append(now.picture())
        if (now.scale, now.step) == (scale, step):
            raise KeyboardInterrupt

    with pytest.raises(Interrupted) as caught:
        run(on_step=interrupt)
    assert isinstance(caught.value, KeyboardInterrupt)
    result = caught.value.result
    assert isinstance(result, Result)
    assert result.image.shape == (HEIGHT, WIDTH, 3)
    assert result.report["interrupted"]
    assert len(result.report["scales"]) == scale
    assert len(result.report["scales"][-1]["steps"]) == step
    json.dumps(result.report)
    # Seen from afar it is the best picture of the scale where the run stopped.
    here = [(now.loss, i) for i, now in enumerate(steps) if now.scale == scale]
    best = pictures[min(here)[1]].astype(np.float32)
    small = cv2.resize(result.image, best.shape[1::-1], interpolation=cv2.INTER_AREA)
    assert np.abs(small - best).mean() < 6


def test_what_is_delivered_is_the_best_and_not_the_last(run):
    losses, pictures = [], []

    def interrupt_when_worse(now):
        losses.append(now.loss)
        pictures.append(now.picture())
        if now.loss > min(losses):
            raise KeyboardInterrupt

    with pytest.raises(Interrupted) as caught:
        run(optimizer="adam", coarsest=80, steps=400, on_step=interrupt_when_worse)
    image = caught.value.result.image
    assert (image == pictures[losses.index(min(losses))]).all()
    assert (image != pictures[-1]).any()


def test_an_interrupt_while_the_picture_is_judged_keeps_it(run, monkeypatch):
    def interrupt(*_, **__):
        raise KeyboardInterrupt

    wanted = run()
    monkeypatch.setattr(aim, "measured", interrupt)
    with pytest.raises(Interrupted) as caught:
        run()
    assert (caught.value.result.image == wanted.image).all()
    assert caught.value.result.report["interrupted"]


def test_an_interrupt_before_there_is_a_picture_is_just_that(run, monkeypatch):
    def interrupt(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(Objective, "aim", interrupt)
    with pytest.raises(KeyboardInterrupt) as caught:
        run()
    assert not isinstance(caught.value, Interrupted)


@pytest.mark.parametrize("error", [RuntimeError("no space left"), MemoryError(), OSError(28, "x")])
def test_whatever_ends_a_run_hands_out_the_best_picture(run, error):
    pictures = []

    def fail_later(step):
        pictures.append(step.picture())
        if (step.scale, step.step) == (step.scales, 2):
            raise error

    with pytest.raises(UnfinishedError) as caught:
        run(on_step=fail_later)
    assert caught.value.__cause__ is error
    assert "\n" not in str(caught.value)
    result = caught.value.result
    assert result.image.shape == (HEIGHT, WIDTH, 3)
    assert any((result.image == picture).all() for picture in pictures[-2:])
    assert type(error).__name__ in json.loads(json.dumps(result.report))["error"]
    assert result.report["final"] is None


def test_a_failure_while_the_picture_is_judged_keeps_it(run, monkeypatch):
    def fail(*_, **__):
        raise MemoryError

    wanted = run()
    monkeypatch.setattr(aim, "measured", fail)
    with pytest.raises(UnfinishedError) as caught:
        run()
    assert (caught.value.result.image == wanted.image).all()


@pytest.mark.parametrize("optimizer", ["projected-lbfgs", "lbfgs", "adam"])
def test_a_loss_that_is_no_number_loses_nothing(run, monkeypatch, optimizer):
    evaluate, count = Objective.__call__, iter(range(1000))

    def sometimes_nothing(self, x):
        loss, gradient = evaluate(self, x)
        if next(count) % 5 == 4:
            return float("nan"), np.full_like(gradient, np.nan)
        return loss, gradient

    steps = []
    monkeypatch.setattr(Objective, "__call__", sometimes_nothing)
    result = run(optimizer=optimizer, on_step=steps.append, steps=40)
    assert result.report["final"]["loss"] < 0.9 * steps[0].loss


@pytest.mark.parametrize("optimizer", ["projected-lbfgs", "lbfgs", "adam"])
def test_a_loss_that_never_is_a_number_is_said(run, monkeypatch, optimizer):
    def nothing(self, x):
        self.losses = {"loss": float("nan")}
        return float("nan"), np.full_like(x, np.nan)

    monkeypatch.setattr(Objective, "__call__", nothing)
    words = r"no finite number at scale 1/2 \(\d+×\d+\), from step 1 on"
    with pytest.raises(EngineError, match=words):
        run(optimizer=optimizer)


def test_a_run_starts_from_the_content(start_of):
    assert (start_of() == CONTENT).all()


def test_a_run_starts_from_noise(start_of):
    start = start_of(init="noise")
    assert 110 < start.mean() < 145
    # No structure: neighbours do not resemble each other.
    centred = start.astype(np.float64) - start.mean()
    assert centred.std() > 15
    assert abs((centred[:, 1:] * centred[:, :-1]).mean()) < 0.1 * centred.var()


def test_a_run_starts_from_a_picture(start_of, tmp_path):
    path = tmp_path / "start.png"
    write_image(path, STYLE[::-1])
    assert (start_of(init=str(path)) == STYLE[::-1]).all()
    write_image(path, np.full((30, 40, 3), (10, 200, 90), np.uint8))
    assert (start_of(init=str(path)) == (10, 200, 90)).all()


def test_a_start_that_is_missing_is_refused(run, tmp_path):
    with pytest.raises(ImageError, match=r"there is no file .*missing\.png"):
        run(init=str(tmp_path / "missing.png"))


def test_fit_crop_looks_at_the_middle_of_the_style_alone(run):
    wide = blurred_noise(60, 200, 4)
    changed = wide.copy()
    changed[:, :50] = 255 - changed[:, :50]
    short = {"steps": 4}
    cropped = run(style=wide, fit="crop", **short).image
    assert (cropped == run(style=changed, fit="crop", **short).image).all()
    assert (cropped == run(style=crop_to_aspect(wide, WIDTH / HEIGHT), **short).image).all()
    kept = run(style=wide, fit="keep", **short).image
    assert (kept != run(style=changed, fit="keep", **short).image).any()


def test_several_styles_are_blended_evenly(run):
    other = blurred_noise(50, 70, 5)
    short = {"steps": 4, "detail": "content"}
    one = run(style=STYLE, **short).image
    both = run(style=[STYLE, other], **short).image
    assert (both != one).any()
    assert (both == run(style=(other, STYLE), **short).image).all()
    assert (one == run(style=[STYLE, STYLE], **short).image).all()


def test_paths_and_arrays_are_the_same_pictures(run, tmp_path):
    for name, picture in (("content", CONTENT), ("style", STYLE)):
        write_image(tmp_path / f"{name}.png", picture)
    content, style = tmp_path / "content.png", tmp_path / "style.png"
    wanted = run(steps=3).image
    assert (run(content=content, style=str(style), steps=3).image == wanted).all()
    assert (run(content=str(content), style=[style], steps=3).image == wanted).all()


def test_the_inputs_are_left_alone(run):
    content, style = CONTENT.copy(), STYLE.copy()
    for picture in (content, style):
        picture.flags.writeable = False
    run(content=content, style=style, steps=3)
    assert (content == CONTENT).all()


@pytest.mark.parametrize(
    "array",
    [
        np.zeros((40, 40), np.uint8),
        np.zeros((40, 40, 5), np.uint8),
        np.zeros((1, 40, 40, 3), np.uint8),
        np.zeros((40, 40, 3), np.float32),
        np.zeros((0, 40, 3), np.uint8),
    ],
    ids=lambda array: f"{array.dtype}{array.shape}",
)
def test_arrays_that_are_no_pictures_are_refused(run, array):
    words = r"an array of \w+ \(.*\) was given as a picture; give uint8 \(H, W, 3\), RGB"
    with pytest.raises(ImageError, match=words):
        run(content=array)
    with pytest.raises(ImageError, match=words):
        run(style=[STYLE, array])


def test_no_style_is_refused(run):
    with pytest.raises(SettingsError, match="no style was given"):
        run(style=[])


def test_a_content_that_is_too_narrow_for_its_size_is_refused(run):
    with pytest.raises(
        ImageError, match=r"at size 80 the content is 80×8 pixels, .* give a larger"
    ):
        run(content=blurred_noise(30, 300, 6))


@pytest.mark.parametrize("shape", [(1, 1), (3, 400), (700, 20)])
def test_styles_of_any_shape_are_taken(run, shape):
    image = run(style=blurred_noise(*shape, 7), steps=3).image
    assert image.shape == (HEIGHT, WIDTH, 3)


def test_an_artefact_that_does_not_fit_is_refused(run, model):
    for options in ({"pooling": "average"}, {"content_layers": {"relu3_2": 1.0}}):
        with pytest.raises(ModelError, match="which the settings do not ask for") as caught:
            run(**options)
        assert str(model) in str(caught.value)


def test_a_damaged_artefact_is_refused(model, tmp_path):
    folder = shutil.copytree(model, tmp_path / "damaged")
    (folder / "weights.bin").write_bytes(b"nothing")
    with pytest.raises(ModelError, match=r"weights\.bin is damaged"):
        stylize(CONTENT, STYLE, model=str(folder), settings=SETTINGS)


def test_the_artefact_of_this_machine_is_the_default(model, tmp_path, monkeypatch, watched):
    monkeypatch.setenv("STYLECORE_HOME", str(tmp_path))
    with pytest.raises(ModelError, match="no artefact with max pooling"):
        stylize(CONTENT, STYLE, settings=SETTINGS)
    shutil.copytree(model, tmp_path / "artefacts" / "vgg19-max-0123")
    assert (stylize(CONTENT, STYLE, settings=SETTINGS).image == watched[0].image).all()


def test_an_engine_that_is_not_here_is_refused(run, monkeypatch):
    monkeypatch.setattr("onnxruntime.get_available_providers", lambda: ["CPUExecutionProvider"])
    with pytest.raises(EngineError, match="engine cuda"):
        run(engine="cuda")


def test_one_step_is_enough(run):
    result = run(steps=1)
    assert result.image.shape == (HEIGHT, WIDTH, 3)
    assert sum(len(scale["steps"]) for scale in result.report["scales"]) == 1
