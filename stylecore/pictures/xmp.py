"""XMP (ISO 16684-1): a packet that says how a picture was made, and what a packet says.

One packet serves every format, and programs that change one into another carry it along; exiftool
shows it under the name that its namespace has here.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from xml.etree import ElementTree
from xml.sax.saxutils import escape

NAMESPACE = "https://stylecore.invalid/ns/1.0/"
"""Of the one property that is ours. It names, and leads nowhere."""

MADE = f"{{{NAMESPACE}}}Made"

DAMAGED = (ElementTree.ParseError, LookupError, ValueError)
"""What strange packets lead to."""

_PACKET = """\
<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/">
<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
<rdf:Description rdf:about="" xmlns:stylecore="{namespace}">
<stylecore:Made>{made}</stylecore:Made>
</rdf:Description>
</rdf:RDF>
</x:xmpmeta>
<?xpacket end="r"?>"""

_NOT_IN_XML = re.compile("[\ud800-\udfff\ufffe\uffff]")


def packet_of(made: str) -> bytes:
    """A packet that says how a picture was made.

    Args:
        made: JSON, in which what XML has no place for can be written otherwise.
    """
    made = _NOT_IN_XML.sub(lambda found: f"\\u{ord(found[0]):04x}", made)
    return _PACKET.format(namespace=NAMESPACE, made=escape(made)).encode()


def made_in(packet: bytes) -> str:
    """What a packet says of how a picture was made, or nothing.

    Raises:
        Exception: one of `DAMAGED`.
    """
    return next((text for name, text in properties(packet, {MADE}) if name == MADE), "")


def properties(packet: bytes, names: Collection[str]) -> Iterator[tuple[str, str]]:
    """Names and texts of the properties with these names, and of every attribute.

    Raises:
        Exception: one of `DAMAGED`.
    """
    start = packet.find(b"<x:xmpmeta")
    start = packet.find(b"<rdf:RDF") if start < 0 else start
    body = packet[start : packet.rfind(b">") + 1]
    if start < 0 or b"<!" in body:  # entities could grow without end
        return
    for element in ElementTree.fromstring(body).iter():
        yield from element.attrib.items()
        if element.tag in names:
            parts = [text.strip() for text in element.itertext()]
            yield element.tag, "; ".join(filter(None, parts))
