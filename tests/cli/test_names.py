"""Names: new ones that nobody else takes, long ones, folders, and those beside a picture."""

from __future__ import annotations

from pathlib import Path
from threading import Barrier, Thread

import pytest

from stylecore.cli import names
from stylecore.cli.names import beside, new_names, place_of
from stylecore.errors import StylecoreError
from stylecore.locks import Lock


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_a_new_name_tells_the_pictures_and_is_not_taken(folder: Path) -> None:
    (folder / "y-z.png").touch()
    (folder / "y-z-2.png").mkdir()
    with place_of(None, Path("a/y.jpg"), [Path("b/z.jpg")]) as path:
        assert path == Path("y-z-3.png")
        with place_of(None, Path("a/y.jpg"), [Path("b/z.jpg")]) as other:
            assert other == Path("y-z-4.png")


def test_a_name_that_was_given_is_left_alone(folder: Path) -> None:
    with place_of(Path("out.png"), Path("y.jpg"), []) as path:
        assert path == Path("out.png")
    assert not list(folder.iterdir())
    (folder / "-").mkdir()
    with place_of(Path("-"), Path("y.jpg"), []) as path:
        assert path == Path("-")


def test_a_folder_gets_the_picture(folder: Path) -> None:
    (folder / "out.png").mkdir()
    with place_of(Path("out.png"), Path("a/y.jpg"), [Path("z.jpg")]) as path:
        assert path == Path("out.png/y-z.png")
        path.write_bytes(b"a picture")
    assert path.read_bytes() == b"a picture"


def test_what_was_not_written_is_not_there(folder: Path) -> None:
    with pytest.raises(KeyboardInterrupt), place_of(None, Path("y.jpg"), []):
        raise KeyboardInterrupt
    with place_of(None, Path("y.jpg"), []) as path:
        assert not path.exists()
    assert not list(folder.iterdir())


def test_a_process_that_was_killed_holds_no_name(folder: Path) -> None:
    (folder / ".y.png.lock").touch()  # all that it leaves
    with place_of(None, Path("y.jpg"), []) as path:
        assert path == Path("y.png")
    assert not list(folder.iterdir())


def test_a_former_name_is_taken_although_it_is_there(folder: Path) -> None:
    (folder / "y-2.png").touch()
    with place_of(None, Path("y.jpg"), [], Path("y-2.png")) as path:
        assert path == Path("y-2.png")
        with place_of(None, Path("y.jpg"), [], Path("y-2.png")) as other:
            assert other == Path("y.png")
    assert (folder / "y-2.png").exists()


def test_a_name_that_another_run_has_used_meanwhile_is_not_taken(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It had looked before, and has the lock only after the other has written and gone."""
    held = names.lock

    def late(path: Path) -> Lock | None:
        if path.name == ".y.png.lock":
            (folder / "y.png").touch()
        return held(path)

    monkeypatch.setattr(names, "lock", late)
    with place_of(None, Path("y.jpg"), []) as path:
        assert path == Path("y-2.png")


def test_many_runs_at_once_have_each_a_name_of_their_own(folder: Path) -> None:
    found: list[Path] = []
    barrier = Barrier(12)

    def run() -> None:
        barrier.wait()
        with place_of(None, Path("y.jpg"), [Path("z.jpg")]) as path:
            barrier.wait()
            path.write_bytes(b"x")
            found.append(path)

    threads = [Thread(target=run) for _ in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(found)) == 12


def test_a_folder_that_takes_no_files_is_told(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "open", refuse)
    with pytest.raises(
        StylecoreError, match=r"cannot write y\.png: Permission denied; give a path"
    ):
        place_of(None, Path("y.jpg"), []).__enter__()


LONG = {
    "many": ["photograph-of-a-long-day"] * 40,
    "ascii": ["a" * 250, "b" * 250],
    "two bytes": ["ж" * 120, "ш" * 120],
    "three bytes": ["写" * 80, "b"],
    "four bytes": ["🖌" * 60, "🎨" * 60, "c"],
    "joined": ["e\u0301" * 100, "z"],
    "no UTF-8": [b"\xff\xe9".decode("utf-8", "surrogateescape") * 100, "z"],
}


@pytest.mark.parametrize("kind", LONG)
def test_long_names_fit_with_all_that_is_put_beside_them(kind: str, folder: Path) -> None:
    pictures = [folder / f"{stem}.jpg" for stem in LONG[kind]]
    for number, name in zip(range(2), new_names(pictures), strict=False):
        for path in (name, beside(name, "0050"), beside(name, "1000000")):
            data = str(path).encode("utf-8", "surrogateescape")
            assert len(data) <= 255
            path.write_bytes(b"")  # the file system agrees
            assert path.exists()
        assert name.suffix == ".png"
        assert number == 0 or name.stem.endswith("-2")


def test_each_picture_has_its_part_of_a_long_name() -> None:
    name = next(new_names([Path("a" * 300 + ".jpg"), Path("b" * 300 + ".png")]))
    assert name == Path("a" * 99 + "-" + "b" * 99 + ".png")
    assert next(new_names([Path("photo.jpg"), Path("night.png")])) == Path("photo-night.png")


def test_what_is_put_beside_a_long_name_fits() -> None:
    assert beside(Path("a/out.png"), "0050") == Path("a/out.0050.png")
    long = beside(Path("a") / ("ж" * 125 + ".png"), "0050")
    assert long.name == "ж" * 123 + ".0050.png"
