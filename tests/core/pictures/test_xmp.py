"""How a picture was made goes into every format that has a place for XMP; Pillow reads it there."""

import json
from dataclasses import replace
from xml.etree import ElementTree

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from stylecore.errors import ImageError
from stylecore.pictures import xmp
from stylecore.pictures.images import read_image, write_image
from stylecore.pictures.metadata import read_made, read_metadata
from stylecore.pictures.notes import Metadata

RNG = np.random.default_rng(0)
PICTURE = RNG.integers(0, 256, (30, 41, 4), np.uint8)
SUFFIXES = (".png", ".jpg", ".webp", ".tif")
MADE = json.dumps({"n": 'a<b & "c">]]>', "name": "Tübingen 雪 \udce9\uffff"}, ensure_ascii=False)


@pytest.fixture
def written(tmp_path):
    def written(suffix, **metadata):
        path = tmp_path / f"made{suffix}"
        write_image(path, PICTURE, Metadata(made=MADE, **metadata))
        return path

    return written


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_what_was_said_is_read_and_the_pixels_stay(written, tmp_path, suffix):
    assert json.loads(read_made(written(suffix))) == json.loads(MADE)
    write_image(tmp_path / f"plain{suffix}", PICTURE)
    assert read_made(tmp_path / f"plain{suffix}") == ""
    assert (read_image(written(suffix)) == read_image(tmp_path / f"plain{suffix}")).all()


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_pillow_finds_the_packet_where_the_format_has_it(written, suffix):
    with Image.open(written(suffix)) as opened:
        opened.load()
        packet = opened.info.get("xmp") or opened.info.get("XML:com.adobe.xmp")
        packet = packet.encode() if isinstance(packet, str) else packet
        assert opened.getpixel((0, 0)) is not None
    body = packet[packet.index(b"<x:xmpmeta") : packet.index(b"<?xpacket end")]
    (made,) = ElementTree.fromstring(body).iter(xmp.MADE)
    assert json.loads(made.text) == json.loads(MADE)


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_it_lies_beside_what_the_photograph_carries(written, tmp_path, suffix):
    exif = Image.Exif()
    exif[33432] = "(c) me"
    Image.fromarray(PICTURE[..., :3]).save(tmp_path / "photo.jpg", exif=exif, dpi=(300, 300))
    carried = read_metadata(tmp_path / "photo.jpg")
    path = written(suffix, exif=carried.exif, dpi=carried.dpi)
    with Image.open(path) as opened:
        assert opened.getexif()[33432] == "(c) me"
        assert opened.info["icc_profile"]
    assert json.loads(read_made(path)) == json.loads(MADE)
    again = read_metadata(path)
    assert again.exif.main[33432].text() == "(c) me"
    assert not again.made, "what is painted next is made anew"


def test_bmp_has_no_place_for_it(written):
    assert read_made(written(".bmp")) == ""


def test_what_is_longer_than_a_segment_of_jpeg_is_left_out(tmp_path):
    """As what has no place in any format is."""
    long = Metadata(made=json.dumps("x" * 70_000))
    for suffix in (".jpg", ".png"):
        write_image(tmp_path / f"long{suffix}", PICTURE, long)
        read_image(tmp_path / f"long{suffix}")
    assert read_made(tmp_path / "long.jpg") == ""
    assert read_made(tmp_path / "long.png") == long.made


def test_a_picture_that_is_not_there(tmp_path):
    with pytest.raises(ImageError, match="there is no file"):
        read_made(tmp_path / "none.png")


@pytest.mark.parametrize(
    "packet",
    [
        b"",
        b"<x:xmpmeta",
        b"<rdf:RDF><unknown:prefix/></rdf:RDF>",
        xmp.packet_of("x").replace(b"<rdf:RDF", b'<!ENTITY a "b"><rdf:RDF'),
        xmp.packet_of("x").replace(b"</stylecore:Made>", b""),
        b"\xff" + xmp.packet_of("x")[90:],
    ],
)
def test_damaged_packets_say_nothing(tmp_path, packet, monkeypatch):
    monkeypatch.setattr("stylecore.pictures.embedding.packet_of", lambda _: packet)
    write_image(tmp_path / "odd.png", PICTURE, replace(Metadata(), made="x"))
    assert read_made(tmp_path / "odd.png") in ("", "x")
    read_metadata(tmp_path / "odd.png")


@given(st.text())
def test_any_json_comes_back(text):
    made = json.dumps(text, ensure_ascii=False)
    assert json.loads(xmp.made_in(xmp.packet_of(made))) == text
