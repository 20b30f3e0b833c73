"""Concepts in a real browser, on the reader's own text, which needs no checkpoint: a click and a box."""

import re

from playwright.sync_api import expect

from tests.browser.test_pages import plot


def test_a_click_and_a_box_lead_on_and_stay_in_the_address(open_page, wait_idle):
    page = open_page("/your_corpus")
    expect(plot(page, "uparts")).to_be_visible(timeout=60_000)
    wait_idle(page)

    point = plot(page, "uspectrum").locator(".scatterlayer .points path").nth(2)
    point.scroll_into_view_if_needed()
    box = point.bounding_box()
    page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    expect(page.get_by_role("heading", name="Concept 3")).to_be_visible()
    expect(page).to_have_url(re.compile("uk=3"))
    wait_idle(page)
    layer = plot(page, "umap").locator(".nsewdrag").first
    layer.scroll_into_view_if_needed()
    box = layer.bounding_box()
    page.mouse.move(box["x"] + 0.3 * box["width"], box["y"] + 0.3 * box["height"])
    page.mouse.down()
    for share in (0.5, 0.7):
        page.mouse.move(box["x"] + share * box["width"], box["y"] + share * box["height"], steps=3)
    page.mouse.up()
    whole = page.get_by_role("button", name="Show the whole map")
    expect(whole).to_be_visible()
    expect(page).to_have_url(re.compile("ulens="))
    whole.click()
    expect(page).not_to_have_url(re.compile("ulens="))
