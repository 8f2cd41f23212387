"""The characters that XML 1.0 cannot hold."""

from __future__ import annotations

import re

#: Matches such a character. Source: W3C, "Extensible Markup Language (XML) 1.0", section 2.2.
NOT_XML = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


def xml_text(text: str) -> str:
    """Return a text with U+FFFD, the replacement character, in place of the characters that XML cannot hold."""
    return NOT_XML.sub("\ufffd", text)
