"""S3's answers in XML."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from urllib.parse import quote
from xml.etree import ElementTree
from xml.etree.ElementTree import Element, SubElement

_NAMESPACE = "http://s3.amazonaws.com/doc/2006-03-01/"


def root(name: str) -> Element:
    """The element that holds the whole answer."""
    return Element(name, xmlns=_NAMESPACE)


def add(parent: Element, /, **texts: object) -> None:
    """Add an element for each of `texts` that there is."""
    for name, text in texts.items():
        if text is not None:
            SubElement(parent, name).text = str(text)


def document(element: Element) -> bytes:
    """The answer as it is sent."""
    return ElementTree.tostring(element, encoding="utf-8", xml_declaration=True)  # type: ignore[no-any-return]


def encoder(query: Mapping[str, str]) -> Callable[[str], str]:
    """How names are written: as they are, or, where the request asks for it, as in URLs."""
    return quote if query.get("encoding-type") == "url" else str
