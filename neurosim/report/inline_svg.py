"""Matplotlib's SVG as an element of an HTML page, where many stand beside one another."""

from __future__ import annotations

import re
from xml.etree import ElementTree

_NUMBER = re.compile(r"-?\d+\.\d{3,}")
_REFERENCE = re.compile(r"url\(#([^)]+)\)")
_PLACES = ("d", "x", "y", "width", "height")
_DROPPED = ("metadata", "style", "title")


def inline_svg(drawing: bytes, prefix: str, label: str) -> str:
    """Return an svg element that stands on its own in a page.

    Parameters
    ----------
    drawing
        A file that Matplotlib wrote.
    prefix
        Of all its ids, so that they are unlike those of the page's other drawings.
    label
        What it shows, in words.

    Notes
    -----
    Places are rounded to a hundredth of a point, which nobody sees and which makes a third of the
    file.  Matplotlib's rules of style would hold for the whole page; the element itself has them
    instead.
    """
    root = ElementTree.fromstring(drawing)
    for element in root.iter():
        element.tag = _local(element.tag)
        for name in list(element.attrib):
            if name != _local(name):
                element.set(_local(name), element.attrib.pop(name))
        element.text = element.tail = None
    for element in list(root.iter()):
        for child in list(element):
            if child.tag in _DROPPED:
                element.remove(child)
    used = _references(root)
    for element in root.iter():
        for name, value in list(element.attrib.items()):
            written = _rewritten(name, value, prefix, used)
            if written is None:
                del element.attrib[name]
            else:
                element.set(name, written)
    for name in ("width", "height", "version"):
        root.attrib.pop(name, None)  # it is as wide as its place in the page
    root.set("role", "img")
    root.set("aria-label", label)
    root.set("stroke-linejoin", "round")
    return ElementTree.tostring(root, encoding="unicode")


def _local(name: str) -> str:
    """Return a name without its namespace: HTML has none."""
    return name.rpartition("}")[2]


def _references(root: ElementTree.Element) -> set[str]:
    """Return the ids that the drawing refers to."""
    found = set()
    for element in root.iter():
        for name, value in element.attrib.items():
            found |= set(_REFERENCE.findall(value))
            if name == "href" and value.startswith("#"):
                found.add(value[1:])
    return found


def _rewritten(name: str, value: str, prefix: str, used: set[str]) -> str | None:
    """Return an attribute as it is in the page; None: it is not there."""
    if name == "id":
        return f"{prefix}-{value}" if value in used else None
    if name == "href":
        if value.startswith("#"):
            return f"#{prefix}-{value[1:]}"
        return value if value.startswith("data:image/") else None
    if name in _PLACES:
        value = " ".join(value.split())
        value = _NUMBER.sub(lambda found: f"{float(found[0]):.2f}".rstrip("0").rstrip("."), value)
    if name == "style":
        value = re.sub(r"([:;]) ", r"\1", value)
    return _REFERENCE.sub(rf"url(#{prefix}-\1)", value)
