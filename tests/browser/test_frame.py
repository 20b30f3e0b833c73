"""The frame in a real browser: menu, language, themes, permalinks, accessibility."""

import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from PIL import Image
from playwright.sync_api import expect

from core.ui.registry import list_pages

THEMES = ("light", "dark")
# Red of the first tick's text, in a list, once the browser has computed its style: a figure that is drawn again takes
# its ticks away for a moment.
TICK_RED = """() => {
  const tick = document.querySelector(".js-plotly-plot .xtick text")
  const red = tick && getComputedStyle(tick).fill.match(/\\d+/)
  return red && [+red[0]]
}"""
BACKGROUNDS = {"light": "rgb(251, 250, 246)", "dark": "rgb(15, 26, 43)"}

# Streamlit 1.67 wraps the pages of a menu section in a <div> between <ul> and <li>; screen readers still
# read the links in order. Nothing of ours can change it.
KNOWN_VIOLATIONS = {"list", "listitem"}


def heading(page):
    return page.get_by_role("heading", level=1)


def menu(page):
    return page.get_by_test_id("stSidebarNav")


def choose_language(page, name):
    page.get_by_test_id("stSidebar").get_by_role("radio", name=name).click()


def test_deep_link_on_a_fresh_server(fresh_sample_server, open_page):
    page = open_page("/trajectories?t_steps=70", server=fresh_sample_server)
    expect(heading(page)).to_have_text("Cell trajectories")
    expect(menu(page).get_by_role("link")).to_have_text(
        [re.compile("Home$"), re.compile("Cell trajectories$"), re.compile("Correlations$")])
    expect(menu(page)).to_contain_text("LSTM and syntax")
    expect(page.get_by_test_id("stSidebar").get_by_text("Language")).to_be_visible()
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(page).to_have_url(re.compile(r"/trajectories\?t_steps=70$"))
    # The first click after it: Streamlit's widget ids change here, the values must not.
    page.get_by_role("radio", name="o", exact=True).click()
    expect(page.get_by_test_id("stCode").first).to_have_text("('tree', [1, 2], 70, 0.5, 'o', False, 'the cat')")
    expect(page).to_have_url(re.compile(r"/trajectories\?t_steps=70&t_gate=o$"))


def test_language_follows_the_reader(sample_server, open_page):
    page = open_page("/", server=sample_server)
    choose_language(page, "日本語")
    expect(heading(page)).to_have_text("ホーム")
    expect(menu(page)).to_contain_text("LSTMと構文")
    expect(page).to_have_url(re.compile(r"\?lang=ja$"))
    menu(page).get_by_role("link", name="相関").click()
    expect(heading(page)).to_have_text("相関")
    expect(page).to_have_url(re.compile(r"/correlations\?lang=ja$"))
    expect(page).to_have_title("相関 · Wordglass")
    page.reload()
    expect(heading(page)).to_have_text("相関")
    choose_language(page, "English")
    expect(heading(page)).to_have_text("Correlations")
    expect(page).to_have_url(re.compile(r"/correlations$"))


def test_choices_are_undone_by_back_and_come_back_with_the_page(sample_server, open_page, wait_idle):
    page = open_page("/trajectories", server=sample_server)
    wait_idle(page)
    values = page.get_by_test_id("stCode").first
    page.get_by_role("combobox", name="Kind").click()
    page.get_by_role("option", name="Tags").click()
    expect(page).to_have_url(re.compile(r"\?t_kind=tags$"))
    wait_idle(page)
    page.get_by_text("Bold", exact=True).click()
    expect(page).to_have_url(re.compile(r"\?t_kind=tags&t_bold=1$"))
    choose_language(page, "日本語")
    expect(values).to_have_text("('tags', [1, 2], 40, 0.5, 'f', True, 'the cat')")
    expect(page).to_have_url(re.compile(r"\?lang=ja&t_kind=tags&t_bold=1$"))  # ids, not the shown タグ
    page.go_back()
    page.go_back()
    expect(page).to_have_url(re.compile(r"t_kind=tags"))
    expect(values).to_have_text("('tags', [1, 2], 40, 0.5, 'f', False, 'the cat')")
    menu(page).get_by_role("link").nth(2).click()
    expect(page).to_have_url(re.compile(r"/correlations"))
    expect(page.get_by_test_id("stCode")).to_have_count(0)
    menu(page).get_by_role("link").nth(1).click()
    expect(values).to_have_text("('tags', [1, 2], 40, 0.5, 'f', False, 'the cat')")
    expect(page).to_have_url(re.compile(r"t_kind=tags"))


def test_nonsense_in_the_url_is_silent(sample_server, open_page):
    page = open_page(f"/trajectories?t_kind=%00%ff&t_steps=nan&t_rate=1e999&t_gate={'x' * 10_000}&t_cells=a"
                     f"&t_bold=maybe&lang=xx&t_text={'z' * 10_000}", server=sample_server)
    expect(page.get_by_test_id("stCode").first).to_have_text("('tree', [1, 2], 40, 0.5, 'f', False, 'the cat')")
    expect(page).to_have_url(re.compile("/trajectories$"))
    expect(page.get_by_test_id("stAlert")).to_have_count(0)


def test_errors_are_text(sample_server, open_page):
    page = open_page("/trajectories?t_fail=1", server=sample_server)
    first, second = page.get_by_test_id("stAlert").nth(0), page.get_by_test_id("stAlert").nth(1)
    expect(first).to_contain_text("[x](http://evil.example) :red[no] $a$ `b` :smile:")
    expect(first.get_by_role("link")).to_have_count(0)
    expect(second).to_contain_text("RuntimeError")
    expect(second).not_to_contain_text("secret")
    caret = page.get_by_test_id("stCode").last.inner_text().splitlines()
    assert caret[0][caret[1].index("^")] == "]"


@pytest.mark.parametrize("theme", THEMES)
def test_figure_is_saved_from_the_browser(sample_server, open_page, theme, tmp_path):
    page = open_page("/trajectories", theme=theme, server=sample_server)
    expect(page.locator(".js-plotly-plot .scatterlayer .trace").first).to_be_attached()
    expect(page.get_by_role("figure", name="Sample lines")).to_be_visible()
    width = page.locator(".js-plotly-plot").first.bounding_box()["width"]
    saved = {name: save(page, name, tmp_path) for name in ("PNG", "SVG", "CSV")}
    assert {name: path.name for name, path in saved.items()} == {
        "PNG": "sample_lines.png", "SVG": "sample_lines.svg", "CSV": "sample_lines.csv"}
    image = Image.open(saved["PNG"]).convert("RGB")
    assert abs(image.width - 2 * width) <= 2
    background = "rgb({}, {}, {})".format(*image.getpixel((1, 1)))
    assert background == BACKGROUNDS[theme]
    assert BACKGROUNDS[theme] in saved["SVG"].read_text() and "cell 2" in saved["SVG"].read_text()
    assert saved["CSV"].read_text(encoding="utf-8-sig").startswith("cell 1,cell 2\n")


def save(page, name, folder):
    with page.expect_download() as download:
        page.get_by_role("button", name=re.compile(rf"\b{name}\b")).first.click()
    path = folder / download.value.suggested_filename
    download.value.save_as(path)
    return path


def test_recipe_is_shown_and_saved(sample_server, open_page, tmp_path):
    page = open_page("/trajectories", server=sample_server)
    page.get_by_role("button", name=re.compile("Python")).click()
    expect(page.get_by_text("print('lines')")).to_be_visible()
    assert save(page, "Save as sample_lines.py", tmp_path).read_text() == "print('lines')\n"


@pytest.mark.parametrize("theme", THEMES)
def test_controls_and_figures_are_accessible(sample_server, open_page, wait_idle, theme):
    page = open_page("/trajectories?t_fail=1", theme=theme, server=sample_server)
    wait_idle(page)
    expect(page.get_by_role("button", name=re.compile(r"\bSVG\b"))).to_have_count(2)
    expect(page.locator(".js-plotly-plot .xtick text").first).to_be_attached()
    # axe does not judge text in SVG; this also guards the placeholder of core.ui.output, which Streamlit
    # does not promise.
    (red,) = page.wait_for_function(TICK_RED).json_value()
    assert red < 80 if theme == "light" else red > 200
    assert page.get_by_test_id("stApp").evaluate("e => getComputedStyle(e).backgroundColor") == BACKGROUNDS[theme]
    assert violations(page) <= KNOWN_VIOLATIONS


def violations(page):
    found = Axe().run(page, options={"resultTypes": ["violations"]}).response["violations"]  # the rest is megabytes
    for fault in found:
        print(fault["id"], [node["target"] for node in fault["nodes"]])
    return {fault["id"] for fault in found}


def test_narrow_page_does_not_scroll_sideways(sample_server, open_page, wait_idle):
    page = open_page("/trajectories", width=390, server=sample_server)
    wait_idle(page)
    expect(page.locator(".js-plotly-plot").first).to_be_visible()
    assert page.evaluate("document.scrollingElement.scrollWidth") <= 390
    assert page.get_by_test_id("stMain").evaluate("e => e.scrollWidth") <= 390


def test_real_menu_lists_every_page(open_page):
    page = open_page("/")
    expect(heading(page)).to_be_visible()
    if len(list_pages()) > 1:  # Streamlit hides a menu of one
        expect(menu(page).get_by_role("link")).to_have_count(len(list_pages()))
