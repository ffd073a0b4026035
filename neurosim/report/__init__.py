"""The report: Results as one page that needs nothing else, no network, no other file.

It knows no experiment.  A chapter is what is known of one before it runs (`Subject`) and what came
of it: an `Outcome`, made by `outcome_of` from a Result; a `Failure`; or None, it was not run.
`page_of` makes the page of them.
"""

from .chapters import Chapter, Failure, Outcome, Subject, failure_of, failure_told, outcome_of
from .origin import Origin, origin_here
from .page import page_of

__all__ = [
    "Chapter",
    "Failure",
    "Origin",
    "Outcome",
    "Subject",
    "failure_of",
    "failure_told",
    "origin_here",
    "outcome_of",
    "page_of",
]
