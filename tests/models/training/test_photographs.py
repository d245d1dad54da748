import numpy as np
import pytest

from stylecore.errors import ImageError
from stylecore.models.training import photographs
from stylecore.models.training.photographs import (
    Photographs,
    example_photographs,
    find_photographs,
)
from stylecore.pictures.color import grey
from stylecore.pictures.images import read_image, write_image
from stylecore.pictures.tensors import to_floats


def of(album, **how):
    return Photographs(find_photographs(album), 128, **how)


def test_a_folder_is_looked_through_with_those_in_it(album, tmp_path):
    names = [path.relative_to(album).as_posix() for path in find_photographs(album)]
    assert names == ["a.png", "b.jpg", "more/c.png"]
    assert find_photographs(album / "a.png") == [album / "a.png"]
    assert len(find_photographs(album, [album / "more" / ".." / "b.jpg"])) == 2
    (tmp_path / "notes.txt").write_text("no picture")
    (tmp_path / ".hidden.png").write_bytes(b"")
    with pytest.raises(ImageError, match=r"there is no picture file in .*; give a folder"):
        find_photographs(tmp_path)
    with pytest.raises(ImageError, match=r"there is no folder .*nowhere; give one"):
        find_photographs(tmp_path / "nowhere")


def test_the_examples_are_found_and_none_of_them_is_a_style():
    found = example_photographs()
    assert [path.stem for path in found] == ["astronaut", "cat", "coffee", "pagoda"]
    assert found[0] not in example_photographs([found[0]])


def test_without_the_examples_it_is_said_what_to_give(monkeypatch):
    monkeypatch.setattr(photographs, "_EXAMPLES", ("gone",))
    with pytest.raises(ImageError, match="examples are not here; give --photos a folder"):
        example_photographs()


def test_a_crop_depends_on_its_number_and_the_seed_alone(album):
    one = of(album).crop(17, 64)
    assert one.shape == (1, 3, 64, 64)
    assert one.dtype == np.float32
    again = of(album)
    for number in (3, 40, 2):
        again.crop(number, 32)
    np.testing.assert_array_equal(again.crop(17, 64), one)
    assert not np.array_equal(of(album, seed=1).crop(17, 64), one)
    assert not np.array_equal(of(album).crop(18, 64), one)


def test_every_photograph_comes_once_before_any_comes_again(album, monkeypatch):
    """Told apart by what is read, where nothing is kept."""
    opened = []
    monkeypatch.setattr(
        photographs, "read_image", lambda path, *_: opened.append(path.name) or read_image(path)
    )
    several = of(album)
    for number in range(12):
        several._kept.clear()
        several.crop(number, 32)
    rounds = [set(opened[at : at + 3]) for at in range(0, 12, 3)]
    assert rounds == [{"a.png", "b.jpg", "c.png"}] * 4


def test_crops_are_parts_at_several_scales_some_of_them_mirrored(tmp_path):
    """Of a ramp from left to right: its slope is the scale, its sign the side."""
    ramp = np.repeat(np.linspace(0, 255, 256)[None, :, None], 192, 0).repeat(3, 2)
    write_image(tmp_path / "ramp.png", ramp.astype(np.uint8))
    several = Photographs(find_photographs(tmp_path), 256)
    slopes = [
        float(np.mean(np.diff(several.crop(number, 64)[0, 0], axis=1))) for number in range(200)
    ]
    larger = 1 / np.abs(slopes)
    assert 0.55 < larger.min() < 0.7
    assert 1.3 < larger.max() < 1.6
    assert 60 < sum(slope > 0 for slope in slopes) < 140


def test_a_small_photograph_is_enlarged_and_a_crop_never_lacks_pixels(tmp_path):
    write_image(tmp_path / "small.png", np.full((32, 40, 3), 90, np.uint8))
    crop = Photographs(find_photographs(tmp_path), 512).crop(0, 256)
    assert crop.shape == (1, 3, 256, 256)
    assert (crop == 90).all()


def test_what_cannot_be_read_is_named_once_and_passed_over(album, tmp_path):
    for name in ("a.png", "b.jpg"):
        (tmp_path / name).write_bytes((album / name).read_bytes())
    (tmp_path / "broken.jpg").write_bytes(b"\xff\xd8\xff nothing")
    write_image(tmp_path / "dot.png", np.zeros((3, 3, 3), np.uint8))
    notes = []
    several = Photographs(find_photographs(tmp_path), 128, on_note=notes.append)
    for number in range(12):
        assert several.crop(number, 64).shape == (1, 3, 64, 64)
    assert len(notes) == 2
    assert any("broken.jpg" in note and "is passed over" in note for note in notes)
    assert any("dot.png is 3×3 pixels, too few for a photograph" in note for note in notes)
    assert all("\n" not in note for note in notes)


def test_where_none_can_be_read_that_is_said(tmp_path):
    (tmp_path / "broken.jpg").write_bytes(b"nothing")
    several = Photographs(find_photographs(tmp_path), 128)
    for ask in (lambda: several.crop(0, 64), several.first, several.together):
        with pytest.raises(ImageError, match="none of 1 picture files can be used; give a folder"):
            ask()


def test_one_photograph_is_enough(album):
    one = Photographs([album / "a.png"], 128)
    assert not np.array_equal(one.crop(0, 64), one.crop(1, 64))


def test_grey_ones_are_those_of_the_same_number(album):
    crop, without = (of(album, grey=one).crop(5, 64) for one in (False, True))
    np.testing.assert_allclose(to_floats(without), grey(to_floats(crop)), atol=1e-3)


def test_memory_holds_no_more_than_is_looked_at(tmp_path, monkeypatch):
    write_image(tmp_path / "large.png", np.zeros((600, 900, 3), np.uint8))
    several = Photographs(find_photographs(tmp_path), 100)
    assert several.first().shape == (100, 150, 3)


def test_together_they_show_their_colours(album):
    several = of(album)
    found = several.together()
    assert found.shape == (96, 128, 3)
    tiles = [found[:32, 32 * column : 32 * column + 32] for column in range(4)]
    np.testing.assert_array_equal(tiles[0], tiles[3])  # three photographs, again and again
    assert not np.array_equal(tiles[0], tiles[1])
