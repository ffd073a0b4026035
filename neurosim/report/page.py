"""The page itself: chapters, two lists of them, and what it was made with."""

from __future__ import annotations

import base64
from collections.abc import Sequence

from jinja2 import Environment, PackageLoader, StrictUndefined

from ..result import legible
from .chapters import Chapter
from .equations import equation_of
from .origin import Origin

# Marr's levels, each with the lecture's word and question.
LEVELS = {
    "computation": ("計算理論", "計算上的問題是什麼？", "What is computed, and why?"),
    "algorithm": ("演算法", "能夠用什麼演算法來解決？", "By which steps, on what representation?"),
    "implementation": ("實作", "要透過什麼硬體來實現算法？", "In what hardware?"),
}


def page_of(chapters: Sequence[Chapter], origin: Origin) -> str:
    """Return the report as HTML, which fetches nothing.

    Parameters
    ----------
    chapters
        In the order in which they stand.
    origin
        What they were made with.
    """
    environment = Environment(
        loader=PackageLoader(__package__),
        autoescape=True,  # what an experiment says is text, whatever it says
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["base64"] = lambda data: base64.b64encode(data).decode()
    environment.filters["legible"] = legible
    rows: dict[int | None, list[Chapter]] = {}
    for chapter in chapters:
        rows.setdefault(chapter.subject.row, []).append(chapter)
    return environment.get_template("page.html").render(
        chapters=chapters,
        rows=rows,
        levels=LEVELS,
        at_level={
            level: [chapter for chapter in chapters if level in chapter.subject.levels]
            for level in LEVELS
        },
        equations={
            chapter.subject.name: equation_of(chapter.subject.equation)
            for chapter in chapters
            if chapter.subject.equation
        },
        origin=origin,
    )
