"""PNG in strips, against Pillow and OpenCV."""

import io
import struct
import zlib

import cv2
import numpy as np
import pytest
from PIL import Image

from stylecore.pictures.formats import pngstrips
from stylecore.pictures.formats.pngstrips import ROWS, strips_of, write_body, write_head
from stylecore.pictures.formats.stored import UnreadableError


def noise(height, width, channels, kind):
    rng = np.random.default_rng(0)
    soft = cv2.GaussianBlur(rng.uniform(0, 1, (height, width, channels)), (0, 0), 3)
    soft = soft.reshape(height, width, channels)
    soft = (soft - soft.min()) / (soft.max() - soft.min())
    return np.rint(soft * np.iinfo(kind).max).astype(kind)


def written(image):
    file = io.BytesIO()
    file.write(write_head(image))
    write_body(file, image)
    return file.getvalue()


def by_opencv(data):
    found = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_UNCHANGED)
    return found[..., [2, 1, 0, 3][: found.shape[2]]]


@pytest.mark.parametrize("kind", [np.uint8, np.uint16])
@pytest.mark.parametrize("channels", [3, 4])
@pytest.mark.parametrize("size", [(1, 1), (ROWS, 50), (2 * ROWS + 7, 33)])
def test_others_read_what_is_written(size, channels, kind):
    image = noise(*size, channels, kind)
    assert np.array_equal(by_opencv(written(image)), image)


def test_rows_are_filtered_so_that_they_pack_well():
    image = noise(200, 300, 3, np.uint8)
    ours = len(written(image))
    out = io.BytesIO()
    Image.fromarray(image).save(out, "png", compress_level=4)
    assert ours < 1.1 * len(out.getvalue())


@pytest.mark.parametrize(
    ("channels", "mode"), [(1, "L"), (2, "LA"), (3, "RGB"), (4, "RGBA")], ids=lambda one: str(one)
)
def test_strips_are_the_picture_whoever_wrote_it(channels, mode):
    image = noise(3 * ROWS + 5, 41, channels, np.uint8)
    out = io.BytesIO()
    written = Image.fromarray(image.squeeze() if channels == 1 else image)
    assert written.mode == mode
    written.save(out, "png")
    strips = list(strips_of(out.getvalue()))
    assert [len(one) for one in strips] == [ROWS, ROWS, ROWS, 5]
    assert np.array_equal(np.concatenate(strips), image)


@pytest.mark.parametrize("channels", [1, 3, 4])
def test_strips_of_sixteen_bits(channels):
    image = noise(ROWS + 9, 20, channels, np.uint16)
    bgr = image[..., [2, 1, 0, 3][:channels]] if channels > 1 else image
    _, data = cv2.imencode(".png", bgr)
    assert np.array_equal(np.concatenate(list(strips_of(data.tobytes()))), image)


@pytest.mark.parametrize("number", range(5))
def test_every_filter_is_undone_across_the_edges_of_strips(number):
    """Each row by one of the five filters, written here by the words of the standard."""
    image = noise(ROWS + 3, 10, 3, np.uint8)
    lines, zero = [], np.zeros(30, np.int32)
    for y, row in enumerate(image.reshape(len(image), -1).astype(np.int32)):
        up = image[y - 1].reshape(-1).astype(np.int32) if y else zero
        left, corner = np.r_[0, 0, 0, row[:-3]], np.r_[0, 0, 0, up[:-3]]
        p = left + up - corner
        away = np.abs(np.stack([p - left, p - up, p - corner]))
        paeth = np.choose(away.argmin(axis=0), [left, up, corner])
        predicted = [zero, left, up, (left + up) // 2, paeth][number]
        lines.append(bytes([number]) + ((row - predicted) % 256).astype(np.uint8).tobytes())
    data = write_head(image)
    for name, body in ((b"IDAT", zlib.compress(b"".join(lines))), (b"IEND", b"")):
        crc = struct.pack(">I", zlib.crc32(name + body))
        data += struct.pack(">I", len(body)) + name + body + crc
    assert np.array_equal(np.concatenate(list(strips_of(data))), image)


@pytest.mark.parametrize("damage", ["short", "wrong", "garbled"])
def test_a_damaged_one_is_refused(damage):
    image = noise(3 * ROWS, 64, 3, np.uint8)
    data = written(image)
    middle = len(data) // 2
    if damage == "short":
        data = data[:middle]
    elif damage == "wrong":
        data = data[:middle] + bytes([data[middle] ^ 1]) + data[middle + 1 :]
    else:
        body = b"no stream of deflate"
        crc = struct.pack(">I", zlib.crc32(b"IDAT" + body))
        data = data[:33] + struct.pack(">I", len(body)) + b"IDAT" + body + crc
    with pytest.raises(UnreadableError, match="damaged or cut short"):
        list(strips_of(data))


def test_one_strip_at_a_time_lies_in_memory(monkeypatch):
    image = noise(6 * ROWS, 32, 3, np.uint8)
    heights = []
    real = pngstrips._decoded

    def decoded(filtered, width, height, *form):
        heights.append(height)
        return real(filtered, width, height, *form)

    monkeypatch.setattr(pngstrips, "_decoded", decoded)
    first = next(strips_of(written(image)))
    assert np.array_equal(first, image[:ROWS])
    assert heights == [ROWS + 1]
