"""The file of a checkpoint: what is written is read, and nothing else is taken for it."""

import io
import json
import pickle
import struct
import zipfile

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stylecore.checkpoints import archive
from stylecore.checkpoints.archive import PAGE, Saved, read_archive, write_archive
from stylecore.errors import CheckpointError

RNG = np.random.default_rng(0)
SAVED = Saved(
    {"parts": [{"loss": 0.1 + 0.2, "least": float("inf"), "name": "Tübingen"}]},
    {
        "0.x": RNG.normal(size=(1, 3, 4, 5)).astype(np.float32),
        "0.image": RNG.integers(0, 256, (4, 5, 3), np.uint8),
    },
)


@pytest.fixture
def path(tmp_path):
    write_archive(tmp_path / "run.checkpoint", SAVED)
    return tmp_path / "run.checkpoint"


def test_what_was_written_is_read(path):
    found = read_archive(path)
    assert found.values == SAVED.values
    assert list(found.arrays) == list(SAVED.arrays)
    for name, array in SAVED.arrays.items():
        assert found.arrays[name].dtype == array.dtype
        assert found.arrays[name].tobytes() == array.tobytes()


def test_numpy_and_unzip_read_it_too(path):
    with np.load(path, allow_pickle=False) as found:
        for name, array in SAVED.arrays.items():
            assert (found[name] == array).all()
    with zipfile.ZipFile(path) as file:
        assert file.testzip() is None
        assert json.loads(file.read(PAGE))["format"] == archive.FORMAT


def test_the_same_content_is_the_same_file(path, tmp_path):
    write_archive(tmp_path / "again", SAVED)
    assert (tmp_path / "again").read_bytes() == path.read_bytes()


def test_what_lies_elsewhere_in_memory_is_written_as_it_reads(tmp_path):
    array = RNG.normal(size=(6, 5, 4)).astype(np.float32)
    turned = Saved({}, {"x": array.transpose(2, 0, 1)[:, ::2]})
    write_archive(tmp_path / "turned", turned)
    assert (read_archive(tmp_path / "turned").arrays["x"] == turned.arrays["x"]).all()


def refused(path, words):
    with pytest.raises(CheckpointError) as caught:
        read_archive(path)
    assert words in str(caught.value)
    assert "\n" not in str(caught.value)


def test_what_is_not_there_or_no_checkpoint(path, tmp_path):
    refused(tmp_path / "none", "there is no file")
    refused(tmp_path, "cannot read")
    for name, data in (("empty", b""), ("text", b"no checkpoint"), ("pickle", pickle.dumps([1]))):
        (tmp_path / name).write_bytes(data)
        refused(tmp_path / name, "is no checkpoint; give the file that --checkpoint wrote")
    np.savez(tmp_path / "other.npz", x=np.ones(3))
    refused(tmp_path / "other.npz", "is a damaged checkpoint, or none")


def test_of_another_format_it_says_so(path, monkeypatch):
    monkeypatch.setattr(archive, "FORMAT", 2)
    refused(path, "is of format 1, by stylecore ")


def test_cut_short_anywhere_it_is_damaged(path):
    whole = path.read_bytes()
    for length in range(0, len(whole), 7):
        path.write_bytes(whole[:length])
        with pytest.raises(CheckpointError):
            read_archive(path)


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_a_changed_byte_is_found_or_does_not_matter(tmp_path_factory, data):
    path = tmp_path_factory.mktemp("changed") / "run"
    write_archive(path, SAVED)
    whole = bytearray(path.read_bytes())
    at = data.draw(st.integers(0, len(whole) - 1))
    whole[at] ^= data.draw(st.integers(1, 255))
    path.write_bytes(whole)
    try:
        found = read_archive(path)
    except CheckpointError:
        return
    # Such as the date of a part.
    assert found.values == SAVED.values
    for name, array in SAVED.arrays.items():
        assert found.arrays[name].tobytes() == array.tobytes()


def rewritten(path, page=None, compress=zipfile.ZIP_STORED, **members):
    """The checkpoint with other parts, and whatever checksum suits them."""
    with zipfile.ZipFile(path) as file:
        kept = {name: file.read(name) for name in file.namelist()} | members
    if page is not None:
        kept[PAGE] = json.dumps(page(json.loads(kept[PAGE]))).encode()
    with zipfile.ZipFile(path, "w", compress) as file:
        for name, data in kept.items():
            file.writestr(zipfile.ZipInfo(name), data, compress)
        file.comment = archive.hashlib.sha256(kept[PAGE]).hexdigest().encode()


def header(shape, kind="<f4", order=False):
    """The start of an array that claims to be so large."""
    file = io.BytesIO()
    told = {"descr": kind, "fortran_order": order, "shape": shape}
    np.lib.format.write_array_header_1_0(file, told)
    return file.getvalue()


def claiming(shape, kind="float32"):
    def change(page):
        page["arrays"]["0.x"] |= {"shape": list(shape), "kind": kind}
        return page

    return change


HUGE = (1, 3, 1 << 20, 1 << 20)


@pytest.mark.parametrize(
    ("shape", "kind", "order"),
    [
        (HUGE, "<f4", False),
        ((1, 3, 4, 5), "<f4", True),
        ((1, 3, 4, 5), "|O", False),
        ((1, 3, 4, 5), "<f8", False),
        ((0,), "<f4", False),
        ((), "<f4", False),
        ((1,) * 60, "<f4", False),
    ],
)
def test_no_array_is_believed(path, shape, kind, order):
    """Nothing is allocated for it: 12 TiB would not be there."""
    name = str(np.dtype(kind))
    rewritten(path, claiming(shape, name), **{"0.x.npy": header(shape, kind, order) + bytes(240)})
    refused(path, "is a damaged checkpoint, or none")


def test_other_parts_than_it_says_are_refused(path):
    for change in (
        lambda page: {**page, "arrays": {**page["arrays"], "y": page["arrays"]["0.x"]}},
        lambda page: {**page, "arrays": 3},
        lambda page: {**page, "values": 3},
        lambda page: [page],
        lambda page: {"format": 1},
    ):
        write_archive(path, SAVED)
        rewritten(path, change)
        refused(path, "is a damaged checkpoint, or none")


def test_nothing_is_unpacked(path):
    """A few bytes could become as many as the memory has."""
    rewritten(path, compress=zipfile.ZIP_DEFLATED)
    refused(path, "its parts are not stored as they are")


def test_a_part_that_is_there_twice_is_refused(path):
    with pytest.warns(UserWarning, match="Duplicate"), zipfile.ZipFile(path, "a") as file:
        file.writestr(PAGE, "{}")
    refused(path, "its parts are not stored as they are")


def test_parts_that_share_their_bytes_are_refused(path):
    """Each of them would fit into the file, but not all of them."""
    data = bytearray(path.read_bytes())
    at = data.index(b"PK\1\2")
    struct.pack_into("<2I", data, at + 20, len(data), len(data))
    path.write_bytes(data)
    refused(path, "its parts are larger than the file")


def test_deep_json_is_refused(path):
    rewritten(path, **{PAGE: b"[" * 100_000})
    refused(path, "is a damaged checkpoint, or none")


def test_a_full_disk_leaves_the_last_one(path, monkeypatch):
    whole = path.read_bytes()

    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("stylecore.files.os.fsync", full)
    with pytest.raises(CheckpointError, match="No space left on device"):
        write_archive(path, Saved({}, {}))
    assert path.read_bytes() == whole
    assert [one.name for one in path.parent.iterdir()] == ["run.checkpoint"]
