"""XML as WeChat writes and reads it: one flat element of named values."""

import re
from xml.etree.ElementTree import ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring

from care.channels.wechat.errors import ProtocolError

# What XML 1.0 does not allow. Real messages of customers hold some of it (\x08, \x0b, \x1f).
_NOT_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]*")


def without_controls(text: str) -> str:
    """``text`` without the characters that no XML may hold."""
    return _NOT_XML.sub("", text)


def parse(body: bytes) -> dict[str, str]:
    """The values of a document, by name; of elements within elements those without children.

    Where a name comes twice, the first counts. Bytes that are no UTF-8 become U+FFFD: the message of a customer is not lost
    for them. Raises ``ProtocolError`` for what is no XML, for document types and for entities.
    """
    try:
        root = fromstring(without_controls(body.decode("utf-8", "replace")), forbid_dtd=True)
    except (ParseError, DefusedXmlException, ValueError, LookupError) as error:
        raise ProtocolError("xml") from error
    if root.tag != "xml":
        raise ProtocolError("xml")
    values: dict[str, str] = {}
    for element in root.iter():
        if element is not root and len(element) == 0:
            values.setdefault(element.tag, element.text or "")
    return values


def cdata(text: str) -> str:
    """``text`` as character data that nothing in it can leave."""
    return f"<![CDATA[{without_controls(text).replace(']]>', ']]]]><![CDATA[>')}]]>"


type Content = str | int | dict[str, Content]
"""What stands in an element: a text, a number, or further elements by name."""


def render(values: dict[str, Content]) -> str:
    """The document of ``values``; texts as ``cdata``, numbers plainly. Raises ``ValueError`` for a name that is none."""
    return f"<xml>{_elements(values)}</xml>"


def _elements(values: dict[str, Content]) -> str:
    return "".join(f"<{_name(name)}>{_content(value)}</{name}>" for name, value in values.items())


def _content(value: Content) -> str:
    if isinstance(value, dict):
        return _elements(value)
    return str(value) if isinstance(value, int) else cdata(value)


def _name(name: str) -> str:
    if not _NAME.fullmatch(name):
        raise ValueError(f"not a name of an element: {name!r}")
    return name
