"""Linux's control groups: the folders of files in which a container's limits stand.

A process's own group and those above it each have one; of version 2 a process is in one group, of
version 1 in one for each controller. The tightest limit counts.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path, PurePosixPath


def groups_of(controller: str, root: Path) -> list[Path]:
    """The folders of a controller's groups that this process is in, of either version.

    Args:
        controller: such as ``cpu`` or ``memory``.
        root: of the file system.
    """
    found: list[Path] = []
    with suppress(OSError, ValueError):
        mounts = list(_mounts(controller, root))
        for controllers, path in _groups(root):
            for known, inside, place in mounts:
                if known in controllers.split(","):
                    below, top = _below(path, inside), root / place.lstrip("/")
                    found += [top / group for group in (below, *below.parents)]
    return found


def _groups(root: Path) -> Iterator[tuple[str, str]]:
    """Controllers and path of each group that this process is in (cgroups(7)).

    That of version 2 has no controllers.
    """
    for line in (root / "proc/self/cgroup").read_text(encoding="utf-8").splitlines():
        _, controllers, path = line.split(":", 2)
        yield controllers, path


def _mounts(controller: str, root: Path) -> Iterator[tuple[str, str, str]]:
    """Controller, group and mount point of where limits are to be seen (proc(5))."""
    for line in (root / "proc/self/mountinfo").read_text(encoding="utf-8").splitlines():
        before, _, after = line.partition(" - ")
        (_, _, _, inside, place, *_), (kind, _, options) = before.split(), after.split(" ", 2)
        if kind == "cgroup2":
            yield "", inside, place
        elif kind == "cgroup" and controller in options.split(","):
            yield controller, inside, place


def _below(path: str, inside: str) -> PurePosixPath:
    """Where a group lies below a mount point; the point itself where it is another's."""
    with suppress(ValueError):
        return PurePosixPath(path).relative_to(inside)
    return PurePosixPath()
