"""The part of the report that shows pictures, side by side and one over the other."""

from __future__ import annotations

from html import escape

from .album import Album, Group, Shown


def gallery(album: Album) -> str:
    """All groups, of which the page shows one at a time; without scripts, all."""
    if not album.groups:
        return ""
    options = "".join(
        f'<option value="{i}">{escape(group.title)}</option>'
        for i, group in enumerate(album.groups)
    )
    return (
        '<section id="pictures">\n<h2>Pictures</h2>\n'
        '<p class="needs-script">All of them are zoomed and moved together: by the wheel, by '
        "dragging, by a double click, or by the slider.</p>\n"
        '<div class="controls needs-script"><label>What <select id="choose">'
        f'{options}</select></label><label>Zoom <input id="zoom" type="range" min="1" max="8" '
        'step="0.05" value="1"> <output id="zoomed">100 %</output></label></div>\n'
        f"{''.join(map(_group, album.groups))}{_CURTAIN}</section>\n"
    )


_CURTAIN = """<div class="curtain needs-script"><h3>One over the other</h3>
<div class="controls"><label>Left <select></select></label>
<label>Right <select></select></label></div>
<div class="view"><img alt=""><div class="front"><img alt=""></div><div class="edge"></div></div>
<input type="range" min="0" max="100" value="50" aria-label="Where one ends and the other begins">
</div>
"""


def _group(group: Group) -> str:
    figures = "".join(map(_figure, group.pictures))
    return (
        f'<div class="group"><h3>{escape(group.title)}</h3>\n<div class="pictures">\n{figures}'
        "</div></div>\n"
    )


def _figure(one: Shown) -> str:
    name, delivered = escape(one.name), " data-delivered" if one.delivered else ""
    return (
        f'<figure data-name="{name}"{delivered}><div class="view"><img alt="{name}" '
        f'src="{one.data}"></div><figcaption>{name}<br><small>{escape(one.text)}</small>'
        "</figcaption></figure>\n"
    )
