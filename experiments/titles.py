"""Titles of figures that stay true whatever the result."""

from __future__ import annotations

from neurosim.result import Result


def title_if_it_holds(result: Result, title: str) -> str:
    """Return the title where every claim so far holds, else that not all of them do."""
    return title if result.holds else "These cells do not do all that is claimed of them"
