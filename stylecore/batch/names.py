"""What the pictures of a batch are called: each by a name that no other has."""

from __future__ import annotations

import os
import string
import unicodedata
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from difflib import get_close_matches
from itertools import count
from pathlib import Path, PurePosixPath, PureWindowsPath
from typing import Any

from .. import files
from ..errors import SettingsError
from ..pictures.images import check_depth, check_suffix
from ..settings import Settings
from ..settingsfile import NAMES, mapping_of
from .jobs import Job, Pair

TEMPLATE = "{content}-{style}.png"
"""Of names where none is given; numbers keep them apart where that does not."""

SETTINGS = tuple(
    name
    for name in NAMES
    if name != "init" and isinstance(mapping_of(Settings())[name], int | float | str)
)
"""The settings that a template may name."""

FIELDS = ("content", "style", "number", *SETTINGS)
"""What a template may name: the content's and the style's own names, several styles joined by -;
the number of the picture, from 1; and settings."""

_LONGEST_STEM = 200
"""Bytes: file systems take 255 for a name, and what is written beside a file needs some of them."""


def named(
    pairs: Sequence[Pair], template: str | None = None, taken: Sequence[str] = ()
) -> list[Job]:
    """Pairs as jobs, each with a name of its own.

    Args:
        pairs: those with a name keep it.
        template: of the others' names, with fields in braces and the suffix of a format:
            ``{content}/{style}-{size}.jpg``; by default `TEMPLATE`.
        taken: names that are not free.

    Raises:
        SettingsError: for a template that cannot be filled, a name that leads out of the folder,
            or one that two pictures would have.
        ImageError: for a suffix that names no format that is written, or one that does not hold so
            many bits.
    """
    _check_template(TEMPLATE if template is None else template)
    contents = labels([pair.content for pair in pairs])
    styles = labels([style for pair in pairs for style in pair.styles])
    names = [
        pair.name or _filled(template or TEMPLATE, number, pair, contents, styles)
        for number, pair in enumerate(pairs, 1)
    ]
    free = {i for i, pair in enumerate(pairs) if not pair.name and template is None}
    names = _apart([_shortened(name) for name in names], free, pairs, taken)
    for pair, name in zip(pairs, names, strict=True):
        check_suffix(name)
        check_depth(name, pair.settings.depth)
    return [
        Job(pair.content, pair.styles, pair.settings, _checked(name))
        for pair, name in zip(pairs, names, strict=True)
    ]


def labels(paths: Sequence[Path]) -> dict[Path, str]:
    """The shortest name for each path that tells it from the others.

    That is the file's without its suffix, or with it (``photo-jpg``), or with the names of the
    folders that it lies in; where even that is not enough, with a number.
    """
    distinct = list(dict.fromkeys(paths))
    forms = {path: list(_forms(path)) for path in distinct}
    found = {path: forms[path][0] for path in distinct}
    for step in range(1, max(map(len, forms.values()), default=0)):
        often = Counter(map(same, found.values()))
        alike = [path for path in distinct if often[same(found[path])] > 1]
        for path in alike:
            found[path] = forms[path][min(step, len(forms[path]) - 1)]
    seen: Counter[str] = Counter()
    for path, label in found.items():
        seen[same(label)] += 1
        if seen[same(label)] > 1:
            found[path] = f"{label}-{seen[same(label)]}"
    return found


def same(name: str) -> str:
    """What names have in common that some file system takes for the same."""
    return unicodedata.normalize("NFC", name).casefold()


def _forms(path: Path) -> Iterator[str]:
    suffix = path.suffix[1:]
    yield path.stem
    yield f"{path.stem}-{suffix}" if suffix else path.stem
    parents = [part for part in Path(os.path.realpath(path)).parent.parts if part != path.anchor]
    for depth in range(1, min(len(parents), _DEEPEST) + 1):
        folders = "-".join(part.strip("/\\:") for part in parents[-depth:])
        yield f"{folders}-{path.stem}"
        yield f"{folders}-{path.stem}-{suffix}" if suffix else f"{folders}-{path.stem}"


_DEEPEST = 4
"""Folders that a name may tell of."""


def _check_template(template: str) -> None:
    """Fill a template with something, before there are pairs to fill it with."""
    try:
        parts = list(string.Formatter().parse(template))
    except ValueError as error:
        raise SettingsError(f"--name {template!r}: {error}; write {TEMPLATE}") from None
    for _, field, _, conversion in parts:
        if field is None:
            continue
        if field not in FIELDS or conversion:
            (nearest,) = get_close_matches(field, FIELDS, n=1, cutoff=0.0)
            given = field + (f"!{conversion}" if conversion else "")
            raise SettingsError(
                f"--name {template!r} has the field {{{given}}}; the nearest is {{{nearest}}}"
            )
    check_suffix(template)
    _formatted(template, {"content": "a", "style": "b", "number": 1, **mapping_of(Settings())})


def _filled(
    template: str,
    number: int,
    pair: Pair,
    contents: Mapping[Path, str],
    styles: Mapping[Path, str],
) -> str:
    settings = mapping_of(pair.settings)
    return _formatted(
        template,
        {
            **{name: settings[name] for name in SETTINGS},
            "content": contents[pair.content],
            "style": "-".join(styles[style] for style in pair.styles),
            "number": number,
        },
    )


def _formatted(template: str, values: Mapping[str, Any]) -> str:
    try:
        return template.format_map(values)
    except (ValueError, TypeError, KeyError, AttributeError, IndexError) as error:
        raise SettingsError(f"--name {template!r}: {error}; write {TEMPLATE}") from None


def _apart(
    names: Sequence[str], free: set[int], pairs: Sequence[Pair], taken: Sequence[str]
) -> list[str]:
    """The names, with a number where one is somebody's already and this one is free to change."""
    holders: dict[str, str] = {same(name): "a file of the batch itself" for name in taken}
    found = list(names)
    for i in sorted(range(len(names)), key=lambda i: i in free):  # those that were given first
        if i in free:
            found[i] = next(name for name in _numbered(names[i]) if same(name) not in holders)
        elif same(names[i]) in holders:
            raise SettingsError(
                f"two pictures would be called {names[i]}: {holders[same(names[i])]}, and"
                f" {_told(pairs[i])}; put {{content}}, {{style}} or {{number}} into the name"
            )
        holders[same(found[i])] = _told(pairs[i])
    return found


def _numbered(name: str) -> Iterator[str]:
    yield name
    path = PurePosixPath(name)
    for number in count(2):
        yield str(path.with_name(f"{path.stem}-{number}{path.suffix}"))


def _told(pair: Pair) -> str:
    return f"{pair.content} in the manner of {', '.join(map(str, pair.styles))}"


def _shortened(name: str) -> str:
    """The name with no part longer than file systems take."""
    path = PurePosixPath(name)
    if path.name in ("", ".."):
        return name
    stem = files.shortened(path.stem, _LONGEST_STEM)
    return str(path.with_name(stem + path.suffix))


def _checked(name: str) -> str:
    check_suffix(name)
    whole = PurePosixPath(name)
    outside = whole.is_absolute() or PureWindowsPath(name).drive or ".." in whole.parts
    if outside or "\0" in name or not whole.stem:
        raise SettingsError(f"the name {name!r} leads out of the folder; give one inside of it")
    return str(whole)
