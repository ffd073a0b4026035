"""Which experiments there are, read from their source without importing them.

An experiment is a module of this package that defines ``run``, or a package whose ``__init__``
does. The first line of its docstring is ``English title · 中文 · lecture row N``; below it stand
the question, the equation and the levels of Marr's three, each after its word and a colon, and
over several lines where those are indented.
"""

import ast
import io
import re
import tokenize
from collections.abc import Iterable
from importlib.util import find_spec
from pathlib import Path
from typing import NamedTuple

_ROW = re.compile(r"lecture row (\d+)\.?")
_SUBJECT = re.compile(r"^(Question|Equation|Levels): *(.+(?:\n[ \t]+\S.*)*)", re.MULTILINE)
LEVELS = ("computation", "algorithm", "implementation")
"""Marr's three: what is computed and why, how, and in what hardware."""


class Entry(NamedTuple):
    """One experiment, as the catalogue lists it."""

    name: str
    """As it is typed: ``logic-gates``."""
    module: str
    """As it is imported: ``experiments.logic_gates``."""
    title: str
    chinese: str
    """The lecture's own term; empty where the docstring gives none."""
    row: int | None
    """The row of the lecture; None where the docstring gives none."""
    question: str = ""
    """The one that the experiment answers."""
    equation: str = ""
    """The central one, in lines of Matplotlib's mathtext."""
    levels: tuple[str, ...] = ()
    """Those of `LEVELS` that the experiment is about."""


def catalogue(package: str = "experiments") -> dict[str, Entry]:
    """Return the package's experiments by name, in the lecture's order."""
    spec = find_spec(package)
    folders: Iterable[str] = (spec and spec.submodule_search_locations) or ()
    entries = [
        entry
        for folder in folders
        for pattern in ("*.py", "*/__init__.py")
        for path in Path(folder).glob(pattern)
        if (entry := _read(path, package))
    ]
    entries.sort(key=lambda entry: (entry.row is None, entry.row, entry.name))
    return {entry.name: entry for entry in entries}


def _read(path: Path, package: str) -> Entry | None:
    source = path.read_text(encoding="utf-8")
    if "\ndef run(" not in source:
        return None
    docstring = _docstring(source)
    title, *rest = docstring.partition("\n")[0].split(" · ")
    row = _ROW.fullmatch(rest[-1]) if rest else None
    chinese = " · ".join(rest[:-1] if row else rest)
    module = path.parent.name if path.name == "__init__.py" else path.stem
    name = module.replace("_", "-")
    told = {
        of: [line.strip() for line in text.splitlines()] for of, text in _SUBJECT.findall(docstring)
    }
    return Entry(
        name, f"{package}.{module}", title, chinese, int(row[1]) if row else None,
        question=" ".join(told.get("Question", ())),
        equation="\n".join(told.get("Equation", ())),
        levels=tuple(re.findall(r"\w+", " ".join(told.get("Levels", ())))),
    )  # fmt: skip


def _docstring(source: str) -> str:
    """Return the string that opens a module: one token, where parsing it all takes 3 ms a file."""
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type == tokenize.STRING:
            return str(ast.literal_eval(token.string))
        if token.type not in (tokenize.COMMENT, tokenize.NL):
            break
    return ""
