from pathlib import Path

import pytest

from stylecore.batch.listing import read_list
from stylecore.errors import SettingsError
from stylecore.settings import Settings

BASE = Settings(size=64, tv_weight=0.5)


@pytest.fixture
def listed(tmp_path):
    def listed(text, name="list.csv"):
        path = tmp_path / name
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        pairs = read_list(path, BASE)
        inside = [
            (
                pair.content.relative_to(tmp_path).as_posix(),
                [style.relative_to(tmp_path).as_posix() for style in pair.styles],
                pair.settings,
                pair.name,
            )
            for pair in pairs
        ]
        return inside[0] if len(inside) == 1 else inside

    return listed


def with_(**changes):
    return Settings(**{"size": 64, "tv_weight": 0.5, **changes})


@pytest.mark.parametrize("between", [",", ";", "\t"])
def test_rows_of_csv(listed, between):
    text = (
        "content,style,size,blend,name\n"
        "a.jpg,night.png,,,\n"
        '"b, too.jpg",x/wave.png|night.png,128,"3,1",b.png\n'
        "\n"
        " ,,,,\n"
    )
    if between != ",":
        text = text.replace('"b, too.jpg"', "b.jpg").replace('"3,1"', "3").replace(",", between)
        text = text.replace("3", '"3,1"')
    first, second = listed(text)
    assert first == ("a.jpg", ["night.png"], BASE, "")
    assert second[0] in ("b, too.jpg", "b.jpg")
    assert second[1:] == (["x/wave.png", "night.png"], with_(size=128, blend=(3, 1)), "b.png")


def test_csv_as_a_spreadsheet_saves_it(listed):
    text = (
        "\ufeffcontent;style;tv_weight;style_layers\r\nä.jpg;night.png;0.25;relu1_1:2,relu2_1\r\n"
    )
    layers = {"relu1_1": 2.0, "relu2_1": 1.0}
    assert listed(text) == (
        "ä.jpg",
        ["night.png"],
        with_(tv_weight=0.25, style_layers=layers),
        "",
    )


def test_tables_of_toml(listed):
    text = """
    steps = 9
    [[picture]]
    content = "a.jpg"
    style = "night.png"
    [[picture]]
    content = "b.jpg"
    style = ["wave.png", "night.png"]
    name = "b.png"
    steps = 3
    blend = [1, 2]
    """
    assert listed(text, "list.toml") == [
        ("a.jpg", ["night.png"], with_(steps=9), ""),
        ("b.jpg", ["wave.png", "night.png"], with_(steps=3, blend=(1, 2)), "b.png"),
    ]


def test_a_picture_to_start_from_lies_beside_the_list_too(listed, tmp_path):
    found = listed("content,style,init\na.jpg,b.jpg,c.png\n")
    assert Path(found[2].init) == tmp_path / "c.png"
    assert listed("content,style,init\na.jpg,b.jpg,noise\n")[2].init == "noise"
    assert listed("content,style\na.jpg,b.jpg\n")[2].init == "content"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "has no pictures in it"),
        ("content,style\n", "has no pictures in it"),
        ("content,stile\n", "line 1: there is no setting 'stile'; the nearest is"),
        ("content,style,style\n", "line 1: a column is there twice"),
        ("content,style\na.jpg\n", "line 2 has no style; give the path"),
        ("content,style\n,b.jpg\n", "line 2 has no content; give the path"),
        ("content,style\na,b,c\n", "line 2: there are 3 columns under 2 names; put what has ','"),
        ("content,style,size\na,b,many\n", "line 2: size is 'many'; give a whole number"),
        ("content,style,size\na,b,\na,b,8\n", "line 3: size is 8; give a whole number from 32"),
        ("content,style\n\xff".encode("latin-1"), "is not UTF-8"),
    ],
)
def test_csv_that_says_something_else(listed, text, message):
    with pytest.raises(SettingsError, match=message) as caught:
        listed(text)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "has no pictures in it"),
        ("[picture]\ncontent = 1", r"picture is no array of tables; write \[\[picture\]\]"),
        ("picture = [1]", "picture is no array of tables"),
        ("pictures = 1", "above the pictures: there is no setting 'pictures'"),
        ("[[picture]]\nstyle = 'b'", "picture 1 has no content"),
        ("[[picture]]\ncontent = 'a'\nstyle = []", "picture 1 has no style"),
        ("[[picture]]\ncontent = 'a'\nstyle = [1]", "picture 1: content, style and name are text"),
        ("[[picture]]\ncontent = 1\nstyle = 'b'", "picture 1: content, style and name are text"),
        ("[[picture]]\ncontent = 'a'\nstyle = 'b'\nsize = '8'", "size is '8', which is text"),
        ("[[picture]\n", "is no TOML"),
    ],
)
def test_toml_that_says_something_else(listed, text, message):
    with pytest.raises(SettingsError, match=message) as caught:
        listed(text, "list.toml")
    assert "\n" not in str(caught.value)


def test_a_list_that_is_not_there(tmp_path):
    for name in ("none.csv", "none.toml"):
        with pytest.raises(SettingsError, match="there is no file"):
            read_list(tmp_path / name, BASE)
    with pytest.raises(SettingsError, match="cannot read"):
        read_list(tmp_path, BASE)
