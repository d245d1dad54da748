from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stylecore.batch.folder import TAKEN
from stylecore.batch.jobs import Pair
from stylecore.batch.names import FIELDS, labels, named, same
from stylecore.errors import ImageError, SettingsError
from stylecore.settings import Settings

SETTINGS = Settings(size=96, tv_weight=0.5)


def pair(content="photos/cat.jpg", *styles, settings=SETTINGS, name=""):
    return Pair(Path(content), tuple(map(Path, styles or ("night.jpg",))), settings, name)


def names_of(pairs, *words):
    return [job.name for job in named(pairs, *words)]


def test_a_name_tells_content_and_style():
    pairs = [pair(), pair("dog.png", "night.jpg", "wave.jpg")]
    assert names_of(pairs) == ["cat-night.png", "dog-night-wave.png"]


@pytest.mark.parametrize(
    ("template", "name"),
    [
        ("{content}.jpg", "cat.jpg"),
        ("{style}/{content}-{size}.webp", "night/cat-96.webp"),
        ("{number:04}{{}}.png", "0001{}.png"),
        ("{content}-{tv_weight}-{color}.tif", "cat-0.5-style.tif"),
        ("./a//{content}.png", "a/cat.png"),
    ],
)
def test_a_template_is_filled(template, name):
    assert names_of([pair()], template) == [name]


@pytest.mark.parametrize(
    ("template", "message"),
    [
        ("{contents}.png", r"has the field \{contents\}; the nearest is \{content\}"),
        ("{content.stem}.png", r"has the field \{content.stem\}"),
        ("{}.png", r"has the field \{\}; the nearest is"),
        ("{0}.png", r"has the field \{0\}"),
        ("{content!r}.png", r"has the field \{content!r\}; the nearest is \{content\}"),
        ("{style_layers}.png", r"has the field \{style_layers\}"),
        ("{number:{sise}}.png", r"'sise'; write \{content\}-\{style\}.png"),
        ("{number:s}.png", "Unknown format code 's'"),
        ("{content.png", "expected '}' before end of string"),
        ("{content}}.png", "Single '}' encountered"),
        ("../{content}.png", "leads out of the folder"),
        ("/tmp/{content}.png", "leads out of the folder"),
        ("C:/{content}.png", "leads out of the folder"),
        ("a\0{content}.png", "leads out of the folder"),
    ],
)
def test_a_template_that_cannot_be_filled(template, message):
    with pytest.raises(SettingsError, match=message) as caught:
        named([pair()], template)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("template", ["{content}", "{content}.gif", "{content}.png.txt"])
def test_a_suffix_that_is_not_written(template):
    with pytest.raises(ImageError, match=r"give one of \.png, \.jpg"):
        named([pair()], template)


def test_all_fields_can_be_filled():
    template = "-".join(f"{{{field}}}" for field in FIELDS) + ".png"
    (name,) = names_of([pair()], template)
    assert name.startswith("cat-night-1-96-55-projected-lbfgs")


def test_files_of_one_name_are_told_apart():
    contents = ["a/cat.jpg", "a/cat.png", "b/cat.jpg", "dog.png"]
    assert names_of([pair(one) for one in contents]) == [
        "a-cat-night.png",
        "cat-png-night.png",
        "b-cat-night.png",
        "dog-night.png",
    ]


def test_names_that_some_file_systems_take_for_the_same_are_told_apart():
    names = names_of([pair("x/Cat.jpg"), pair("y/cat.jpg"), pair("z/e\u0301.jpg"), pair("w/é.jpg")])
    assert len(set(map(same, names))) == 4


def test_the_same_pair_with_other_settings_gets_a_number():
    pairs = [pair(), pair(settings=Settings()), pair()]
    assert names_of(pairs) == ["cat-night.png", "cat-night-2.png", "cat-night-3.png"]


def test_names_that_were_given_stay():
    pairs = [pair(), pair(name="cat-night.png"), pair(name="x/y.jpg")]
    assert names_of(pairs) == ["cat-night-2.png", "cat-night.png", "x/y.jpg"]


def test_two_pictures_of_one_name_are_refused():
    with pytest.raises(SettingsError) as caught:
        named([pair(), pair("dog.png")], "{style}.png")
    assert str(caught.value) == (
        "two pictures would be called night.png: photos/cat.jpg in the manner of night.jpg, and"
        " dog.png in the manner of night.jpg; put {content}, {style} or {number} into the name"
    )
    with pytest.raises(SettingsError, match=r"two pictures would be called A\.PNG"):
        named([pair(name="a.png"), pair(name="A.PNG")])


def test_names_of_the_batch_itself_are_not_free():
    assert names_of([pair("contact.png", "sheet.png")], None, TAKEN) == ["contact-sheet.png"]
    with pytest.raises(SettingsError, match="a file of the batch itself"):
        named([pair(name="contact-sheet.jpg")], None, TAKEN)


def test_long_names_are_cut_and_still_apart():
    contents = [f"{'ж' * 120}{end}.png" for end in "ab"]
    names = names_of([pair(one, f"{'写' * 80}.png") for one in contents])
    assert len(set(names)) == 2
    assert all(len(name.encode()) < 250 for name in names)


@given(st.lists(st.lists(st.sampled_from("abAé"), min_size=1, max_size=3), min_size=1, max_size=6))
def test_labels_are_always_distinct(parts):
    paths = [Path(*part[:-1], f"{part[-1]}.png") for part in parts]
    found = labels(paths)
    assert set(found) == set(paths)
    assert len(set(map(same, found.values()))) == len(set(paths))
