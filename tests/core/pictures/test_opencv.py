import threading
from concurrent.futures import ThreadPoolExecutor

import cv2
import numpy as np
import pytest

from stylecore.errors import ImageError
from stylecore.pictures.reading import read_image
from stylecore.pictures.writing import write_image


def encode(suffix, rgb, parameters=()):
    return cv2.imencode(suffix, np.ascontiguousarray(rgb[..., ::-1]), list(parameters))[1].tobytes()


def log_level():
    return (cv2 if hasattr(cv2, "getLogLevel") else cv2.utils.logging).getLogLevel()


def test_opencv_keeps_quiet_and_its_log_level(tmp_path, capfd):
    before = log_level()
    assert before > 0
    (tmp_path / "a.tif").write_bytes(encode(".tif", np.zeros((40, 60, 3), np.uint8))[:-60])
    with pytest.raises(ImageError):
        read_image(tmp_path / "a.tif")
    assert capfd.readouterr() == ("", "")
    assert log_level() == before


def test_readers_that_overlap_leave_opencv_its_log_level(tmp_path, monkeypatch):
    """The second comes in while the first is inside, and goes out after it."""
    before, decode = log_level(), cv2.imdecode
    first_inside, second_inside, first_left = (threading.Event() for _ in range(3))
    for name, value in (("first", 10), ("second", 200)):
        cv2.imwrite(str(tmp_path / f"{name}.jpg"), np.full((8, 8, 3), value, np.uint8))

    def decode_in_turn(data, flags):
        picture = decode(data, flags)
        is_first = picture.mean() < 100
        (first_inside if is_first else second_inside).set()
        assert (second_inside if is_first else first_left).wait(10)
        return picture

    def read_first():
        read_image(tmp_path / "first.jpg")
        first_left.set()

    def read_second():
        assert first_inside.wait(10)
        read_image(tmp_path / "second.jpg")

    monkeypatch.setattr(cv2, "imdecode", decode_in_turn)
    with ThreadPoolExecutor(2) as pool:
        for done in (pool.submit(read_first), pool.submit(read_second)):
            done.result(30)
    assert log_level() == before


def test_a_shortage_of_memory_is_told_as_that(tmp_path, monkeypatch):
    def short(*_):
        error = cv2.error("(-4:Insufficient memory) Failed to allocate 3600000000 bytes")
        error.code = cv2.Error.StsNoMem
        error.err = "Failed to allocate 3600000000 bytes"
        raise error

    write_image(tmp_path / "a.png", np.zeros((4, 4, 3), np.uint8))
    monkeypatch.setattr(cv2, "imencode", short)
    monkeypatch.setattr(cv2, "imdecode", short)
    with pytest.raises(cv2.error, match="Insufficient memory"):
        write_image(tmp_path / "b.png", np.zeros((4, 4, 3), np.uint8))
    with pytest.raises(cv2.error, match="Insufficient memory"):
        read_image(tmp_path / "a.png")
