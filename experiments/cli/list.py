"""``neurosim list``: which experiments there are."""

from collections.abc import Sequence

from ..catalogue import catalogue
from ..options import Parser


def command(words: Sequence[str], package: str) -> int:
    """List the experiments: lecture row, name, title."""
    Parser("neurosim list", description="List the experiments by lecture row.").parse_strictly(
        words
    )
    entries = catalogue(package).values()
    width = max((len(entry.name) for entry in entries), default=0)
    print(f"row  {'name':{width}}  title")
    for entry in entries:
        row = "" if entry.row is None else entry.row
        title = " · ".join(filter(None, (entry.title, entry.chinese)))
        print(f"{row:>3}  {entry.name:{width}}  {title}")
    return 0
