"""Anything that a file or a caller gave, as text that fits on a line of an error."""

import os
from typing import Any


def shown(path: Any) -> str:
    """Return a path as it was given, on one line."""
    return one_line(os.fspath(path)) if isinstance(path, str | os.PathLike) else short(path)


def one_line(text: Any) -> str:
    """Return it as printable text without line breaks."""
    printable = (c if c.isprintable() else " " for c in str(text))
    return " ".join("".join(printable).split())


def short(value: Any) -> str:
    """Return a value as text that fits on a line, whatever it is."""
    if isinstance(value, list | dict) and len(value) > 8:
        return f"a {'list' if isinstance(value, list) else 'record'} of {len(value)} entries"
    if isinstance(value, int) and abs(value) > 10**30:
        return "a huge number"
    try:
        text = repr(value[:100] if isinstance(value, str) else value)
    except ValueError:  # a number of thousands of digits inside
        return "huge numbers"
    text = one_line(text[:200])  # lists in a short list may be long
    return text if len(text) <= 60 else f"{text[:57]}…"
