"""The real pages in a real browser: scrubbing, clicking, typing, saving; every page, both themes."""

import re

import pytest
from playwright.sync_api import expect

from core.ui.registry import list_pages
from tests.browser.test_frame import KNOWN_VIOLATIONS, save, violations

THEMES = ("light", "dark")
WORDS_ONLY = {"parts_of_speech", "word_roles"}
WITHOUT_FIGURE = {"try_it"}  # until a run is started
PATHS = {entry.stem: "/" if entry.stem == "home" else f"/{entry.stem}?kind={4 if entry.stem in WORDS_ONLY else 1}"
         for entry in list_pages()}


def plot(page, key):
    """The figure of `show_figure(key=…)`."""
    return page.locator(f".st-key-{key} .js-plotly-plot")


def click_at(page, target, x, y):
    """Click on `target` at these shares of its width and height."""
    target.scroll_into_view_if_needed()
    box = target.bounding_box()
    page.mouse.click(box["x"] + box["width"] * x, box["y"] + box["height"] * y)


def scrub(page, figure, share):
    """Press a figure's slider at a share of its width.

    Plotly takes a press that ends while it draws for a drag that goes on: its grip then stays where it is, whatever is
    played, until it is pressed again.
    """
    for _ in range(5):
        click_at(page, figure.locator(".slider-rail-touch-rect"), share, 0.5)
        if not figure.evaluate("e => e._fullLayout.sliders[0]._dragging"):
            return
        page.wait_for_timeout(300)


def test_scrubbing_moves_the_cursor_without_the_server(open_page, wait_idle):
    page = open_page("/trajectories?kind=1")
    wait_idle(page)
    figure = plot(page, "trajectory")
    expect(figure.locator(".slider-label").first).to_contain_text("after reading")
    requests = []
    page.on("websocket", lambda socket: requests.append(socket))
    before = figure.evaluate("e => [e.data.at(-1).x[0], e.data.at(-3).text[0], e._fullLayout.sliders[0].active]")
    scrub(page, figure, 0.6)
    page.wait_for_function("([key, before]) => document.querySelector(`.st-key-${key} .js-plotly-plot`)"
                           "._fullLayout.sliders[0].active !== before", arg=["trajectory", before[2]])
    after = figure.evaluate("e => [e.data.at(-1).x[0], e.data.at(-3).text[0], e._fullLayout.sliders[0].active]")
    assert after[0] != before[0] and not requests
    expect(page.get_by_test_id("stApp")).to_have_attribute("data-test-script-state", "notRunning")


def test_a_typed_tree_is_drawn_or_its_fault_pointed_at(open_page, wait_idle):
    page = open_page("/trajectories?kind=1&src=typed")
    field = page.get_by_label("A bracketed tree")
    field.fill("(S (NP (DT the) (NN cat)")
    field.press("Control+Enter")
    expect(page.get_by_test_id("stAlert")).to_contain_text("never closed")
    field.fill("(S (NP (DT the) (NN 猫)) (VP (VBZ sits)))")
    field.press("Control+Enter")
    expect(page.get_by_test_id("stAlert")).to_have_count(0)
    wait_idle(page)
    assert plot(page, "trajectory").evaluate("e => e.data[0].x.length") == 8


def test_a_cell_of_the_heatmap_opens_on_the_trajectories_page(open_page, wait_idle):
    page = open_page("/correlations?kind=1")
    wait_idle(page)
    link = page.get_by_role("link", name=re.compile(r"Open cell \d+")).or_(
        page.get_by_role("button", name=re.compile(r"Open cell \d+")))
    expect(link).to_be_visible()
    best = re.search(r"\d+", link.inner_text()).group()
    click_at(page, page.locator(".js-plotly-plot:has(.heatmaplayer) .nsewdrag").first, 0.83, 0.5)
    expect(link).not_to_contain_text(re.compile(rf"\b{best}\b"))
    cell = re.search(r"\d+", link.inner_text()).group()
    link.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Cell trajectories")
    wait_idle(page)
    expect(page).to_have_url(re.compile(rf"cells={cell}"))
    assert plot(page, "trajectory").evaluate("e => e.data[0].name") == f"c[{cell}]"


def test_a_field_of_the_confusion_matrix_lists_its_contexts(open_page, wait_idle):
    page = open_page("/predictions?kind=1&psrc=demo")
    wait_idle(page)
    url = page.url
    click_at(page, page.locator(".js-plotly-plot:has(.heatmaplayer) .nsewdrag").first, 0.5, 0.5)
    expect(page).not_to_have_url(url)
    expect(page.get_by_role("link", name=re.compile(r"Sentence \d+")).first).to_be_visible()


def test_a_figure_of_a_real_page_is_saved(open_page, wait_idle, tmp_path):
    page = open_page("/trajectories?kind=1", theme="dark")
    wait_idle(page)
    expect(plot(page, "trajectory")).to_be_visible()
    assert save(page, "SVG", tmp_path).read_text().count("<svg") >= 1
    assert save(page, "PNG", tmp_path).read_bytes().startswith(b"\x89PNG")
    assert save(page, "CSV", tmp_path).read_text("utf-8-sig").startswith("token,tag,depth")


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("stem", PATHS)
def test_every_page_is_sound_in_both_themes(visit, wait_idle, stem, theme):
    """Drawn, nothing in the console, no foreign request, no error, accessible; narrow in the dark."""
    page = visit(PATHS[stem], theme=theme, lang="ja" if theme == "dark" else "en",
                 width=390 if theme == "dark" else 1400)
    wait_idle(page)
    if stem not in WITHOUT_FIGURE:
        expect(page.locator(".js-plotly-plot").first).to_be_visible()
    expect(page.locator("[data-testid=stAlertContentError]")).to_have_count(0)
    assert page.get_by_test_id("stMain").evaluate("e => e.scrollWidth - e.clientWidth") <= 0
    assert violations(page) <= KNOWN_VIOLATIONS
