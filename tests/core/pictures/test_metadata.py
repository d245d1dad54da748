"""What a picture carries besides its pixels: Pillow has written it, and reads what comes out."""

import io
import itertools
import struct
import zlib

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, PngImagePlugin, TiffImagePlugin

from stylecore.pictures.exif import Exif, Field, build, parse
from stylecore.pictures.images import read_image, write_image
from stylecore.pictures.metadata import read_metadata
from stylecore.pictures.notes import find

RNG = np.random.default_rng(0)
PHOTO = RNG.integers(0, 256, (24, 32, 3), np.uint8)
PAINTED = RNG.integers(0, 256, (30, 41, 3), np.uint8)
ORIENTATION, COPYRIGHT, ARTIST, DATE, MAKE, DESCRIPTION = 274, 33432, 315, 306, 271, 270
CAMERA, PLACE, THUMBNAILS = 0x8769, 0x8825, 1
DATE_ORIGINAL, EXPOSURE, ISO, MAKER_NOTE, WIDTH, HEIGHT = 36867, 33434, 34855, 37500, 40962, 40963
SUFFIXES = (".jpg", ".png", ".webp", ".tif", ".bmp")
WITH_EXIF = SUFFIXES[:4]


def exif_of_a_camera(order="<"):
    exif = Image.Exif()
    exif.endian = order
    exif[ORIENTATION] = 6
    exif[COPYRIGHT] = "(c) A. Angstrom"
    exif[ARTIST] = "A. Angstrom"
    exif[DATE] = "2024:05:06 07:08:09"
    exif[MAKE] = "Maker"
    exif[DESCRIPTION] = "x"
    exif[CAMERA] = {
        DATE_ORIGINAL: "2023:01:02 03:04:05",
        EXPOSURE: TiffImagePlugin.IFDRational(1, 250),
        ISO: 400,
        MAKER_NOTE: b"secret offsets",
        WIDTH: 32,
        HEIGHT: 24,
    }
    exif[PLACE] = {1: "N", 2: (48.0, 31.0, 12.0), 3: "E", 4: (9.0, 3.0, 26.0)}
    return exif


def save(path, photo=PHOTO, **options):
    """Let Pillow write a photograph; of TIFF it takes Exif, and of JPEG XMP, in another way."""
    image = Image.fromarray(photo)
    if path.suffix == ".tif" and "exif" in options:
        exif = options.pop("exif")
        image = image if exif.endian == "<" else image.convert("L").convert("I;16B")
        options["tiffinfo"] = dict(exif)
    xmp = options.pop("xmp", b"") if path.suffix == ".jpg" else b""
    image.save(path, **options)
    if xmp:
        held = b"http://ns.adobe.com/xap/1.0/\0" + xmp
        data = path.read_bytes()
        segment = b"\xff\xe1" + struct.pack(">H", len(held) + 2) + held
        path.write_bytes(data[:2] + segment + data[2:])


@pytest.fixture
def carried(tmp_path):
    """Write a picture with what a file of a format carries, and open it by Pillow."""

    def carried(suffix, to, place=False, image=PAINTED, **options):
        save(tmp_path / f"photo{suffix}", **options)
        metadata = read_metadata(tmp_path / f"photo{suffix}", place=place)
        write_image(tmp_path / f"out{to}", image, metadata)
        assert read_image(tmp_path / f"out{to}").shape == (*image.shape[:2], 3)
        with Image.open(tmp_path / f"out{to}") as opened:
            opened.load()
            return opened

    return carried


PAIRS = list(itertools.product(WITH_EXIF, WITH_EXIF))


@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize(("suffix", "to"), PAIRS)
def test_exif_goes_from_every_format_to_every_other(carried, suffix, to, order):
    found = carried(suffix, to, exif=exif_of_a_camera(order)).getexif()
    assert found[COPYRIGHT] == "(c) A. Angstrom"
    assert found[DATE] == "2024:05:06 07:08:09"
    assert found[MAKE] == "Maker"
    assert found[DESCRIPTION] == "x"
    camera = found.get_ifd(CAMERA)
    assert camera[DATE_ORIGINAL] == "2023:01:02 03:04:05"
    assert camera[EXPOSURE] == pytest.approx(1 / 250)
    assert camera[ISO] == 400
    assert (camera[WIDTH], camera[HEIGHT]) == (41, 30)
    assert camera[0xA001] == 1
    assert MAKER_NOTE not in camera
    assert found.get(ORIENTATION, 1) == 1
    assert not found.get_ifd(PLACE)
    assert not found.get_ifd(THUMBNAILS)


@pytest.mark.parametrize("coding", ["utf-8", "latin-1"])
def test_signs_that_are_not_ascii_stay_the_bytes_that_they_are(tmp_path, coding):
    text = "© Ängström".encode(coding)
    Image.fromarray(PHOTO).save(tmp_path / "a.jpg", exif=exif_of_a_camera())
    data = (tmp_path / "a.jpg").read_bytes()
    wanted = text.ljust(15, b" ")
    (tmp_path / "a.jpg").write_bytes(data.replace(b"(c) A. Angstrom", wanted))
    metadata = read_metadata(tmp_path / "a.jpg")
    write_image(tmp_path / "out.jpg", PAINTED, metadata)
    assert wanted in (tmp_path / "out.jpg").read_bytes()
    write_image(tmp_path / "out.png", PAINTED, metadata)
    with Image.open(tmp_path / "out.png") as opened:
        assert opened.text["Copyright"] == "© Ängström"


@pytest.mark.parametrize("to", WITH_EXIF)
def test_the_place_is_carried_only_where_it_is_asked_for(carried, to):
    place = carried(".jpg", to, place=True, exif=exif_of_a_camera()).getexif().get_ifd(PLACE)
    assert place[1] == "N"
    assert [float(one) for one in place[2]] == [48, 31, 12]


@pytest.mark.parametrize("dpi", [(72, 72), (300, 300), (240, 120)])
@pytest.mark.parametrize(("suffix", "to"), list(itertools.product(SUFFIXES, SUFFIXES)))
def test_dots_per_inch(carried, suffix, to, dpi):
    options = {"dpi": dpi}
    if suffix == ".webp":
        exif = Image.Exif()
        exif[282], exif[283], exif[296] = float(dpi[0]), float(dpi[1]), 2
        options = {"exif": exif}
    opened = carried(suffix, to, **options)
    found = opened.info.get("dpi")
    if to == ".webp":
        exif = opened.getexif()
        assert exif[296] == 2
        found = (exif[282], exif[283])
    assert [float(one) for one in found] == pytest.approx(dpi, abs=0.02)


def test_dots_per_centimetre(carried):
    exif = Image.Exif()
    exif[282], exif[283], exif[296] = 100.0, 100.0, 3
    assert carried(".webp", ".png", exif=exif).info["dpi"] == pytest.approx((254, 254), abs=0.02)


@pytest.mark.parametrize("to", SUFFIXES)
def test_what_carries_nothing_gives_nothing(carried, to):
    opened = carried(".png", to)
    plain = io.BytesIO()
    Image.fromarray(PHOTO).save(plain, "png")
    assert not dict(opened.getexif().get_ifd(CAMERA))
    assert "exif" not in opened.info
    assert not {COPYRIGHT, ARTIST, DATE, 282} & set(opened.getexif()) or to == ".tif"


@pytest.mark.parametrize("to", [".png", ".webp", ".tif"])
def test_alpha_stays_beside_it(carried, to):
    alpha = np.where(np.arange(41) < 20, 0, 255).astype(np.uint8) * np.ones((30, 1), np.uint8)
    opened = carried(".jpg", to, image=np.dstack([PAINTED, alpha]), exif=exif_of_a_camera())
    assert opened.mode == "RGBA"
    assert np.array_equal(np.asarray(opened)[..., 3], alpha)
    assert opened.getexif()[DATE] == "2024:05:06 07:08:09"


@pytest.mark.parametrize("to", SUFFIXES)
def test_the_pixels_are_those_of_the_file_without_it(carried, tmp_path, to):
    opened = carried(".jpg", to, exif=exif_of_a_camera(), dpi=(300, 300))
    write_image(tmp_path / f"plain{to}", PAINTED)
    with Image.open(tmp_path / f"plain{to}") as plain:
        assert np.array_equal(np.asarray(opened), np.asarray(plain))
    assert np.array_equal(read_image(tmp_path / f"out{to}"), read_image(tmp_path / f"plain{to}"))


def test_texts_of_png_become_exif_and_stay_texts(carried):
    texts = PngImagePlugin.PngInfo()
    texts.add_text("Copyright", "(c) me")
    texts.add_itxt("Author", "Ångström, 写真", zip=True)
    texts.add_text("Creation Time", "Mon, 6 May 2024 07:08:09 GMT", zip=True)
    texts.add_text("Software", "made up")
    opened = carried(".png", ".png", pnginfo=texts)
    assert opened.text["Copyright"] == "(c) me"
    assert opened.text["Author"] == "Ångström, 写真"
    assert opened.text["Creation Time"] == "Mon, 6 May 2024 07:08:09 GMT"
    exif = carried(".png", ".jpg", pnginfo=texts).getexif()
    assert exif[COPYRIGHT] == "(c) me"
    assert exif[305] == "made up"
    assert carried(".jpg", ".png", exif=exif).text["Copyright"] == "(c) me"


XMP = b"""<?xpacket begin="" id="W5M0MpCehiHzreSzNTczkc9d"?><x:xmpmeta xmlns:x="adobe:ns:meta/">
<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description rdf:about=""
 xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:xmp="http://ns.adobe.com/xap/1.0/"
 xmlns:exif="http://ns.adobe.com/exif/1.0/" exif:GPSLatitude="48,31.2N"
 xmp:CreateDate="2022-03-04T05:06:07+01:00">
<dc:rights><rdf:Alt><rdf:li xml:lang="x-default">(c) by XMP</rdf:li></rdf:Alt></dc:rights>
<dc:creator><rdf:Seq><rdf:li>One</rdf:li><rdf:li>Two</rdf:li></rdf:Seq></dc:creator>
</rdf:Description></rdf:RDF></x:xmpmeta><?xpacket end="w"?>"""


@pytest.mark.parametrize("suffix", [".jpg", ".webp", ".tif", ".png"])
def test_copyright_and_date_that_stand_in_xmp_alone(carried, suffix):
    options = {"xmp": XMP}
    if suffix == ".tif":
        options = {"tiffinfo": {700: XMP}}
    if suffix == ".png":
        texts = PngImagePlugin.PngInfo()
        texts.add_itxt("XML:com.adobe.xmp", XMP.decode())
        options = {"pnginfo": texts}
    exif = carried(suffix, ".jpg", **options).getexif()
    assert exif[COPYRIGHT] == "(c) by XMP"
    assert exif[ARTIST] == "One; Two"
    assert exif.get_ifd(CAMERA)[DATE_ORIGINAL] == "2022:03:04 05:06:07"
    assert not exif.get_ifd(PLACE)


def test_copyright_and_date_that_stand_in_iptc_alone(tmp_path, carried):
    records = b"".join(
        struct.pack(">3BH", 0x1C, 2, number, len(text)) + text
        for number, text in [(116, b"(c) by IPTC"), (80, b"One"), (80, b"Two"), (55, b"20210203")]
    )
    held = b"Photoshop 3.0\08BIM\x04\x00\0\0" + struct.pack(">I", 3) + b"abc\0"
    held += b"8BIM\x04\x04\0\0" + struct.pack(">I", len(records)) + records
    Image.fromarray(PHOTO).save(tmp_path / "plain.jpg")
    data = (tmp_path / "plain.jpg").read_bytes()
    segment = b"\xff\xed" + struct.pack(">H", len(held) + 2) + held
    (tmp_path / "iptc.jpg").write_bytes(data[:2] + segment + data[2:])
    with Image.open(tmp_path / "iptc.jpg") as opened:
        assert opened.info["photoshop"][0x0404] == records
    write_image(tmp_path / "out.png", PAINTED, read_metadata(tmp_path / "iptc.jpg"))
    with Image.open(tmp_path / "out.png") as opened:
        exif = opened.getexif()
    assert exif[COPYRIGHT] == "(c) by IPTC"
    assert exif[ARTIST] == "One; Two"
    assert exif.get_ifd(CAMERA)[DATE_ORIGINAL] == "2021:02:03 00:00:00"


def test_entities_are_not_expanded(tmp_path):
    bomb = b'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa">]>' + XMP.replace(b"(c) by XMP", b"&a;")
    save(tmp_path / "a.jpg", xmp=bomb)
    assert COPYRIGHT not in read_metadata(tmp_path / "a.jpg").exif.main


@pytest.mark.skipif(".avif" not in Image.registered_extensions(), reason="Pillow writes no AVIF")
@pytest.mark.parametrize("order", ["<", ">"])
def test_exif_that_lies_in_the_boxes_of_an_avif(tmp_path, order):
    save(tmp_path / "a.avif", exif=exif_of_a_camera(order))
    metadata = read_metadata(tmp_path / "a.avif")
    assert metadata.exif.main[COPYRIGHT].text() == "(c) A. Angstrom"
    assert metadata.exif.camera[DATE_ORIGINAL].text() == "2023:01:02 03:04:05"


def test_exif_as_imagemagick_keeps_it_in_png(tmp_path):
    block = b"Exif\0\0" + exif_of_a_camera().tobytes()[6:]
    texts = PngImagePlugin.PngInfo()
    texts.add_text("Raw profile type exif", f"\nexif\n{len(block):8}\n{block.hex()}\n", zip=True)
    Image.fromarray(PHOTO).save(tmp_path / "a.png", pnginfo=texts)
    assert read_metadata(tmp_path / "a.png").exif.main[MAKE].text() == "Maker"


def test_what_is_too_long_for_a_jpeg_is_left_out(tmp_path):
    fields = {0xA434 + i: Field(2, 16000, b"x" * 15999 + b"\0") for i in range(6)}
    block = Exif({COPYRIGHT: Field(2, 4, b"(c)\0")}, fields)
    assert len(build(block)) > 90000
    kept = parse(build(block, 0xFFFF))
    assert kept.main[COPYRIGHT].text() == "(c)"
    assert len(kept.camera) == 4


@pytest.mark.parametrize("suffix", WITH_EXIF)
def test_files_that_end_anywhere_carry_what_is_there(tmp_path, suffix):
    path = tmp_path / f"a{suffix}"
    options = {"xmp": XMP} if suffix in (".jpg", ".webp") else {}
    save(path, PHOTO[:4, :4], exif=exif_of_a_camera(), dpi=(300, 300), **options)
    data = path.read_bytes()
    for end in range(0, len(data), 7):
        path.write_bytes(data[:end])
        read_metadata(path)
    assert read_metadata(tmp_path / "none.png").dpi is None


@settings(max_examples=300, deadline=None)
@given(st.data())
def test_strange_bytes_do_no_harm(data):
    exif = exif_of_a_camera(data.draw(st.sampled_from("<>"))).tobytes()[6:]
    changed = bytearray(exif)
    for _ in range(data.draw(st.integers(1, 6))):
        place = data.draw(st.integers(0, len(exif) - 1))
        changed[place] = data.draw(st.integers(0, 255))
    try:
        block = parse(bytes(changed))
    except ValueError:
        return
    assert sum(len(one.data) for part in vars(block).values() for one in part.values()) < 1 << 20
    build(block, 0xFFFF)


@settings(max_examples=200, deadline=None)
@given(st.sampled_from([b"\xff\xd8", b"\x89PNG\r\n\x1a\n", b"RIFF\0\0\0\0WEBP", b"II*\0", b"BM"]),
       st.binary(max_size=200))  # fmt: skip
def test_strange_files_do_no_harm(start, rest):
    find(start + rest)


def test_a_text_that_grows_without_end_is_cut():
    held = b"Copyright\0\0" + zlib.compress(bytes(50_000_000), 9)
    chunk = struct.pack(">I", len(held)) + b"zTXt" + held + bytes(4)
    assert len(find(b"\x89PNG\r\n\x1a\n" + chunk).texts["Copyright"]) <= 1 << 16
