"""Brings a file here over https: resumed after a cut, with the proxies of the environment."""

from __future__ import annotations

import http.client
import re
import socket
import ssl
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeAlias

from ...errors import FetchError

Progress: TypeAlias = Callable[[int, int], None]
"""Called with the bytes that are here and the bytes in all (0 where unknown)."""

ATTEMPTS = 4
"""Connections in a row that bring nothing before we give up."""

PATIENCE = 0.5
"""Seconds before the second attempt; doubled for each one after it."""

_NETWORK = (urllib.error.URLError, http.client.HTTPException, ConnectionError, TimeoutError)

_TIMEOUT = 30  # seconds without a byte
_CHUNK = 1 << 16


def download(url: str, part: Path, *, size: int = 0, on_progress: Progress | None = None) -> None:
    """Bring a file here, going on where an earlier attempt ended if the file is still the same.

    Args:
        url: of the file.
        part: where to write it; what a failed attempt leaves is what the next one starts from.
        size: bytes to expect, 0 where unknown.
        on_progress: called after every block.

    Raises:
        FetchError: no network, no such file, or another size than expected.
    """
    attempt, furthest = 1, _length(part)
    while True:
        try:
            return _continue(url, part, size, on_progress)
        except _NETWORK as error:
            attempt = 1 if _length(part) > furthest else attempt + 1
            if attempt > ATTEMPTS or not _passing(error):
                raise FetchError(_words(url, error)) from None
        furthest = max(furthest, _length(part))
        time.sleep(PATIENCE * 2 ** (attempt - 1))


class _SecureRedirects(urllib.request.HTTPRedirectHandler):
    """Follows redirects, but never from https to something weaker."""

    def redirect_request(
        self,
        req: urllib.request.Request,
        fp: Any,
        code: int,
        msg: str,
        headers: Any,
        newurl: str,
    ) -> urllib.request.Request | None:
        """Refuse what leaves https; otherwise follow as usual."""
        scheme = urllib.parse.urlsplit(newurl).scheme
        if req.type == "https" and scheme != "https":
            raise FetchError(f"{req.full_url} redirects to {scheme}, which is not secure")
        return super().redirect_request(req, fp, code, msg, headers, newurl)


def _continue(url: str, part: Path, size: int, on_progress: Progress | None) -> None:
    start, tag = _left(part)
    if size and start == size:
        return
    with _open(url, start, tag) as response:
        if response.status != http.HTTPStatus.PARTIAL_CONTENT:
            start = 0
        total = _total(response, start)
        if size and total and total != size:
            raise FetchError(f"{url} has {total} bytes and {size} were expected: it has changed")
        _tag_file(part).write_text(response.headers.get("ETag") or "", encoding="utf-8")
        done = _copy(response, part, start, size or total, on_progress)
    if total and done < total:
        raise ConnectionError(f"cut after {done} of {total} bytes")
    _tag_file(part).unlink(missing_ok=True)


def _copy(
    response: http.client.HTTPResponse,
    part: Path,
    done: int,
    total: int,
    on_progress: Progress | None,
) -> int:
    with part.open("r+b" if done else "wb") as file:
        file.seek(done)
        while block := _block(response):
            done += file.write(block)
            if total and done > total:
                raise FetchError(f"{response.url} sends more than the {total} bytes expected")
            if on_progress:
                on_progress(done, total)
    return done


def _block(response: http.client.HTTPResponse) -> bytes:
    try:
        return response.read(_CHUNK)
    except OSError as error:  # Of the network; those of the disk are told apart by it.
        raise ConnectionError(error.strerror or str(error)) from None


def _open(url: str, start: int, tag: str) -> http.client.HTTPResponse:
    headers = {"User-Agent": "stylecore", "Accept-Encoding": "identity"}
    if start:
        headers |= {"Range": f"bytes={start}-", "If-Range": tag}
    opener = urllib.request.build_opener(_SecureRedirects)
    return opener.open(urllib.request.Request(url, headers=headers), timeout=_TIMEOUT)


def _left(part: Path) -> tuple[int, str]:
    """Bytes that can be kept of an earlier attempt, and the tag of the file they belong to."""
    try:
        tag = _tag_file(part).read_text(encoding="utf-8")
    except (OSError, ValueError):
        tag = ""
    # A weak tag ("W/…") does not promise the same bytes.
    return (_length(part), tag) if tag.startswith('"') else (0, "")


def _total(response: http.client.HTTPResponse, start: int) -> int:
    if start:
        whole = re.fullmatch(rf"bytes {start}-\d+/(\d+)", response.headers.get("Content-Range", ""))
        if not whole:
            raise FetchError(f"{response.url} sends another range than was asked for")
        return int(whole[1])
    length = response.headers.get("Content-Length", "")
    return int(length) if length.isdecimal() else 0


def _passing(error: Exception) -> bool:
    """Whether trying again may help."""
    if isinstance(error, urllib.error.HTTPError):
        return error.code in (408, 429) or error.code >= 500
    reason = getattr(error, "reason", None)
    return not isinstance(reason, ssl.SSLCertVerificationError | socket.gaierror)


def _words(url: str, error: Exception) -> str:
    if isinstance(error, urllib.error.HTTPError):
        return f"{url} answers {error.code} {error.reason}; it may have moved: take another source"
    reason = getattr(error, "reason", None) or error
    return f"{url} cannot be reached ({reason}); check the network and the proxy, then try again"


def _length(part: Path) -> int:
    return part.stat().st_size if part.exists() else 0


def _tag_file(part: Path) -> Path:
    return part.with_name(part.name + ".etag")
