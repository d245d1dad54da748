"""The window of a camera, with a film in the camera's place and a window that takes notes."""

import cv2
import numpy as np
import pytest

from stylecore.engine.engines import choose_engine
from stylecore.errors import EngineError, ImageError
from stylecore.feedforward.filmwriter import FilmWriter
from stylecore.feedforward.opening import open_network
from stylecore.feedforward.styler import Styler
from stylecore.feedforward.window import check_window, show_camera


@pytest.fixture(scope="module")
def styler(painter_file):
    return Styler(open_network(painter_file, choose_engine("cpu")))


@pytest.fixture
def desk(monkeypatch, tmp_path):
    """A machine with a display, a window and a camera that sees six frames."""
    with FilmWriter(tmp_path / "seen.avi", 10, 64, 48) as writer:
        for level in range(6):
            writer.write(np.full((48, 64, 3), 40 * level, np.uint8))
    desk = {"shown": [], "keys": iter([-1] * 100), "visible": 1.0, "closed": 0}
    capture = cv2.VideoCapture

    def camera(source, *how):
        return capture(str(tmp_path / "seen.avi")) if source == 0 else capture(source, *how)

    def close():
        desk["closed"] += 1

    monkeypatch.setattr(cv2, "VideoCapture", camera)
    monkeypatch.setattr(cv2, "imshow", lambda *given: desk["shown"].append(given), raising=False)
    monkeypatch.setattr(cv2, "waitKey", lambda _: next(desk["keys"]), raising=False)
    monkeypatch.setattr(cv2, "getWindowProperty", lambda *_: desk["visible"], raising=False)
    monkeypatch.setattr(cv2, "destroyAllWindows", close, raising=False)
    monkeypatch.setattr(cv2, "getBuildInformation", lambda: "  GUI:                   QT5\n")
    monkeypatch.setenv("DISPLAY", ":0")
    return desk


def test_every_frame_is_shown_painted(desk, styler):
    seen = []
    count = show_camera(0, styler, title="a", on_frame=lambda done, seconds: seen.append(done))
    assert count == 6
    assert seen == [1, 2, 3, 4, 5, 6]
    assert desk["closed"] == 1
    title, frame = desk["shown"][0]
    assert (title, frame.shape) == ("a", (48, 64, 3))
    wanted = styler.frame(np.zeros((48, 64, 3), np.uint8))
    assert np.abs(frame[..., ::-1].astype(float) - wanted).mean() < 12


def test_a_size_of_its_own(desk, styler):
    show_camera(0, styler, title="a", size=32)
    assert desk["shown"][0][1].shape == (24, 32, 3)


@pytest.mark.parametrize("key", [27, ord("q"), 0x100000 | ord("q")])
def test_a_key_closes_the_window(desk, styler, key):
    desk["keys"] = iter([-1, key])
    assert show_camera(0, styler, title="a") == 2
    assert desk["closed"] == 1


def test_a_closed_window_ends_it(desk, styler):
    desk["visible"] = 0.0
    assert show_camera(0, styler, title="a") == 1


def test_a_camera_that_is_not_there(desk, styler):
    with pytest.raises(ImageError, match="camera 7 cannot be opened"):
        show_camera(7, styler, title="a")


def test_an_opencv_without_windows_is_said(desk, monkeypatch):
    monkeypatch.setattr(cv2, "getBuildInformation", lambda: "  GUI:            NONE\n")
    with pytest.raises(EngineError, match="pip uninstall opencv-python-headless, then"):
        check_window()


def test_no_display_is_said(desk, monkeypatch):
    monkeypatch.setattr("sys.platform", "linux")
    monkeypatch.delenv("DISPLAY")
    monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)
    with pytest.raises(EngineError, match="there is no display here"):
        check_window()
    monkeypatch.setenv("WAYLAND_DISPLAY", "wayland-0")
    check_window()
