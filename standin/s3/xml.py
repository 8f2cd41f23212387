"""XML documents in the form of S3."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from urllib.parse import quote
from xml.etree import ElementTree
from xml.etree.ElementTree import Element, SubElement

_NAMESPACE = "http://s3.amazonaws.com/doc/2006-03-01/"


def root(name: str) -> Element:
    """Return a new root element of a response."""
    return Element(name, xmlns=_NAMESPACE)


def add(parent: Element, /, **texts: object) -> None:
    """Add to `parent` one element with its text for each keyword argument that is not None."""
    for name, text in texts.items():
        if text is not None:
            SubElement(parent, name).text = str(text)


def document(element: Element) -> bytes:
    """Return a response as an XML document in UTF-8."""
    return ElementTree.tostring(element, encoding="utf-8", xml_declaration=True)  # type: ignore[no-any-return]


def encoder(query: Mapping[str, str]) -> Callable[[str], str]:
    """Return the function that writes names: percent-encoded if the request asks for it, otherwise unchanged."""
    return quote if query.get("encoding-type") == "url" else str
