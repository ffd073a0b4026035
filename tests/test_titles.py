"""Titles are true whatever the result."""

from experiments.titles import title_if_it_holds
from neurosim.result import Result


def test_a_title_says_what_was_found_only_where_all_claims_hold():
    result = Result("orientation")
    result.claim("two is two", 2, 2)
    assert title_if_it_holds(result, "Two is two") == "Two is two"
    result.claim("two is three", 2, 3)
    assert title_if_it_holds(result, "Two is two").endswith("do not do all that is claimed of them")
