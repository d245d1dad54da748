"""Options that take several words at a time, as a shell makes them of a wildcard."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from typer.core import TyperCommand


class Variadic(TyperCommand):
    """A command whose options that may be repeated take all words up to the next option."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Repeat these options for each word, and parse that."""
        flags = {
            flag
            for one in self.params
            if one.param_type_name == "option" and getattr(one, "multiple", False)
            for flag in one.opts
        }
        return super().parse_args(ctx, spread(args, flags))


def spread(words: Sequence[str], flags: Collection[str]) -> list[str]:
    """``--styles a b`` as ``--styles a --styles b``; nothing changes after ``--``."""
    found: list[str] = []
    flag, given = "", 0
    for number, word in enumerate(words):
        if word == "--":
            return [*found, *words[number:]]
        if word in flags:
            flag, given = word, 0
            found.append(word)
        elif word.startswith("-") and word != "-":
            flag = ""
            found.append(word)
        else:
            found += [flag, word] if flag and given else [word]
            given += 1
    return found
