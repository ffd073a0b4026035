"""Rows under a header, as text and as HTML."""

from neurosim.tables import html_table, text_table

HEADER = ("name", "count")
ROWS = [("a", 10), ("longer", 2)]


def test_text():
    assert text_table(HEADER, ROWS) == "name    count\na       10\nlonger  2"


def test_text_at_the_right_under_a_rule():
    assert text_table(HEADER, ROWS, right=["count"], ruled=True).splitlines() == [
        "name    count",
        "-------------",
        "a          10",
        "longer      2",
    ]


def test_a_table_without_rows():
    assert text_table(HEADER, []) == "name  count"


def test_html_is_escaped():
    assert html_table(("<a>",), [("&",)]) == (
        "<table><thead><tr><th>&lt;a&gt;</th></tr></thead><tbody><tr><td>&amp;</td></tr></tbody></table>"
    )
