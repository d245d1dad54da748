from pathlib import Path

import numpy as np
import pytest

from stylecore.engine.session import Port
from stylecore.errors import ModelError
from stylecore.feedforward.layout import layout_of

FILE = Path("net.onnx")
FLOAT = "tensor(float)"


def port(*shape, name="x", kind=FLOAT):
    return Port(name, shape, kind)


ANY = port(1, 3, None, None)


@pytest.mark.parametrize(
    ("shape", "last", "batch", "size"),
    [
        ((1, 3, 224, 224), False, 1, (224, 224)),
        ((None, 3, None, None), False, 1, None),
        ((1, None, None, 3), True, 1, None),
        ((4, 256, 320, 3), True, 4, (256, 320)),
        ((1, None, None, None), False, 1, None),
        ((1, 3, None, 224), False, 1, None),
    ],
)
def test_a_picture_is_recognised(shape, last, batch, size):
    layout = layout_of(FILE, [port(*shape)], [port(*shape, name="y")])
    assert (layout.given, layout.found) == ("x", "y")
    assert (layout.last, layout.last_found, layout.batch, layout.size) == (last, last, batch, size)


def test_an_output_need_not_say_what_it_is():
    assert not layout_of(FILE, [ANY], [port()]).last_found


def test_a_picture_goes_in_and_comes_out():
    image = np.arange(2 * 3 * 3, dtype=np.float32).reshape(1, 3, 2, 3)
    last = layout_of(FILE, [port(2, None, None, 3)], [port(2, None, None, 3)])
    given = last.enter(image)
    assert given.shape == (2, 2, 3, 3)
    assert np.array_equal(given[1], image[0].transpose(1, 2, 0))
    assert np.array_equal(last.leave(given), image)
    assert layout_of(FILE, [ANY], [ANY]).enter(image) is image


@pytest.mark.parametrize(
    ("inputs", "outputs", "words"),
    [
        ([ANY, port(1, 3, 256, 256, name="style")], [ANY], "takes 2 values (x, style)"),
        ([], [ANY], "takes nothing"),
        ([ANY], [port(1, 1000)], "gives 1×1000, as what tells kinds of pictures apart"),
        ([ANY], [ANY, ANY], "gives 2 values (x, x)"),
        ([port(1, 1, None, None)], [ANY], "takes 1×1×?×?"),
        ([ANY], [port(1, 21, None, None)], "gives 1×21×?×?"),
        ([port(1, 77, kind="tensor(int64)")], [ANY], "takes tensor(int64)"),
        ([port(1, 3, None, None, None)], [ANY], "takes 1×3×?×?×?"),
        ([port()], [ANY], "takes one number"),
    ],
)
def test_what_makes_no_picture_of_a_picture_is_refused_by_what_it_does(inputs, outputs, words):
    with pytest.raises(ModelError) as caught:
        layout_of(FILE, inputs, outputs)
    assert words in str(caught.value)
    assert str(caught.value).startswith("net.onnx is no network that paints a picture: it ")
    assert "\n" not in str(caught.value)
