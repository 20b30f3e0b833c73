"""The words of a sentence are shaded epoch by epoch in the browser alone."""

from contextlib import suppress

import pytest
from playwright.sync_api import TimeoutError, expect

from core import settings
from tests.browser import lab
from tests.browser.test_pages import plot, scrub
from tests.saliency_lab import build_network

KEY = "sa-scene"
LAST = 40  # epochs: long enough to be stopped on a busy machine
NOW = ("e => { const bar = e.data.find(t => t.type === 'bar'); const drawn = [...e.querySelectorAll('.barlayer path')]"
       ".map(p => p.style.fill + p.style.fillOpacity); return {shades: [...bar.marker.color], drawn, "
       "place: e._fullLayout.sliders[0].active}; }")
PLACE = "e => e._fullLayout.sliders[0].active"
MOVED = ("([key, place]) => document.querySelector(`.st-key-${key} .js-plotly-plot`)._fullLayout.sliders[0].active "
         "!== place")
QUEUED = ("([key, n]) => document.querySelector(`.st-key-${key} .js-plotly-plot`)."
          "_transitionData._frameQueue.length %s n")


@pytest.fixture(scope="module")
def saliency_server():
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("WORDGLASS_CACHE", str(build_network(LAST)))
        with lab.serve(settings.ROOT) as address:
            yield address


def test_a_link_opens_with_the_scrubber_and_the_slider_shades_the_words(open_page, wait_idle, saliency_server):
    page = open_page("/saliency?sarow=7&samethod=input", server=saliency_server)
    wait_idle(page)
    figure, sent = plot(page, KEY), []
    expect(figure.locator(".slider-rail-touch-rect")).to_be_visible()
    page.on("websocket", lambda socket: sent.append(socket))
    opened = figure.evaluate(NOW)
    scrub(page, figure, 0.03)
    page.wait_for_function(MOVED, arg=[KEY, opened["place"]])
    page.wait_for_timeout(300)
    early = figure.evaluate(NOW)
    assert early["place"] < opened["place"] == LAST
    assert early["shades"] != opened["shades"] and early["drawn"] != opened["drawn"] and not sent
    expect(figure.locator(".textpoint", has_text="epoch").first).to_contain_text(f"epoch {early['place']}:")


@pytest.mark.parametrize("width", [1400, 390])
def test_playing_shades_the_words_and_stops_without_an_error(open_page, wait_idle, saliency_server, width):
    """Errors in the console fail every test of a browser at its end."""
    page = open_page("/saliency?sarow=7", server=saliency_server, width=width)
    wait_idle(page)
    figure = plot(page, KEY)
    play, pause = (figure.locator(".updatemenu-button").nth(n) for n in (0, 1))
    scrub(page, figure, 0.03)
    page.wait_for_function(MOVED, arg=[KEY, LAST])
    started = figure.evaluate(NOW)
    for _ in range(4):  # a click that comes while the figure is laid out anew is lost
        play.click()
        with suppress(TimeoutError):
            page.wait_for_function(QUEUED % ">", arg=[KEY, 2], timeout=8_000)
            break
    page.wait_for_function(MOVED, arg=[KEY, started["place"]])
    pause.click()
    page.wait_for_function(QUEUED % "===", arg=[KEY, 0])
    page.wait_for_timeout(300)
    stopped = figure.evaluate(NOW)
    page.wait_for_timeout(600)
    assert figure.evaluate(PLACE) == stopped["place"] < LAST
    assert stopped["shades"] != started["shades"] and stopped["drawn"] != started["drawn"]
    expect(page.get_by_test_id("stApp")).to_have_attribute("data-test-script-state", "notRunning")


def test_cells_stay_within_a_phone(open_page, wait_idle, saliency_server):
    page = open_page("/saliency?sarow=7", server=saliency_server, width=390)
    wait_idle(page)
    figure = plot(page, KEY)
    figure.scroll_into_view_if_needed()
    expect(figure.locator(".barlayer path").first).to_be_visible()
    boxes = figure.evaluate("e => [...e.querySelectorAll('.barlayer path')].map(p => { const b = "
                            "p.getBoundingClientRect(); return [b.left, b.right]; })")
    words = figure.evaluate("e => [...e.querySelectorAll('.textpoint')].map(t => t.getBoundingClientRect())"
                            ".map(b => [b.left, b.right])")
    assert len(boxes) > 5 and min(b[0] for b in boxes) >= 0 and max(b[1] for b in boxes + words) <= 390
    texts = [w for w in words if any(b[0] <= (w[0] + w[1]) / 2 <= b[1] and w[1] - w[0] <= b[1] - b[0] for b in boxes)]
    assert len(texts) >= len(boxes)  # every word fits into its cell


def test_a_click_on_a_bar_opens_its_filter(open_page, wait_idle, saliency_server):
    page = open_page("/filters", server=saliency_server)
    wait_idle(page)
    bar = plot(page, "f-rank").locator(".barlayer path").last
    box = bar.bounding_box()
    page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.wait_for_url("**ffilter=**")
    wait_idle(page)
