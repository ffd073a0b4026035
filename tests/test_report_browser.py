"""The report of two experiments as a reader opens it: on a screen, on a phone, on paper."""

import os
import re
import shutil

import pytest

from experiments.cli import main
from neurosim.report import Chapter, Failure, Subject, origin_here, outcome_of, page_of
from neurosim.result import Result

pytestmark = pytest.mark.browser

NAMES = ("least-squares", "newton")
PROGRAMS = ("chromium", "chromium-browser", "google-chrome", "chrome")
WIDE, PHONE = {"width": 1200, "height": 900}, {"width": 360, "height": 740}


@pytest.fixture(scope="module")
def chromium():
    api = pytest.importorskip(
        "playwright.sync_api", reason="needs Playwright: pip install -e '.[browser]'"
    )
    program = next(filter(None, map(shutil.which, PROGRAMS)), None)
    if program is None:
        pytest.skip(f"needs one of {', '.join(PROGRAMS)} on the PATH")
    root = hasattr(os, "geteuid") and os.geteuid() == 0  # for whom Chromium has no sandbox
    with api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=program, args=["--no-sandbox"] if root else []
        )
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def report(tmp_path_factory):
    path = tmp_path_factory.mktemp("report") / "report.html"
    assert main(["report", *NAMES, "--quick", "--out", str(path)]) == 0
    return path


@pytest.fixture(params=[WIDE, PHONE], ids=["wide", "phone"])
def page(request, chromium, report):
    """The opened page; at the end: it complained of nothing, and fetched nothing."""
    page = chromium.new_page(viewport=request.param)
    said, asked = [], []
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on("request", lambda request: asked.append(request.url))
    page.goto(report.as_uri())
    yield page
    assert said == []
    assert [url for url in asked if not url.startswith("data:")] == [report.as_uri()]
    page.close()


def test_it_never_scrolls_sideways_whatever_is_on_the_screen(page):
    width = page.viewport_size["width"]
    for name in NAMES:
        page.evaluate("name => document.getElementById(name).scrollIntoView()", name)
        page.locator(f"#{name} .claims").first.wait_for()  # laid out, as it came on the screen
        assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_every_picture_has_words_and_is_drawn(page):
    drawings = page.locator(".picture svg, .picture img")
    assert drawings.count() >= len(NAMES)
    for n in range(drawings.count()):
        drawing = drawings.nth(n)
        drawing.scroll_into_view_if_needed()
        assert drawing.get_attribute("aria-label") or drawing.get_attribute("alt")
        box = drawing.bounding_box()
        assert box["width"] > 200
        assert box["height"] > 100


def test_a_tables_first_column_and_its_caption_stay_where_the_rest_scrolls(page):
    tables = page.locator("table")
    assert tables.count() >= len(NAMES)
    for table in tables.all():
        table.scroll_into_view_if_needed()
        place = table.locator("xpath=..")
        place.evaluate("element => element.scrollTo(1000, 0)")
        left, right = (place.bounding_box()[side] for side in ("x", "width"))
        for staying in ("th", "td", "caption span"):
            box = table.locator(staying).first.bounding_box()
            assert abs(box["x"] - left) < 1
            assert box["width"] <= right


def test_links_of_the_contents_lead_to_the_experiments(page):
    for name in NAMES:
        page.locator(f'.rows a[href="#{name}"]').click()
        page.wait_for_function(  # the last one may not reach the top
            """name => {
                const top = document.getElementById(name).getBoundingClientRect().y;
                return scrollY > 0 && -1 <= top && top < innerHeight;
            }""",
            arg=name,
        )
        page.evaluate("scrollTo(0, 0)")


def test_the_first_tab_skips_to_the_experiments(page):
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    assert page.locator(".skip").bounding_box()["x"] >= 0
    page.keyboard.press("Enter")
    assert page.url.endswith("#experiments")


def test_figures_stay_on_white_in_the_dark(page):
    page.emulate_media(color_scheme="dark")
    back = "element => getComputedStyle(element).backgroundColor"
    assert page.evaluate(f"({back})(document.body)") == "rgb(23, 24, 26)"
    assert page.locator(".picture").first.evaluate(back) == "rgb(255, 255, 255)"


def test_tables_can_be_downloaded(page):
    with page.expect_download() as begun:
        page.locator("a[download]").first.click()
    text = begun.value.path().read_text(encoding="utf-8")
    assert begun.value.suggested_filename.endswith(".csv")
    assert len(text.splitlines()) > 1


def test_what_is_long_or_wide_has_a_place_to_scroll(chromium, tmp_path):
    result = Result("long")
    result.claim("very many values", list(range(3000)), 0)
    result.table("wide", [f"column {n}" for n in range(40)], [range(40)] * 20)
    result.table("words", ("one",), [("word" * 100,)])
    told = ("Long", "長", 1, "How long?", "$" + "a + " * 40 + "b$", ("algorithm",), "neurosim")
    failure = Failure("Error: " + "a" * 400, "File " * 200)
    chapters = [
        Chapter(Subject("long", *told), outcome_of(result, 1)),
        Chapter(Subject("broken", *told), failure),
    ]
    path = tmp_path / "long.html"
    path.write_text(page_of(chapters, origin_here()), encoding="utf-8")
    page = chromium.new_page(viewport=PHONE)
    page.goto(path.as_uri())
    for name in ("long", "broken"):
        page.locator(f"#{name}").scroll_into_view_if_needed()
        assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    values = page.locator(".values")
    assert values.bounding_box()["height"] < PHONE["height"] / 2
    assert values.text_content().endswith("2998, 2999], expected 0")
    page.close()


@pytest.mark.parametrize("page", [WIDE], indirect=True, ids=["wide"])
def test_on_paper_each_experiment_begins_a_page(page):
    paper = page.pdf(format="A4")
    assert paper.startswith(b"%PDF")
    pages = len(re.findall(rb"/Type\s*/Page\b", paper))
    assert pages >= 1 + len(NAMES)
    page.emulate_media(media="print")
    assert not page.locator(".skip").is_visible()
    assert not page.locator(".download").first.is_visible()
    assert page.locator(".claims").first.is_visible()
    inside = page.locator("table").first.evaluate("table => getComputedStyle(table).breakInside")
    assert inside == "avoid"  # or its caption may stand on the page before
