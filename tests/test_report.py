"""The page that is made of Results: what stands on it, and that it needs nothing else."""

import base64
import itertools
import json
import re
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pytest
from matplotlib.figure import Figure

from neurosim.plotting import new_figure
from neurosim.report import (
    Chapter,
    Failure,
    Origin,
    Subject,
    failure_of,
    origin_here,
    outcome_of,
    page_of,
)
from neurosim.report.equations import equation_of
from neurosim.report.inline_svg import inline_svg
from neurosim.report.pictures import picture_of, titles_of
from neurosim.result import Result

ORIGIN = Origin("2026-01-01", (("neurosim", "1"), ("Python", "3")), "a machine")
SCRIPT = "<script>alert('claimed')</script>"


def subject(name="gates", **changed):
    told = {
        "title": "Gates",
        "chinese": "邏輯閘",
        "row": 2,
        "question": "Is 1 < 2?",
        "equation": "$z = \\frac{1}{2}$",
        "levels": ("computation", "implementation"),
        "command": f"neurosim run {name} --quick",
    }
    return Subject(name, **{**told, **changed})


def line(title="A line rises"):
    figure, ax = new_figure()
    ax.plot([0, 1, 2], [0, 1, 4])
    ax.set(xlabel="drive", ylabel="rate (spikes/s)", title=title)
    return figure


def found(name="gates", holds=True):
    result = Result(name, {"threshold": 1.5, "path": None, "quick": True}, seed=7)
    result.claim("two is two", 2, 2)
    result.claim("a third", 1 / 3, 0.3333, tolerance=1e-3)
    if not holds:
        result.claim(f"two is three {SCRIPT}", 2, 3)
    result.figure("curve", line(f"A line < {name}"))
    result.table("long", ("n", "square"), [(n, n * n) for n in range(20)])
    result.table("short", (SCRIPT,), [("x & y",)])
    return outcome_of(result, 1.25)


VOID = {"meta", "img", "br", "link", "hr", "input"}


class Reader(HTMLParser):
    """Collects what a page is made of, and sees that elements end where they should."""

    def __init__(self, page):
        super().__init__()
        self.elements, self.open, self.text = [], [], []
        self.feed(page)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.text.append(data)

    def of(self, *tags):
        return [attrs for tag, attrs in self.elements if tag in tags]


@pytest.fixture(scope="module")
def page():
    return page_of(
        [
            Chapter(subject(), found()),
            Chapter(subject("wrong", row=3, title=SCRIPT), found("wrong", holds=False)),
            Chapter(subject("broken", row=3), Failure(f"ValueError: {SCRIPT}", "line 1\nline 2")),
            Chapter(subject("unborn", row=None, equation="", levels=()), None),
        ],
        ORIGIN,
    )


def test_elements_end_ids_differ_and_links_lead_somewhere(page):
    read = Reader(page)
    ids = [attrs["id"] for _, attrs in read.elements if "id" in attrs]
    assert len(ids) == len(set(ids))
    links = [a["href"] for a in read.of("a") if a["href"].startswith("#")]
    assert "#gates" in links
    for link in [*links, *(attrs["href"] for attrs in read.of("use"))]:
        assert link[1:] in ids
    for reference in re.findall(r"url\(#([^)]+)\)", page):
        assert reference in ids
    for name in (
        attrs["aria-labelledby"] for _, attrs in read.elements if "aria-labelledby" in attrs
    ):
        assert name in ids


def test_nothing_is_fetched_and_nothing_is_run(page):
    read = Reader(page)
    assert "script" not in {tag for tag, _ in read.elements}
    assert not [name for _, attrs in read.elements for name in attrs if name.startswith("on")]
    policy = next(attrs for attrs in read.of("meta") if "http-equiv" in attrs)
    assert policy["content"].startswith("default-src 'none'")
    for _, attrs in read.elements:
        for name in ("src", "href"):
            assert attrs.get(name, "#").startswith(("#", "data:"))


def test_what_experiments_say_is_text(page):
    text = "".join(Reader(page).text)
    assert text.count(SCRIPT) >= 5  # title, in three places; claim; error; a table's head
    assert "Is 1 < 2?" in text
    assert "x & y" in text


def test_headings_are_in_order_and_in_both_languages(page):
    read = Reader(page)
    levels = [int(tag[1]) for tag, _ in read.elements if re.fullmatch("h[1-6]", tag)]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(later - before <= 1 for before, later in itertools.pairwise(levels))
    assert read.of("html")[0]["lang"] == "en"
    assert {attrs["lang"] for attrs in read.of("span") if "lang" in attrs} == {"zh-Hant"}
    for word in ("Claims", "Figures", "Tables", "Equation", "Contents", "Parameters and seed"):
        assert re.search(rf'>{word} <span lang="zh-Hant">[\u4e00-\u9fff]+</span></h[23]>', page)


def test_claims_are_told_with_their_values_and_their_verdict_in_words(page):
    text = " ".join("".join(Reader(page).text).split())
    assert "✓ Holds: two is two measured 2, expected 2".replace(" ", "") in text.replace(" ", "")
    assert "measured 0.3333, expected 0.3333 within 0.001" in text
    assert "Does not hold: " in text
    assert "2 of 3 claims hold" in text
    assert "2 of 4 experiments came to an end: 4 of 5 claims hold" in text
    assert "4 個實驗中 2 個完成，5 項主張中 4 項成立。" in text
    assert "ended in an error" in text
    assert "Not run" in text


def test_the_contents_are_by_row_and_by_level(page):
    rows, levels = re.search(
        r'<section class="rows".*?</section>\s*<section class="levels".*?</section>',
        page,
        re.DOTALL,
    )[0].split('<section class="levels"')
    assert re.findall(r'href="#([^"]+)"', rows) == ["gates", "wrong", "broken", "unborn"]
    assert re.findall(r"<h4>(\w+)", levels) == ["Computation", "Implementation"]
    assert re.findall(r'href="#([^"]+)"', levels) == 2 * ["gates", "wrong", "broken"]


def test_a_long_table_is_shown_in_part_and_carried_whole(page):
    assert "the first 12 of 20 rows" in page
    assert page.count("<td>121</td>") == 2
    assert "<td>144</td>" not in page
    name, data = re.search(
        r'download="(gates-long.csv)" href="data:text/csv[^,]*,([^"]+)"', page
    ).groups()
    rows = base64.b64decode(data).decode().split()
    assert name == "gates-long.csv"
    assert (rows[0], rows[-1], len(rows)) == ("n,square", "19,361", 21)


def test_parameters_seed_time_and_command_are_told(page):
    text = " ".join("".join(Reader(page).text).split())
    assert re.search(r"threshold ?1.5 path ?None quick ?True seed ?7 time 時間 ?1.2 s", text)
    assert "neurosim run gates --quick" in text
    assert "2026-01-01 · neurosim 1, Python 3 · a machine" in text


def test_figures_have_their_titles_as_words(page):
    drawings = [
        attrs for attrs in Reader(page).of("svg") if attrs["aria-label"] == "A line < gates"
    ]
    assert len(drawings) == 1
    assert drawings[0]["role"] == "img"


def test_the_same_result_makes_the_same_page():
    chapters = [Chapter(subject(), found())]
    assert page_of(chapters, ORIGIN) == page_of([Chapter(subject(), found())], ORIGIN)


def test_where_all_came_to_an_end_nothing_is_said_of_it():
    page = page_of([Chapter(subject(), found())], ORIGIN)
    assert "1 experiment: <strong>2 of 2 claims hold</strong>" in page
    assert "came to an end" not in page


def test_a_page_of_nothing_but_failures_can_be_made():
    assert "0 of 0 claims hold" in page_of([Chapter(subject(), None)], ORIGIN)


def test_a_line_is_a_drawing_and_a_crowd_of_points_a_png():
    assert picture_of(line(), "line").kind == "svg"
    crowd = Figure(figsize=(2, 2))
    crowd.add_subplot().plot(*np.random.default_rng(0).random((2, 20_000)), ".")
    drawn = picture_of(crowd, "crowd")
    assert drawn.kind == "png"
    assert base64.b64decode(drawn.content).startswith(b"\x89PNG")
    assert (drawn.width, drawn.height) == (192, 192)
    assert drawn.alt == "crowd"


def test_titles_of_a_figure_are_its_own_and_its_panels():
    figure, axes = new_figure(1, 2, width="page")
    figure.suptitle("All")
    axes[0].set_title("Left,\nin two lines")
    axes[1].set_title("Right")
    assert titles_of(figure) == "All. Left, in two lines. Right"


SVG = b"""<?xml version="1.0"?><!DOCTYPE svg>
<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink"
 width="72pt" height="36pt" viewBox="0 0 72 36" version="1.1">
<metadata>when</metadata><style>*{fill: red}</style>
<g id="axes_1"><path id="mark" d="M 1.23456 2.00001 L -3.5 4" clip-path="url(#clip)"/></g>
<clipPath id="clip"><rect x="0.12499" y="1" width="2" height="3"/></clipPath>
<use xlink:href="#mark" x="1" style="fill: none; stroke: #000000"/>
<a xlink:href="javascript:alert(1)"/></svg>"""


def test_a_drawing_becomes_an_element_of_a_page():
    drawn = inline_svg(SVG, "one", 'says "a < b"')
    assert drawn.startswith("<svg ")
    assert 'aria-label="says &quot;a &lt; b&quot;"' in drawn
    assert '<path id="one-mark" d="M 1.23 2 L -3.5 4" clip-path="url(#one-clip)"' in drawn
    assert '<use x="1" style="fill:none;stroke:#000000" href="#one-mark"' in drawn
    for gone in ("axes_1", "metadata", "<style", "javascript", "xmlns", "DOCTYPE", "72pt"):
        assert gone not in drawn


def numbers_of(drawn):
    """Return the view of an equation, and all points of its outlines, (points, 2)."""
    view = [float(number) for number in re.search('viewBox="([^"]+)"', drawn)[1].split()]
    outlines = re.search(' d="([^"]+)"', drawn)[1]
    numbers = [float(number) for number in re.findall(r"-?[\d.]+", outlines)]
    return view, np.reshape(numbers, (-1, 2))


@pytest.mark.parametrize(
    "mathtext", ["$x$", "$\\sum_{i=1}^{n} \\frac{a^2}{b_i}$", "$x$\n$\\frac{1}{2}$"]
)
def test_an_equation_fills_its_view_and_no_more(mathtext):
    (left, top, width, height), points = numbers_of(equation_of(mathtext))
    assert (points >= (left, top)).all()
    assert (points <= (left + width, top + height)).all()
    assert points[:, 1].min() < top + 2
    assert points[:, 1].max() > top + height - 3  # of a curve, which stays within its points


def test_lines_of_an_equation_do_not_touch():
    fraction = "$\\frac{1}{2}$"
    (_, top, _, alone), _ = numbers_of(equation_of(fraction))
    (_, _, _, twice), points = numbers_of(equation_of(f"{fraction}\n{fraction}"))
    gap = twice - 2 * alone
    assert gap > 3
    middle = top + twice / 2
    assert not (abs(points[:, 1] - middle) < 2).any()


def test_an_equation_takes_the_colour_of_the_text_and_says_its_source():
    drawn = equation_of("$a < \\frac{b}{c}$\nand more")
    assert 'fill="currentColor"' in drawn
    assert 'aria-label="$a &lt; \\frac{b}{c}$; and more"' in drawn


def test_blank_lines_of_an_equation_are_passed_over():
    assert equation_of("\n$a$\n \n$b$\n") == equation_of("$a$\n$b$")
    assert equation_of(" \n") is None


def test_what_is_no_equation_is_shown_as_it_was_written():
    assert equation_of("$\\frac{a$") is None
    page = page_of([Chapter(subject(equation="$\\frac{a<$"), None)], ORIGIN)
    assert "<code>$\\frac{a&lt;$</code>" in page


def test_a_failure_names_no_folder_of_this_machine():
    try:
        json.loads((Path.home() / "absent.json").read_text())
    except OSError as error:
        failure = failure_of(error)
    assert failure.message.startswith("FileNotFoundError: ")
    assert "absent.json" in failure.message
    for text in (failure.message, failure.traceback):
        assert str(Path(__file__).parent) not in text
        assert str(Path.home()) not in text or len(str(Path.home())) == 1
    assert 'File "test_report.py"' in failure.traceback


def test_the_origin_tells_versions_and_machine():
    versions = dict(origin_here().versions)
    assert versions["numpy"] == np.__version__
    assert {"neurosim", "Python", "numba"} <= set(versions)
    assert re.fullmatch(r"\d{4}-\d\d-\d\d", origin_here().date)
    assert str(Path.home()) not in origin_here().machine
