"""Painters for every style loss that is tried, each opened when it is first wanted."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import replace

from ..painter import Painter
from ..settings import Settings

_MOST = 3
"""Open at a time; each holds its network."""

KEEP = 100_000_000
"""Bytes that a painter keeps of what it finds out about the pictures, which are always the same."""


class Painters:
    """Opens painters, and closes the one that was not wanted for longest.

    Args:
        opened: opens one for settings.
    """

    def __init__(self, opened: Callable[[Settings], Painter]) -> None:
        self._opened = opened
        self._open: OrderedDict[object, Painter] = OrderedDict()

    def of(self, settings: Settings) -> Painter:
        """The painter for settings.

        Raises:
            StylecoreError: where none can be opened.
        """
        # A network with more content layers serves those with fewer.
        settings = replace(settings, composition="content")
        key = (settings.pooling, settings.style_loss, frozenset(settings.style_layers))
        key = (*key, settings.all_content_layers)
        if key not in self._open:
            while len(self._open) >= _MOST:
                self._open.popitem(last=False)[1].close()
            self._open[key] = self._opened(settings)
        self._open.move_to_end(key)
        return self._open[key]

    def close(self) -> None:
        """Close all of them."""
        while self._open:
            self._open.popitem()[1].close()
