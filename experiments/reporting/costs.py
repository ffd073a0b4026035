"""About how long experiments take: the longest begin first, and the time left is told by it."""

# Seconds with --quick on a core of its own, as measured once. The ratios are what counts.
SECONDS: dict[str, int] = {}
OTHERS = 3
"""What one takes of which nothing is known, its start and its figures included."""


def seconds_of(name: str) -> int:
    """Return about how long an experiment takes."""
    return SECONDS.get(name, OTHERS)
