"""The scene of the closed form is scrubbed and played in the browser alone."""

import pytest
from playwright.sync_api import expect

from core import settings
from tests.browser import lab
from tests.browser.test_pages import click_at, plot, scrub
from tests.word2vec_lab import build_lab

NOW = "e => [e.data.at(-7).x[0], e.data.at(-3).text[0], e._fullLayout.sliders[0].active]"  # cursor, words, place
MOVED = ("([key, place]) => document.querySelector(`.st-key-${key} .js-plotly-plot`)._fullLayout.sliders[0].active "
         "!== place")


@pytest.fixture(scope="module")
def word2vec_server():
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("WORDGLASS_CACHE", str(build_lab()))
        with lab.serve(settings.ROOT) as address:
            yield address


def test_the_moment_is_chosen_without_the_server(open_page, wait_idle, word2vec_server):
    page = open_page("/dynamics", server=word2vec_server)
    wait_idle(page)
    figure = plot(page, "dy-scene")
    expect(figure.locator(".slider-rail-touch-rect")).to_be_visible()
    opened, sent = figure.evaluate(NOW), []
    page.on("websocket", lambda socket: sent.append(socket))
    places = [opened]
    for share in (0.95, 0.05):
        scrub(page, figure, share)
        page.wait_for_function(MOVED, arg=["dy-scene", places[-1][2]])
        page.wait_for_function("([key, x]) => document.querySelector(`.st-key-${key} .js-plotly-plot`)"
                               ".data.at(-7).x[0] !== x", arg=["dy-scene", places[-1][0]])
        places.append(figure.evaluate(NOW))
    _, late, early = places
    assert early[0] < opened[0] < late[0] and "· 0 concepts" in early[1]
    assert "· 0 concepts" not in late[1] and not sent
    figure.locator(".updatemenu-button").first.click()
    page.wait_for_function("([key, x]) => document.querySelector(`.st-key-${key} .js-plotly-plot`)"
                           ".data.at(-7).x[0] > x", arg=["dy-scene", early[0]])
    expect(page.get_by_test_id("stApp")).to_have_attribute("data-test-script-state", "notRunning")


PLACE = "e => e._fullLayout.sliders[0].active"
QUEUED = ("([key, n]) => document.querySelector(`.st-key-${key} .js-plotly-plot`)._transitionData._frameQueue.length "
          "%s n")


def test_a_playing_scene_stops_without_an_error(open_page, wait_idle, word2vec_server):
    """Errors in the console fail every test of a browser at its end."""
    page = open_page("/dynamics", server=word2vec_server)
    wait_idle(page)
    figure = plot(page, "dy-scene")
    play, pause = (figure.locator(".updatemenu-button").nth(n) for n in (0, 1))
    rail = figure.locator(".slider-rail-touch-rect")
    for target, share in ((pause, 0.5), (rail, 0.6)):  # by the mouse, which does not wait for rest
        scrub(page, figure, 0.05)
        page.wait_for_function("key => document.querySelector(`.st-key-${key} .js-plotly-plot`)._fullLayout.sliders[0]"
                               ".active < 6", arg="dy-scene")
        started = figure.evaluate(PLACE)
        play.click()
        page.wait_for_function(MOVED, arg=["dy-scene", started])
        page.wait_for_function(QUEUED % ">", arg=["dy-scene", 5])
        click_at(page, target, share, 0.5)
        page.wait_for_function(QUEUED % "===", arg=["dy-scene", 0])
        page.wait_for_timeout(300)
        stopped = figure.evaluate(PLACE)
        page.wait_for_timeout(500)
        assert figure.evaluate(PLACE) == stopped < 50
