from __future__ import annotations

import socket
import threading
import urllib.request
from collections.abc import Generator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from stylecore.errors import FetchError
from stylecore.models.fetching import download as module
from stylecore.models.fetching.download import download

CONTENT = bytes(range(256)) * 1000


@dataclass
class Site:
    """A web server with the faults of real ones."""

    url: str = ""
    content: bytes = CONTENT
    etag: str = '"one"'
    ranges: bool = True
    length: bool = True
    cuts: list[int] = field(default_factory=list)
    statuses: list[int] = field(default_factory=list)
    asked: list[str | None] = field(default_factory=list)


def answer(handler: BaseHTTPRequestHandler, site: Site) -> None:
    if handler.path == "/moved":
        handler.send_response(302)
        handler.send_header("Location", "/file")
        handler.end_headers()
        return
    wanted = handler.headers.get("Range")
    site.asked.append(wanted)
    status = site.statuses.pop(0) if site.statuses else 200
    if status != 200:
        handler.send_error(status)
        return
    start = 0
    if wanted and site.ranges and handler.headers.get("If-Range") == site.etag:
        start = int(wanted.removeprefix("bytes=").removesuffix("-"))
        handler.send_response(206)
        whole = len(site.content)
        handler.send_header("Content-Range", f"bytes {start}-{whole - 1}/{whole}")
    else:
        handler.send_response(200)
    if site.etag:
        handler.send_header("ETag", site.etag)
    if site.length:
        handler.send_header("Content-Length", str(len(site.content) - start))
    handler.end_headers()
    end = start + site.cuts.pop(0) if site.cuts else None
    handler.wfile.write(site.content[start:end])


@pytest.fixture
def site(monkeypatch: pytest.MonkeyPatch) -> Generator[Site]:
    monkeypatch.setattr(module, "PATIENCE", 0.001)
    site = Site()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            answer(self, site)

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        site.url = f"http://127.0.0.1:{server.server_address[1]}/file"
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield site
        server.shutdown()
        thread.join()


@pytest.fixture
def part(tmp_path: Path) -> Path:
    return tmp_path / "file.part"


def test_a_file_arrives_with_its_progress(site: Site, part: Path) -> None:
    seen: list[tuple[int, int]] = []
    download(site.url, part, on_progress=lambda done, total: seen.append((done, total)))
    assert part.read_bytes() == CONTENT
    assert seen[-1] == (len(CONTENT), len(CONTENT))
    assert seen == sorted(seen)
    assert [path.name for path in part.parent.iterdir()] == [part.name]


def test_redirects_are_followed(site: Site, part: Path) -> None:
    download(site.url.replace("/file", "/moved"), part)
    assert part.read_bytes() == CONTENT


def test_a_redirect_away_from_https_is_refused() -> None:
    request = urllib.request.Request("https://example.org/file")
    with pytest.raises(FetchError, match="redirects to http, which is not secure"):
        module._SecureRedirects().redirect_request(
            request, None, 302, "", {}, "http://example.org/file"
        )


def test_a_cut_connection_is_taken_up_where_it_ended(site: Site, part: Path) -> None:
    site.cuts = [1000, 5000]
    download(site.url, part)
    assert part.read_bytes() == CONTENT
    assert site.asked == [None, "bytes=1000-", "bytes=6000-"]


def test_a_later_call_takes_up_what_an_earlier_one_left(site: Site, part: Path) -> None:
    site.cuts = [1000, *[0] * 9]
    with pytest.raises(FetchError, match=r"cut after 1000 of 256000 bytes.*try again"):
        download(site.url, part)
    site.cuts = []
    site.asked.clear()
    download(site.url, part)
    assert site.asked == ["bytes=1000-"]
    assert part.read_bytes() == CONTENT


def test_a_file_that_changed_meanwhile_starts_again(site: Site, part: Path) -> None:
    site.cuts = [1000, *[0] * 9]
    with pytest.raises(FetchError):
        download(site.url, part)
    site.content, site.etag, site.cuts = CONTENT[::-1], '"two"', []
    download(site.url, part)
    assert part.read_bytes() == CONTENT[::-1]


@pytest.mark.parametrize("etag", ["", 'W/"weak"'])
def test_without_a_strong_tag_a_cut_starts_again(site: Site, part: Path, etag: str) -> None:
    site.cuts, site.etag = [1000], etag
    download(site.url, part)
    assert site.asked == [None, None]
    assert part.read_bytes() == CONTENT


def test_a_server_without_ranges_is_served_from_the_start(site: Site, part: Path) -> None:
    site.cuts, site.ranges = [1000], False
    download(site.url, part)
    assert part.read_bytes() == CONTENT


def test_a_server_that_brings_nothing_is_given_up(site: Site, part: Path) -> None:
    site.cuts = [0] * 99
    with pytest.raises(FetchError, match="cut after 0 of"):
        download(site.url, part)
    assert len(site.asked) == module.ATTEMPTS


def test_a_busy_server_is_asked_again(site: Site, part: Path) -> None:
    site.statuses = [503, 429]
    download(site.url, part)
    assert part.read_bytes() == CONTENT


def test_a_missing_file_is_not_asked_for_again(site: Site, part: Path) -> None:
    site.statuses = [404] * 9
    with pytest.raises(FetchError, match="answers 404 Not Found; it may have moved"):
        download(site.url, part)
    assert len(site.asked) == 1


def test_another_size_than_published_is_refused_at_once(site: Site, part: Path) -> None:
    with pytest.raises(FetchError, match="has 256000 bytes and 99 were expected"):
        download(site.url, part, size=99)


def test_a_stream_without_end_is_cut_off(site: Site, part: Path) -> None:
    site.length = False
    with pytest.raises(FetchError, match="more than the 100000 bytes expected"):
        download(site.url, part, size=100_000)
    assert part.stat().st_size < 200_000


def test_no_network_is_said_in_one_line(part: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "PATIENCE", 0)
    with pytest.raises(FetchError, match=r"cannot be reached .*check the network"):
        download("http://127.0.0.1:9/file", part)


def test_an_unknown_name_is_not_tried_again(part: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    def unknown(host: str, *_: object, **__: object) -> None:
        asked.append(host)
        raise socket.gaierror(-2, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    monkeypatch.setenv("no_proxy", "*")
    with pytest.raises(FetchError, match=r"cannot be reached \(.*not known\); check the network"):
        download("http://weights.invalid/file", part)
    assert asked == ["weights.invalid"]


def test_the_proxy_of_the_environment_is_used(
    site: Site, part: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("http_proxy", site.url.removesuffix("/file"))
    monkeypatch.setenv("no_proxy", "")
    download("http://weights.invalid/file", part)
    assert part.read_bytes() == CONTENT
