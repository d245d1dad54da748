"""What a worker does: pictures like those of runs of their own, and every way not to make one."""

import hashlib
import warnings
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import stylecore
from stylecore.batch.bench import Bench, Painters
from stylecore.batch.parcel import Network, Parcel, Wanting, network_at
from stylecore.batch.recipe import InputFile, Recipe
from stylecore.batch.task import Halted, Painted, PictureTask, Refused
from stylecore.pictures.images import read_image
from stylecore.provenance.provenance import read_provenance


@pytest.fixture
def bench():
    told = []
    bench = Bench(Painters(), told.append, lambda: False, threads=1)
    bench.heard = told
    return bench


@pytest.fixture
def task_of(place, model, quick):
    def sum_of(path):
        return InputFile(str(path), hashlib.sha256(Path(path).read_bytes()).hexdigest())

    def task_of(content="photos/cat.png", *styles, start=None, metadata="none", **changes):
        settings = replace(quick, init=start or "content")
        recipe = Recipe(
            sum_of(content),
            tuple(map(sum_of, styles or ["styles/night.png"])),
            None if start is None else sum_of(start),
            settings,
            metadata,
            {},
        )
        task = PictureTask(7, "x.png", recipe, network_at(model))
        return replace(task, **changes)

    return task_of


def test_the_picture_is_that_of_a_run_of_its_own(task_of, bench, model, quick):
    answer = task_of().perform(Parcel(), bench)
    assert isinstance(answer, Painted)
    Path("x.png").write_bytes(answer.data)
    settings = replace(quick, threads=1)
    result = stylecore.stylize("photos/cat.png", "styles/night.png", model=model, settings=settings)
    assert np.array_equal(read_image("x.png"), result.image)
    assert answer.losses == result.report["final"]
    assert answer.engine == result.report["engine"]
    assert answer.seconds > 0


def test_it_is_told_where_it_stands(task_of, bench):
    task_of().perform(Parcel(), bench)
    (told, *_) = bench.heard
    assert (told.number, told.scale, told.step, told.steps) == (7, 1, 1, 2)
    assert (told.width, told.height) == (32, 24)


def test_several_styles_are_blended_and_a_start_is_started_from(task_of, bench):
    plain = task_of("photos/cat.png", "styles/night.png", "styles/wave.png")
    started = task_of("photos/cat.png", "styles/night.png", start="photos/dog.png")
    pictures = {task_of().perform(Parcel(), bench).data}
    for task in (plain, started):
        pictures.add(task.perform(Parcel(), bench).data)
    assert len(pictures) == 3


def test_painters_are_kept(task_of, bench, monkeypatch):
    opened, init = [], stylecore.Painter.__init__
    monkeypatch.setattr(
        stylecore.Painter, "__init__", lambda self, *a, **k: opened.append(1) or init(self, *a, **k)
    )
    for _ in range(3):
        task_of().perform(Parcel(), bench)
    task_of("photos/dog.png", "styles/wave.png").perform(Parcel(), bench)
    assert len(opened) == 1
    for engine_threads in (2, 3):
        task = task_of()
        settings = replace(task.recipe.settings, threads=engine_threads)
        replace(task, recipe=replace(task.recipe, settings=settings)).perform(Parcel(), bench)
    assert len(opened) == 3
    task_of().perform(Parcel(), bench)  # two are kept, and this one was used longest ago
    assert len(opened) == 4


def test_what_is_not_here_is_wanted_and_then_taken_as_it_was_sent(task_of, bench, monkeypatch):
    task, data = task_of(), Path("photos/cat.png").read_bytes()
    wanted = task.perform(Parcel(), bench).data
    Path("photos/cat.png").rename("photos/moved.png")
    answer = task.perform(Parcel(), bench)
    content = task.recipe.content.sha256
    assert answer == Wanting(inputs=frozenset({content}))
    assert task.perform(Parcel({content: data}), bench).data == wanted


def test_a_network_that_is_not_here_is_wanted(task_of, bench, monkeypatch, tmp_path):
    monkeypatch.setenv("STYLECORE_HOME", str(tmp_path / "home"))
    task = task_of(network=Network("0" * 64, "none"))
    assert task.perform(Parcel(), bench) == Wanting(networks=frozenset({"0" * 64}))


def test_a_bad_picture_is_refused_by_the_name_that_it_was_given_by(task_of, bench):
    Path("photos/bad.png").write_bytes(b"no picture")
    task = task_of("photos/bad.png")
    answer = task.perform(Parcel(), bench)
    assert isinstance(answer, Refused)
    assert answer.reason.startswith("photos/bad.png is no picture that can be read here")
    sent = task.perform(Parcel({task.recipe.content.sha256: b"no picture"}), bench)
    assert sent == answer


def test_what_a_file_asks_for_in_vain_is_told(task_of, bench):
    with Image.open("photos/cat.png") as picture:
        picture.save("photos/odd.png", icc_profile=b"none")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        answer = task_of("photos/odd.png").perform(Parcel(), bench)
    (told,) = answer.warnings
    assert told.startswith("photos/odd.png has a damaged colour profile")


@pytest.mark.parametrize("carried", ["none", "no-gps"])
def test_the_picture_carries_what_the_photograph_does(task_of, bench, carried):
    exif = Image.Exif()
    exif[33432] = "(c) me"
    with Image.open("photos/cat.png") as photo:
        photo.save("photos/camera.png", exif=exif)
    answer = task_of("photos/camera.png", metadata=carried).perform(Parcel(), bench)
    Path("x.png").write_bytes(answer.data)
    with Image.open("x.png") as picture:
        assert picture.getexif().get(33432) == (None if carried == "none" else "(c) me")


def test_when_all_is_halted_there_is_no_result(task_of):
    steps = iter([False, True])
    bench = Bench(Painters(), lambda _: None, lambda: next(steps), threads=1)
    assert task_of().perform(Parcel(), bench) == Halted()
    at_once = Bench(Painters(), lambda _: None, lambda: True, threads=1)
    assert task_of().perform(Parcel(), at_once) == Halted()


def test_a_worker_of_another_version_refuses(task_of, bench):
    answer = task_of(version="9.9.9").perform(Parcel(), bench)
    assert isinstance(answer, Refused)
    assert "and 9.9.9 gives out the work; install the same on both" in answer.reason


def test_a_shortage_of_memory_is_a_reason(task_of, bench, monkeypatch):
    def short(*_, **__):
        raise MemoryError

    monkeypatch.setattr("stylecore.batch.task.encoded_image", short)
    assert task_of().perform(Parcel(), bench).reason.startswith("out of memory; give a smaller")


def test_a_mistake_of_ours_is_not_hidden(task_of, bench, monkeypatch):
    def wrong(*_, **__):
        raise ZeroDivisionError

    monkeypatch.setattr("stylecore.batch.task.encoded_image", wrong)
    with pytest.raises(ZeroDivisionError):
        task_of().perform(Parcel(), bench)


def test_a_picture_knows_how_it_was_made_wherever_its_files_lay(task_of, bench):
    task, data = task_of(), Path("photos/cat.png").read_bytes()
    sent = task.perform(Parcel({task.recipe.content.sha256: data}), bench)
    Path("x.png").write_bytes(sent.data)
    made = read_provenance("x.png")
    assert (made.inputs.content.name, made.inputs.content.length) == ("cat.png", len(data))
    assert made.inputs.styles[0].name == "night.png"
    assert task.perform(Parcel(), bench).data == sent.data
    off = task_of(metadata="off").perform(Parcel(), bench)
    Path("x.png").write_bytes(off.data)
    assert read_provenance("x.png") is None


def halted_after(steps):
    halted = iter([False] * steps)
    return Bench(Painters(), lambda _: None, lambda: next(halted, True), threads=1)


@pytest.fixture
def place_of_checkpoint():
    """As the folder of a batch has it: the lock beside it says that both are the same folder."""
    Path("x.lock").touch()
    return Path("x.checkpoint").absolute()


def test_what_was_halted_goes_on_where_it_stood(task_of, bench, place_of_checkpoint):
    task = task_of(checkpoint=str(place_of_checkpoint))
    whole = task_of().perform(Parcel(), bench)
    assert task.perform(Parcel(), halted_after(1)) == Halted()
    assert place_of_checkpoint.exists()
    answer = task.perform(Parcel(), bench)
    assert (answer.data, answer.resumed) == (whole.data, 1)


@pytest.mark.parametrize("left", ["damaged", "of another run"])
def test_a_checkpoint_of_something_else_is_no_use(task_of, bench, place_of_checkpoint, left):
    other = task_of("photos/dog.png", checkpoint=str(place_of_checkpoint))
    assert other.perform(Parcel(), halted_after(1)) == Halted()
    if left == "damaged":
        place_of_checkpoint.write_bytes(place_of_checkpoint.read_bytes()[:-100])
    answer = task_of(checkpoint=str(place_of_checkpoint)).perform(Parcel(), bench)
    assert answer.data == task_of().perform(Parcel(), bench).data
    assert answer.resumed == 0


def test_a_worker_that_does_not_see_the_folder_keeps_none(task_of, tmp_path):
    path = tmp_path / "x.checkpoint"
    assert task_of(checkpoint=str(path)).perform(Parcel(), halted_after(1)) == Halted()
    assert not path.exists()


def test_a_checkpoint_that_cannot_be_written_is_a_warning(task_of, place_of_checkpoint):
    place_of_checkpoint.mkdir()
    (place_of_checkpoint / "file").touch()
    task = task_of(checkpoint=str(place_of_checkpoint))
    assert isinstance(task.perform(Parcel(), halted_after(99)), Painted | Refused)
